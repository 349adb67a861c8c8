/** Where each row of a long grid of cards lies, so that only those in sight need be drawn. */
export interface Row {
  /** Stays the same while rows are added behind it. */
  key: string;
  kind: "day" | "cards";
  top: number;
  height: number;
  /** Its events: the first, and the one after the last. A day's heading has those of the day. */
  from: number;
  to: number;
}

export interface Sizes {
  columns: number;
  heading: number;
  card: number;
  gap: number;
}

export interface Layout {
  rows: Row[];
  height: number;
}

interface Placed {
  id: string;
  opened_at: string;
}

/** Rows of cards, a heading before each day; all events of a row are of one day. Heights are pixels. */
export function layOut(events: readonly Placed[], sizes: Sizes): Layout {
  const rows: Row[] = [];
  let top = 0;
  for (let from = 0; from < events.length;) {
    const day = dayOf(events[from]!.opened_at);
    let end = from + 1;
    while (end < events.length && dayOf(events[end]!.opened_at) === day) end += 1;
    rows.push({ key: day, kind: "day", top, height: sizes.heading, from, to: end });
    top += sizes.heading;
    for (; from < end; from += sizes.columns) {
      const to = Math.min(from + sizes.columns, end);
      rows.push({ key: events[from]!.id, kind: "cards", top, height: sizes.card, from, to });
      top += sizes.card + sizes.gap;
    }
    from = end;
  }
  return { rows, height: top };
}

/** The first row that reaches below `top`, and the one after the last that begins above `bottom`. */
export function inSight(rows: readonly Row[], top: number, bottom: number): [number, number] {
  const first = firstWhere(rows, (row) => row.top + row.height > top);
  const end = firstWhere(rows, (row) => row.top >= bottom);
  return [first, Math.max(first, end)];
}

/** The row of cards in which an event stands; undefined if there is none. */
export function rowOf(rows: readonly Row[], index: number): Row | undefined {
  // A day's heading has the events of its rows: those that end before the event come before its row.
  const place = firstWhere(rows, (row) => (row.kind === "day" ? row.from >= index + 1 : row.to > index));
  const row = rows[place];
  return row?.kind === "cards" && row.from <= index && index >= 0 ? row : undefined;
}

/** How many cards of at least that width stand side by side, and how wide each is. */
export function columnsIn(width: number, least: number, gap: number): { columns: number; width: number } {
  const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
  return { columns, width: (width - gap * (columns - 1)) / columns };
}

/** The viewer's day, as `2026-05-01`. Intl is a hundred times slower, and this is asked of every event. */
export function dayOf(time: string): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Where an arrow key leads from a card; the same place if it leads nowhere. */
export function stepped(index: number, key: string, rows: readonly Row[], count: number): number {
  if (key === "ArrowRight") return Math.min(index + 1, count - 1);
  if (key === "ArrowLeft") return Math.max(index - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const here = rowOf(rows, index);
  if (!here || (key !== "ArrowDown" && key !== "ArrowUp")) return index;
  const next = rowOf(rows, key === "ArrowDown" ? here.to : here.from - 1);
  return next ? Math.min(next.from + index - here.from, next.to - 1) : index;
}

function firstWhere(rows: readonly Row[], is: (row: Row) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(rows[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
