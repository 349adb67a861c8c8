/** Which pictures of a grid are chosen, by keys and by clicks, in the manner of a list of files. */
export interface Selection {
  /** Where the keyboard is. */
  at: number;
  /** From where Shift reaches. */
  from: number;
  chosen: ReadonlySet<string>;
}

export const NOTHING: Selection = { at: 0, from: 0, chosen: new Set() };

interface Keys {
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

const STEPS: Record<string, (columns: number, at: number, last: number) => number> = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: (columns) => -columns,
  ArrowDown: (columns) => columns,
  Home: (_, at) => -at,
  End: (_, at, last) => last - at,
};

/** A key was pressed; null if it is none of the grid's. */
export function pressed(
  was: Selection,
  key: Keys & { key: string },
  ids: readonly string[],
  columns: number,
): Selection | null {
  const last = ids.length - 1;
  if (last < 0) return null;
  if (key.key === "a" && (key.ctrlKey || key.metaKey)) return { ...was, chosen: new Set(ids) };
  if (key.ctrlKey || key.metaKey) return null;
  if (key.key === " ") return toggled(was, was.at, ids);
  if (key.key === "Escape" && was.chosen.size > 0) return { ...was, chosen: new Set() };
  const step = STEPS[key.key]?.(columns, was.at, last);
  if (step === undefined) return null;
  const at = Math.min(Math.max(was.at + step, 0), last);
  return key.shiftKey ? reached(was, at, ids) : { ...was, at, from: at };
}

/** A picture was clicked: it is chosen or let go; with Shift, all between. */
export function clicked(was: Selection, at: number, key: Keys, ids: readonly string[]): Selection {
  return key.shiftKey ? reached(was, at, ids) : toggled(was, at, ids);
}

/** Without those that are no longer there. */
export function kept(was: Selection, ids: readonly string[]): Selection {
  const there = new Set(ids);
  const chosen = new Set([...was.chosen].filter((id) => there.has(id)));
  const within = (at: number) => Math.max(0, Math.min(at, ids.length - 1));
  return { at: within(was.at), from: within(was.from), chosen };
}

function toggled(was: Selection, at: number, ids: readonly string[]): Selection {
  const chosen = new Set(was.chosen);
  const id = ids[at];
  if (id !== undefined && !chosen.delete(id)) chosen.add(id);
  return { at, from: at, chosen };
}

function reached(was: Selection, at: number, ids: readonly string[]): Selection {
  const [low, high] = at < was.from ? [at, was.from] : [was.from, at];
  return { at, from: was.from, chosen: new Set([...was.chosen, ...ids.slice(low, high + 1)]) };
}
