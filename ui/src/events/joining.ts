interface Named {
  id: string;
}

/** Both, the newest first, each once; of one that both have, the second's. Ids sort by time. */
export function joined<Each extends Named>(one: readonly Each[], other: readonly Each[]): Each[] {
  if (other.length === 0) return [...one];
  const last = one.at(-1);
  // A page behind what is there, which is what comes most.
  if (!last || last.id > other[0]!.id) return [...one, ...other];
  const all = new Map([...one, ...other].map((each) => [each.id, each]));
  return [...all.values()].sort((first, second) => (first.id < second.id ? 1 : -1));
}

/** Those that are not known, and no older than what is: what lies behind that comes with the next page. */
export function unknownOf<Each extends Named>(known: readonly Each[], found: readonly Each[]): Each[] {
  const ids = new Set(known.map((each) => each.id));
  const oldest = known.at(-1)?.id ?? "";
  return found.filter((each) => !ids.has(each.id) && each.id > oldest);
}
