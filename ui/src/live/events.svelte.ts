import { ask } from "../api/ask";
import { happenings } from "../api/happenings.svelte";

export interface Happened {
  id: string;
  camera: string;
  rule: string;
  label: string;
  score: number;
  opened_at: string;
  closed_at: string | null;
  snapshot: string | null;
}

/** A camera's latest events, the newest first; what happens is told at once. */
export class Latest {
  all = $state.raw<Happened[]>([]);
  isKnown = $state(false);
  #pending: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly camera: string,
    private readonly count: number,
  ) {}

  /** Keep it up to date until what is returned is called. */
  use(): () => void {
    const leaving = [
      happenings.on("event", (data) => data["camera"] === this.camera && this.#soon()),
      happenings.on("lost", () => this.#soon()),
    ];
    void this.load();
    return () => {
      clearTimeout(this.#pending);
      for (const leave of leaving) leave();
    };
  }

  async load(): Promise<void> {
    const query = new URLSearchParams({ camera: this.camera, limit: String(this.count) });
    try {
      this.all = (await ask<{ events: Happened[] }>(`/api/v1/events?${query}`)).events;
      this.isKnown = true;
    } catch {
      // The page says elsewhere that the service does not answer; the next happening asks again.
    }
  }

  /** Several phases of an event come within moments. */
  #soon(): void {
    this.#pending ??= setTimeout(() => {
      this.#pending = undefined;
      void this.load();
    }, 400);
  }
}
