/** Round numbers between two values, at most about so many, for the axis of a plot. */
export function ticks(least: number, most: number, about: number): number[] {
  const span = most - least;
  if (!(span > 0) || !Number.isFinite(span)) return [least];
  const rough = span / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? 10 * power;
  const found: number[] = [];
  for (let place = Math.ceil(least / step); place * step <= most + step * 1e-9; place += 1)
    found.push(Number((place * step).toPrecision(12)));
  return found;
}

/** Values from `domain` to pixels of `range`. */
export function linear(domain: readonly [number, number], range: readonly [number, number]) {
  const span = domain[1] - domain[0] || 1;
  return (value: number): number => range[0] + ((value - domain[0]) / span) * (range[1] - range[0]);
}

/** The least and the greatest, with some air around them. */
export function extent(values: readonly number[], air = 0.08): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  // Not spread as arguments: there may be more of them than a call takes.
  const least = finite.reduce((one, other) => Math.min(one, other));
  const most = finite.reduce((one, other) => Math.max(one, other));
  const around = (most - least || Math.abs(most) || 1) * air;
  return [least - around, most + around];
}

/** The place of the value that is nearest to this one; the values ascend. */
export function nearest(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]! < wanted) low = middle;
    else high = middle;
  }
  return Math.abs(values[low]! - wanted) <= Math.abs(values[high]! - wanted) ? low : high;
}
