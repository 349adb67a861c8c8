import { ask } from "../api/ask";
import { happenings } from "../api/happenings.svelte";
import { EVENTS, type Happened, type Page } from "./event";
import { asked, type Filters } from "./filters";
import { joined, unknownOf } from "./joining";

const PAGE = 60;
const LOOK = 100;
const PATIENCE_MILLISECONDS = 800;

/** The events that are looked at, as far as they are loaded, newest first. Outlives the list's page: who
 * comes back from an event finds it as it was. */
class Feed {
  events = $state.raw<readonly Happened[]>([]);
  /** New ones that are not shown yet. */
  waiting = $state.raw<readonly Happened[]>([]);
  isLoading = $state(false);
  isWhole = $state(false);
  isLoaded = $state(false);
  trouble = $state.raw<unknown>(null);
  /** Where one was when one left, and the event that one left for. */
  scroll = 0;
  left = "";

  #filters: Filters | null = null;
  #key = "";
  #cursor: string | null = null;
  #hidden = new Set<string>();
  #asking: AbortController | null = null;
  #looking: ReturnType<typeof setTimeout> | undefined;

  /** More than a look shows are new: what is between is not known. */
  get isFarBehind(): boolean {
    return this.waiting.length >= LOOK;
  }

  /** Show these. The same ones as before are as they were, and it is looked whether there are new ones. */
  async show(filters: Filters): Promise<void> {
    const key = asked(filters);
    if (this.isLoaded && key === this.#key) return this.look();
    this.#filters = filters;
    this.#key = key;
    await this.again();
  }

  /** From the newest on. */
  async again(): Promise<void> {
    this.#asking?.abort();
    Object.assign(this, { events: [], waiting: [], isLoaded: false, isWhole: false, scroll: 0, left: "" });
    this.#cursor = null;
    this.isLoading = false;
    await this.more();
  }

  /** The next page behind what is loaded. */
  async more(): Promise<void> {
    if (this.isLoading || this.isWhole || !this.#filters) return;
    const asking = (this.#asking = new AbortController());
    this.isLoading = true;
    try {
      const page = await this.#page(PAGE, asking.signal, this.#cursor);
      this.#cursor = page.next_cursor;
      this.isWhole = page.next_cursor === null;
      this.events = joined(this.events, this.#seen(page.events));
      this.isLoaded = true;
      this.trouble = null;
    } catch (error) {
      if (!asking.signal.aborted) this.trouble = error;
    } finally {
      if (this.#asking === asking) this.isLoading = false;
    }
  }

  /** Whether there are new ones; nothing that is shown moves. */
  async look(): Promise<void> {
    if (this.trouble) return this.more();
    if (!this.isLoaded || !this.#filters) return;
    const key = this.#key;
    try {
      const page = await this.#page(LOOK, null, null);
      if (key !== this.#key) return;
      const fresh = unknownOf(this.events, this.#seen(page.events));
      if (this.events.length === 0) this.events = fresh;
      else this.waiting = fresh;
    } catch {
      // The list is as it was; the page says when the service is away.
    }
  }

  /** Take the new ones in, before all others. */
  async takeIn(): Promise<void> {
    if (this.isFarBehind) return this.again();
    this.events = joined(this.events, this.waiting);
    this.waiting = [];
  }

  /** Something of an event has changed. */
  patch(id: string, changes: Partial<Happened>): void {
    if (this.events.some((event) => event.id === id))
      this.events = this.events.map((event) => (event.id === id ? { ...event, ...changes } : event));
  }

  /** It is to be deleted; what is returned shows it again. */
  hide(id: string): () => void {
    const hidden = this.events.filter((event) => event.id === id);
    this.#hidden.add(id);
    this.events = this.events.filter((event) => event.id !== id);
    return () => {
      this.#hidden.delete(id);
      this.events = joined(this.events, hidden);
    };
  }

  /** Hear what happens, for as long as the list is shown; what is returned ends that. */
  listen(): () => void {
    const soon = (): void => {
      clearTimeout(this.#looking);
      this.#looking = setTimeout(() => void this.look(), PATIENCE_MILLISECONDS);
    };
    const heard = (data: Record<string, unknown>): void => {
      if (data["phase"] === "open") soon();
      else
        this.patch(String(data["id"]), {
          score: Number(data["score"]),
          closed_at: data["closed_at"] as string | null,
          close_reason: data["close_reason"] as string | null,
        });
    };
    const ends = [happenings.on("event", heard), happenings.on("lost", soon), happenings.on("hello", soon)];
    return () => {
      clearTimeout(this.#looking);
      for (const end of ends) end();
    };
  }

  #page(limit: number, signal: AbortSignal | null, cursor: string | null): Promise<Page> {
    const query = asked(this.#filters!, { limit: String(limit), ...(cursor ? { cursor } : {}) });
    return ask<Page>(`${EVENTS}?${query}`, signal ? { signal } : {});
  }

  #seen(events: readonly Happened[]): Happened[] {
    return events.filter((event) => !this.#hidden.has(event.id));
  }
}

export const feed = new Feed();
