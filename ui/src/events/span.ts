/** The timeline's arithmetic: which stretch of time is shown, in what buckets, and what is chosen of it. */
export type Reach = "day" | "week" | "month" | "all";

export interface Scale {
  /** Milliseconds since 1970: where the first bucket begins and the last one ends. */
  since: number;
  until: number;
  bucketSeconds: number;
}

export interface Bucket {
  at: number;
  total: number;
  /** By camera or class, in the order of `names`. */
  counts: number[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MOST_BUCKETS = 180;

/** The last day by the hour, week by three hours, month by the day, or everything in at most 180 buckets. */
export function scaleOf(reach: Reach, now: Date, first: Date | null): Scale {
  if (reach === "day") return ending(nextHour(now), 24, HOUR);
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
  if (reach === "week") return ending(midnight, 56, 3 * HOUR);
  const days = reach === "month" || !first ? 30 : Math.ceil((midnight - first.getTime()) / DAY);
  const width = Math.ceil(days / MOST_BUCKETS);
  return ending(midnight, Math.max(1, Math.ceil(Math.max(days, 7) / width)), width * DAY);
}

function ending(until: number, buckets: number, width: number): Scale {
  return { since: until - buckets * width, until, bucketSeconds: width / 1000 };
}

function nextHour(now: Date): number {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate(), now.getHours() + 1).getTime();
}

/** Every bucket of the scale, also those without an event; `names` has who is counted apart, most first. */
export function bucketsOf(
  scale: Scale,
  counts: readonly { at: string; name: string; count: number }[],
): { buckets: Bucket[]; names: string[] } {
  const totals = new Map<string, number>();
  for (const each of counts) totals.set(each.name, (totals.get(each.name) ?? 0) + each.count);
  const names = [...totals.keys()].sort((one, other) => totals.get(other)! - totals.get(one)!);
  const width = scale.bucketSeconds * 1000;
  const number = Math.round((scale.until - scale.since) / width);
  const buckets = Array.from({ length: number }, (_, place) => ({
    at: scale.since + place * width,
    total: 0,
    counts: names.map(() => 0),
  }));
  for (const each of counts) {
    const bucket = buckets[Math.floor((Date.parse(each.at) - scale.since) / width)];
    if (!bucket) continue;
    bucket.total += each.count;
    bucket.counts[names.indexOf(each.name)]! += each.count;
  }
  return { buckets, names };
}

/** A choice in buckets: the first, and the one after the last. Everything is no choice. */
export interface Choice {
  from: number;
  to: number;
}

/** What of the scale the two times choose; null if they choose nothing of it, or all. */
export function choiceOf(scale: Scale, since: string, until: string): Choice | null {
  if (!since && !until) return null;
  const width = scale.bucketSeconds * 1000;
  const last = Math.round((scale.until - scale.since) / width);
  const at = (time: string, otherwise: number): number =>
    time ? (Date.parse(time) - scale.since) / width : otherwise;
  const from = Math.max(0, Math.min(last, Math.floor(at(since, 0))));
  const to = Math.max(0, Math.min(last, Math.ceil(at(until, last))));
  return to > from ? { from, to } : null;
}

/** The times of a choice, for the address; empty for all of the scale. */
export function timesOf(scale: Scale, choice: Choice | null): { since: string; until: string } {
  const width = scale.bucketSeconds * 1000;
  const iso = (place: number): string =>
    new Date(scale.since + place * width).toISOString().replace(".000Z", "Z");
  return choice ? { since: iso(choice.from), until: iso(choice.to) } : { since: "", until: "" };
}

/** The buckets between two places that were touched, both included, in either order. */
export function between(one: number, other: number): Choice {
  return { from: Math.min(one, other), to: Math.max(one, other) + 1 };
}

/** A choice whose beginning or end was moved by so many buckets; it keeps one bucket at least. */
export function moved(choice: Choice, edge: "from" | "to", place: number, last: number): Choice {
  if (edge === "from") return { from: Math.max(0, Math.min(place, choice.to - 1)), to: choice.to };
  return { from: choice.from, to: Math.min(last, Math.max(place, choice.from + 1)) };
}
