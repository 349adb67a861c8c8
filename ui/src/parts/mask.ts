/** A corner in 0..1 of the picture, y downwards. */
export type Corner = [x: number, y: number];
export type Mask = Corner[];

const within = (value: number) => Math.min(1, Math.max(0, value));
const rounded = (value: number) => Math.round(within(value) * 1000) / 1000;

export const corner = (x: number, y: number): Corner => [rounded(x), rounded(y)];

/** The masks with another one in a place. */
export const withMask = (masks: readonly Mask[], at: number, mask: Mask): Mask[] => masks.with(at, mask);

export function withCorner(mask: Mask, at: number, to: Corner): Mask {
  return mask.with(at, to);
}

/** One more corner, in the middle of the side that follows a corner. */
export function withMiddle(mask: Mask, after: number): Mask {
  const [x, y] = middle(mask, after);
  return mask.toSpliced(after + 1, 0, [x, y]);
}

export function middle(mask: Mask, after: number): Corner {
  const [x0, y0] = mask[after]!;
  const [x1, y1] = mask[(after + 1) % mask.length]!;
  return corner((x0 + x1) / 2, (y0 + y1) / 2);
}

/** A corner that is put where it lengthens the outline least. */
export function withNearest(mask: Mask, [x, y]: Corner): Mask {
  if (mask.length < 3) return [...mask, [x, y]];
  const far = ([x0, y0]: Corner, [x1, y1]: Corner) => Math.hypot(x1 - x0, y1 - y0);
  const costs = mask.map((from, at) => {
    const to = mask[(at + 1) % mask.length]!;
    return far(from, [x, y]) + far([x, y], to) - far(from, to);
  });
  return mask.toSpliced(costs.indexOf(Math.min(...costs)) + 1, 0, [x, y]);
}

/** A mask to begin with, about a place. */
export function square([x, y]: Corner, half = 0.1): Mask {
  const cx = Math.min(1 - half, Math.max(half, x));
  const cy = Math.min(1 - half, Math.max(half, y));
  return [
    corner(cx - half, cy - half),
    corner(cx + half, cy - half),
    corner(cx + half, cy + half),
    corner(cx - half, cy + half),
  ];
}
