/** What the strip chart shows: which time, what is known of it, and where one points. */
import { ask } from "../api/ask";
import type { Explanation, Strip } from "./strip";

export const SPANS = [
  { seconds: 30, name: "30 s" },
  { seconds: 300, name: "5 min" },
  { seconds: 3600, name: "1 h" },
] as const;

const SHORTEST = 10;
const LONGEST = 3600;
const COLUMNS = 600;
const SETTLED_MS = 150;
const EXPLAIN_MS = 5000;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export class Chart {
  camera = $state("");
  span = $state(300);
  /** Milliseconds since 1970, by the service's clock; null: the chart ends now, and goes on. */
  #end = $state<number | null>(null);
  #now = $state(Date.now());
  /** Where one has clicked: the moment that is asked about. */
  pinned = $state<number | null>(null);
  /** What was asked about and is before the log: the oldest moment stands for it. */
  tooOld = $state<number | null>(null);
  /** Where the pointer is. */
  hovered = $state<number | null>(null);
  strip = $state.raw<Strip | null>(null);
  explanation = $state.raw<Explanation | null>(null);
  trouble = $state.raw<unknown>(null);
  /** An answer is awaited: time may not pass before, or a slow service would never be heard to its end. */
  isLoading = false;
  #skew = 0;
  #explained = { key: "", at: 0 };

  get isFollowing(): boolean {
    return this.#end === null;
  }

  get until(): number {
    return this.#end ?? this.#now;
  }

  get since(): number {
    return this.until - this.span * 1000;
  }

  get now(): number {
    return Date.now() + this.#skew;
  }

  /** The moment that is read out. */
  get moment(): number {
    return this.hovered ?? this.pinned ?? this.until - this.span * 5;
  }

  /** The time that the sentences are about: around the moment that was clicked, or the last of it. */
  get asked(): { since: number; until: number } {
    const around = Math.min(60, Math.max(2, this.span / 20)) * 1000;
    if (this.pinned === null) return { since: this.until - 2 * around, until: this.until };
    return { since: this.pinned - around, until: this.pinned + around };
  }

  follow(): void {
    this.#end = null;
    this.pinned = null;
    this.tooOld = null;
    this.tick();
  }

  /** Time has passed; to be called now and then while it follows. */
  tick(): void {
    this.#now = this.now;
  }

  pin(time: number): void {
    this.pinned = this.#held(time);
    this.tooOld = this.pinned - time > 1000 ? time : null;
    this.#end ??= this.#now;
    if (this.pinned < this.since || this.pinned > this.until) this.show(this.pinned);
  }

  /** Have a moment in the middle. */
  show(time: number): void {
    this.#setEnd(time + this.span * 500);
  }

  pan(seconds: number): void {
    this.#setEnd(this.until + seconds * 1000);
  }

  /** Zoom by a factor; the time at `around` stays where it is. */
  zoom(factor: number, around = this.moment): void {
    const share = (around - this.since) / (this.span * 1000);
    const span = Math.min(LONGEST, Math.max(SHORTEST, this.span * factor));
    if (this.isFollowing && share > 0.8) this.span = span;
    else {
      this.span = span;
      this.#setEnd(around + (1 - share) * span * 1000);
    }
  }

  /** Look at so many seconds; around the moment that was clicked, if one was. */
  choose(span: number): void {
    this.span = span;
    if (this.pinned !== null) this.show(this.pinned);
  }

  #held(time: number): number {
    return Math.min(this.now, Math.max(this.now - LONGEST * 1000, time));
  }

  #setEnd(end: number): void {
    // Some air beyond the newest and before the oldest, and no more.
    const latest = this.now + this.span * 100;
    this.#end = Math.min(latest, Math.max(this.now - LONGEST * 1000 + this.span * 500, end));
  }

  /** Ask for what is shown; `signal` ends that. */
  async load(signal: AbortSignal): Promise<void> {
    this.isLoading = true;
    await this.#load(signal);
    // Who was ended has a successor.
    if (!signal.aborted) this.isLoading = false;
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { camera, since, until, asked } = this;
    const key = this.#key;
    const time = (at: number) => new Date(at).toISOString();
    const query = (window: { since: number; until: number }, more: Record<string, string> = {}) =>
      new URLSearchParams({
        camera,
        since: time(window.since),
        until: time(window.until),
        ...more,
      }).toString();
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    if (signal.aborted) return;
    try {
      const columns = String(COLUMNS);
      const [strip, explanation] = await Promise.all([
        ask<Strip>(`/api/v1/explain/strip?${query({ since, until }, { columns })}`, { signal }),
        this.#isToBeExplained()
          ? ask<Explanation>(`/api/v1/explain?${query(asked, { zone: ZONE })}`, { signal })
          : null,
      ]);
      if (explanation) {
        this.explanation = explanation;
        this.#explained = { key, at: Date.now() };
      }
      this.strip = strip;
      this.#skew = Date.parse(strip.now) - Date.now();
      this.trouble = null;
    } catch (error) {
      if (!signal.aborted) this.trouble = error;
    }
  }

  get #key(): string {
    return `${this.camera} ${this.pinned} ${this.span}`;
  }

  /** Sentences are read, not watched: a new one at once for another moment, else every few seconds. */
  #isToBeExplained(): boolean {
    return this.#explained.key !== this.#key || Date.now() - this.#explained.at > EXPLAIN_MS;
  }

  /** How often to ask anew while it follows, in milliseconds: a column's worth, and not too often. */
  get pace(): number {
    return Math.min(6000, Math.max(1000, (this.span * 4000) / COLUMNS));
  }
}
