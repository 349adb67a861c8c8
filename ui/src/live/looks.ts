import type { Look, Seen } from "./look";

const KEPT_SECONDS = 6;
const HELD_SECONDS = 0.7;
const SAME_PICTURE_SECONDS = 0.02;

/** The looks of the last seconds: which one belongs to the picture that is shown, and how quick they were. */
export class Looks {
  #looks: Look[] = [];
  /** The least of this machine's clock less the service's: what the way takes, and how the clocks differ. */
  #clockMilliseconds = Infinity;

  add(look: Look): void {
    const newest = this.#looks.at(-1);
    // The camera's own time begins anew where its source does.
    if (newest && look.seconds < newest.seconds - 1) this.clear();
    this.#looks.push(look);
    while (this.#looks.length > 1 && this.#looks[0]!.seconds < look.seconds - KEPT_SECONDS)
      this.#looks.shift();
    this.#clockMilliseconds = Math.min(this.#clockMilliseconds, Date.now() - Date.parse(look.now));
  }

  clear(): void {
    this.#looks = [];
  }

  /** The look at the picture of that time, or the last one before it. */
  at(seconds: number): Look | null {
    const until = seconds + SAME_PICTURE_SECONDS;
    return this.#looks.findLast((look) => look.seconds <= until) ?? this.#looks[0] ?? null;
  }

  /** What each classifier says at that time: what it said a moment ago holds for a moment. */
  seen(look: Look): Seen[] {
    const recent = this.#looks.filter(
      (each) => each.seconds <= look.seconds && each.seconds > look.seconds - HELD_SECONDS,
    );
    return look.looks.map((seen) => {
      const of = (each: Look): Seen | undefined =>
        each.looks.find((other) => other.classifier === seen.classifier && other.looked);
      return of(recent.findLast(of) ?? look) ?? seen;
    });
  }

  /** Milliseconds from frame to decision: the median of the last seconds; null if nothing was decided. */
  get latency(): number | null {
    const told = this.#looks
      .flatMap((look) => (look.latency_ms === null ? [] : [look.latency_ms]))
      .sort((one, other) => one - other);
    return told.length ? told[Math.floor(told.length / 2)]! : null;
  }

  /** How old a picture of that time is now, in seconds; without what the quickest message takes on its way. */
  age(seconds: number): number | null {
    const near = this.at(seconds);
    if (!near || !Number.isFinite(this.#clockMilliseconds)) return null;
    const taken = Date.parse(near.at) + (seconds - near.seconds) * 1000;
    return Math.max(0, (Date.now() - this.#clockMilliseconds - taken) / 1000);
  }
}
