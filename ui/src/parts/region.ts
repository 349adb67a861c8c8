/** Left, top, right, bottom in 0..1 of the picture, as the service keeps them. */
export type Region = readonly [left: number, top: number, right: number, bottom: number];

export const WHOLE: Region = [0, 0, 1, 1];

/** What is smaller shows a network nothing, and cannot be taken hold of again. */
const LEAST = 0.04;

/** Where a handle is: -1 left or top, 0 between, 1 right or bottom. */
export interface Handle {
  x: -1 | 0 | 1;
  y: -1 | 0 | 1;
  name: string;
}

export const HANDLES: readonly Handle[] = [
  { x: -1, y: -1, name: "top left corner" },
  { x: 0, y: -1, name: "top edge" },
  { x: 1, y: -1, name: "top right corner" },
  { x: 1, y: 0, name: "right edge" },
  { x: 1, y: 1, name: "bottom right corner" },
  { x: 0, y: 1, name: "bottom edge" },
  { x: -1, y: 1, name: "bottom left corner" },
  { x: -1, y: 0, name: "left edge" },
];

const within = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

export const isWhole = (region: Region) =>
  region.every((value, index) => Math.abs(value - WHOLE[index]!) < 1e-6);

/** The box between two corners, wherever they were set down; at least as large as is of use. */
export function between(x0: number, y0: number, x1: number, y1: number): Region {
  const [left, right] = span(within(x0, 0, 1), within(x1, 0, 1));
  const [top, bottom] = span(within(y0, 0, 1), within(y1, 0, 1));
  return [left, top, right, bottom];
}

/** Shifted as far as the picture's edges let it, its size kept. */
export function moved([left, top, right, bottom]: Region, dx: number, dy: number): Region {
  const x = within(dx, -left, 1 - right);
  const y = within(dy, -top, 1 - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

/** A handle was pulled; the opposite side stays where it is. */
export function resized(
  [left, top, right, bottom]: Region,
  { x, y }: Omit<Handle, "name">,
  dx: number,
  dy: number,
): Region {
  return [
    x < 0 ? within(left + dx, 0, right - LEAST) : left,
    y < 0 ? within(top + dy, 0, bottom - LEAST) : top,
    x > 0 ? within(right + dx, left + LEAST, 1) : right,
    y > 0 ? within(bottom + dy, top + LEAST, 1) : bottom,
  ];
}

/** One side set to a number, by hand. */
export function withSide(region: Region, side: number, value: number): Region {
  const isLow = side < 2;
  const other = region[(side + 2) % 4]!;
  const sides = [...region] as [number, number, number, number];
  sides[side] = isLow ? within(value, 0, other - LEAST) : within(value, other + LEAST, 1);
  return sides;
}

function span(a: number, b: number): [number, number] {
  const low = Math.min(a, b, 1 - LEAST);
  return [low, Math.max(a, b, low + LEAST)];
}
