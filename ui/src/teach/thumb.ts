import type { Region } from "../parts/region";

/** How a picture is laid so that its region fills a thumbnail; shares of the thumbnail's width and height. */
export interface Laid {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The thumbnail's width by its height: the region's own, so that nothing is hidden, but for slits and towers. */
export function tile([left, top, right, bottom]: Region, picture: number): number {
  return Math.min(2, Math.max(1, (picture * (right - left)) / (bottom - top)));
}

/** `aspect` is the thumbnail's width by its height, `picture` the picture's. */
export function laid([left, top, right, bottom]: Region, picture: number, aspect: number): Laid {
  // In units of the thumbnail's height: the picture is `picture * scale` wide and `scale` high.
  const scale = Math.max(aspect / (picture * (right - left)), 1 / (bottom - top));
  return {
    left: 0.5 - ((left + right) / 2) * ((picture * scale) / aspect),
    top: 0.5 - ((top + bottom) / 2) * scale,
    width: (picture * scale) / aspect,
    height: scale,
  };
}
