import { describe, expect, test } from "vitest";
import { extent, linear, nearest, ticks } from "../src/parts/scale";

describe("an axis", () => {
  test.each([
    [-10, 8, 4, [-10, -5, 0, 5]],
    [0, 1, 4, [0, 0.5, 1]],
    [-3.4, 5.2, 5, [-2, 0, 2, 4]],
    [0, 0.3, 3, [0, 0.1, 0.2, 0.3]],
    [5, 5, 3, [5]],
  ])("from %d to %d has about %i round numbers", (least, most, about, wanted) => {
    expect(ticks(least, most, about)).toEqual(wanted);
  });

  test("reaches a little beyond its values", () => {
    expect(extent([0, 10], 0.1)).toEqual([-1, 11]);
    expect(extent([])).toEqual([0, 1]);
    expect(extent([3, NaN, 3], 0.1)).toEqual([2.7, 3.3]);
  });

  test("leads from values to pixels", () => {
    const place = linear([0, 10], [100, 0]);
    expect([place(0), place(5), place(10)]).toEqual([100, 50, 0]);
    expect(linear([2, 2], [0, 9])(2)).toBe(0);
  });

  test("finds the nearest value", () => {
    const values = [0, 1, 4, 9];
    expect([-5, 0.6, 2.4, 2.6, 8, 99].map((wanted) => nearest(values, wanted))).toEqual([0, 1, 1, 2, 3, 3]);
  });
});
