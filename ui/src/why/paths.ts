/** SVG paths of values in columns. A column that is null breaks the line: nothing is known there. */
import type { Series } from "./strip";

export type Place = (value: number) => number;

/** Columns from `begin` until before `end` for which something holds. */
export interface Run {
  begin: number;
  end: number;
}

export function runs(count: number, holds: (column: number) => boolean): Run[] {
  const found: Run[] = [];
  let begin = -1;
  for (let column = 0; column <= count; column += 1) {
    const is = column < count && holds(column);
    if (is && begin < 0) begin = column;
    if (!is && begin >= 0) {
      found.push({ begin, end: column });
      begin = -1;
    }
  }
  return found;
}

const short = (value: number) => Math.round(value * 10) / 10;

/** A line through the columns, each as wide as it is: what lasted, lasts in the picture. */
export function line(values: Series, x: Place, y: Place): string {
  return runs(values.length, (column) => values[column] !== null)
    .map(({ begin, end }) => `M${steps(values, begin, end, x, y)}`)
    .join("");
}

/** What lies between the values and others (or a level), where both are known. */
export function area(values: Series, floor: Series | number, x: Place, y: Place): string {
  const under = typeof floor === "number" ? values.map(() => floor) : floor;
  return runs(values.length, (column) => values[column] !== null && under[column] !== null)
    .map(({ begin, end }) => `M${steps(values, begin, end, x, y)}L${steps(under, begin, end, x, y, true)}Z`)
    .join("");
}

/** Blocks of some height over runs of columns. */
export function blocks(found: readonly Run[], x: Place, top: number, height: number): string {
  return found
    .map(({ begin, end }) => {
      const left = short(x(begin));
      const width = Math.max(1, short(x(end) - x(begin)));
      return `M${left} ${top}h${width}v${height}h${-width}z`;
    })
    .join("");
}

function steps(values: Series, begin: number, end: number, x: Place, y: Place, isBackwards = false): string {
  const points: string[] = [];
  for (let column = begin; column < end; column += 1) {
    const height = short(y(values[column] ?? 0));
    points.push(`${short(x(column))} ${height}`, `${short(x(column + 1))} ${height}`);
  }
  if (isBackwards) points.reverse();
  return points.join("L");
}

/** Things at a place on the axis, gathered where there is no room for each; the order is kept. */
export function clusters<Thing>(
  things: readonly Thing[],
  place: (thing: Thing) => number,
  gap: number,
): { place: number; things: Thing[] }[] {
  const found: { place: number; things: Thing[] }[] = [];
  for (const thing of [...things].sort((one, other) => place(one) - place(other))) {
    const last = found.at(-1);
    if (last && place(thing) - last.place < gap) last.things.push(thing);
    else found.push({ place: place(thing), things: [thing] });
  }
  return found;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Round times between two (milliseconds since 1970), in the viewer's zone, at most so many. */
export function timeTicks(since: number, until: number, most: number): number[] {
  const seconds = (until - since) / 1000;
  const step = (STEPS.find((each) => seconds / each <= most) ?? 3600) * 1000;
  const zone = new Date(since).getTimezoneOffset() * 60_000;
  const found: number[] = [];
  for (let at = Math.ceil((since - zone) / step) * step + zone; at <= until; at += step) found.push(at);
  return found;
}
