import { sentence } from "../api/ask";

interface Toast {
  id: number;
  kind: "good" | "bad";
  text: string;
  action?: { label: string; run: () => void };
}

/** Short sentences at the edge of the page that go by themselves; errors stay a little longer. */
class Toasts {
  all = $state<Toast[]>([]);
  #next = 0;

  say(text: string, action?: Toast["action"]): void {
    this.#show({ id: this.#next++, kind: "good", text, ...(action ? { action } : {}) }, 5000);
  }

  /** What went wrong, whatever was thrown. */
  fail(error: unknown): void {
    this.#show({ id: this.#next++, kind: "bad", text: sentence(error) }, 10000);
  }

  drop(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }

  #show(toast: Toast, milliseconds: number): void {
    this.all = [...this.all.slice(-3), toast];
    setTimeout(() => this.drop(toast.id), milliseconds);
  }
}

export const toasts = new Toasts();
