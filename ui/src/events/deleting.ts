import { ask, Refused } from "../api/ask";
import { toasts } from "../parts/toasts.svelte";
import { eventAt, type Happened } from "./event";
import { feed } from "./feed.svelte";

const PATIENCE_MILLISECONDS = 6000;

/** Deletes after a while in which it can be taken back. Who closes the page meanwhile keeps the event. */
class Deleting {
  #waiting = new Map<string, ReturnType<typeof setTimeout>>();

  remove(event: Happened): void {
    const show = feed.hide(event.id);
    const timer = setTimeout(() => void this.#delete(event.id, show), PATIENCE_MILLISECONDS);
    this.#waiting.set(event.id, timer);
    toasts.say(`Deleted: ${event.label}, ${event.camera}.`, {
      label: "Undo",
      run: () => {
        // Too late is too late.
        if (!this.#waiting.delete(event.id)) return;
        clearTimeout(timer);
        show();
      },
    });
  }

  async #delete(id: string, show: () => void): Promise<void> {
    this.#waiting.delete(id);
    try {
      await ask(eventAt(id), { method: "DELETE" });
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return;
      show();
      toasts.fail(error);
    }
  }
}

export const deleting = new Deleting();
