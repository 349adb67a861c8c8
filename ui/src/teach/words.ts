import { own } from "../api/own";
import type { Doubt, Score } from "./replies";

/** What figures say, in words: a state is never told by a colour or a number alone. */
export interface Said {
  kind: "good" | "warn" | "bad" | "plain";
  text: string;
}

/** How well a class is recognised when a picture of it is left out. */
export function recognised(score: Score | undefined): Said {
  if (!score || score.recall === null) return { kind: "plain", text: "Not known yet" };
  const right = Math.round(score.recall * score.pictures);
  const count = `${right} of ${score.pictures}`;
  if (score.is_flattered) return { kind: "plain", text: `${count}, but all are alike` };
  if (score.recall >= 0.95) return { kind: "good", text: `Right: ${count}` };
  if (score.recall >= 0.8) return { kind: "warn", text: `Mostly right: ${count}` };
  return { kind: "bad", text: `Often wrong: ${count} right` };
}

/** A balanced accuracy, 0..1, in words. */
export function overall(accuracy: number | null): Said {
  if (accuracy === null) return { kind: "plain", text: "Not taught yet" };
  const text = `${percent(accuracy)} right`;
  if (accuracy >= 0.95) return { kind: "good", text };
  return { kind: accuracy >= 0.8 ? "warn" : "bad", text };
}

export interface Confusion {
  label: string;
  looksLike: string;
  count: number;
  of: number;
}

/** Which classes are taken for which, most often first. */
export function confusions(doubts: readonly Doubt[], counts: Record<string, number>): Confusion[] {
  const found = new Map<string, Confusion>();
  for (const { label, looks_like: looksLike, is_suspect } of doubts) {
    if (!is_suspect) continue;
    const key = `${label}\n${looksLike}`;
    const same = found.get(key) ?? { label, looksLike, count: 0, of: own(counts, label) ?? 0 };
    found.set(key, { ...same, count: same.count + 1 });
  }
  return [...found.values()].sort((a, b) => b.count / b.of - a.count / a.of);
}

/** What a hold came to: `4 kept, 9 nearly the same dropped`. */
export function collected(kept: number, dropped: number): string {
  return dropped ? `${kept} kept, ${dropped} nearly the same dropped` : `${kept} kept`;
}

export const percent = (share: number): string =>
  new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 }).format(share);

export const pictures = (count: number): string => (count === 1 ? "1 picture" : `${count} pictures`);

/** A name for a classifier of that camera that is not taken yet. */
export function proposedName(camera: string | undefined, taken: readonly string[]): string {
  const stem = tidy(camera ?? "") || "classifier";
  if (!taken.includes(stem)) return stem;
  for (let number = 2; ; number++) if (!taken.includes(`${stem}-${number}`)) return `${stem}-${number}`;
}

/** As the service lets a classifier be called: letters, digits, `-` and `_`. */
export function tidy(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replaceAll(/^[-_]+|[-_]+$/g, "")
    .slice(0, 64);
}

/** `12 more of \`mouse\`` as its pieces; every second one is a name. */
export const pieces = (sentence: string): string[] => sentence.split("`");
