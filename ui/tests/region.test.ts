import { describe, expect, test } from "vitest";
import { WHOLE, between, isWhole, moved, resized, withSide, type Region } from "../src/parts/region";

const BOX: Region = [0.2, 0.3, 0.6, 0.7];
const close = (region: Region, wanted: number[]) =>
  region.forEach((value, index) => expect(value).toBeCloseTo(wanted[index]!, 6));

describe("a region", () => {
  test("is drawn from whichever corner one begins", () => {
    close(between(0.6, 0.7, 0.2, 0.3), [0.2, 0.3, 0.6, 0.7]);
  });

  test("stays inside the picture when drawn past its edge", () => {
    close(between(0.5, 0.5, 1.7, -2), [0.5, 0, 1, 0.5]);
  });

  test("is never too small to take hold of, not even in the last corner", () => {
    const [left, top, right, bottom] = between(1, 1, 1, 1);
    expect(right - left).toBeGreaterThan(0.03);
    expect(bottom - top).toBeGreaterThan(0.03);
    expect(Math.max(right, bottom)).toBeLessThanOrEqual(1);
  });

  test("keeps its size when it is moved against an edge", () => {
    close(moved(BOX, -1, 1), [0, 0.6, 0.4, 1]);
  });

  test("cannot be moved when it is the whole picture", () => {
    expect(isWhole(moved(WHOLE, 0.3, -0.3))).toBe(true);
  });

  test.each([
    ["top left", { x: -1, y: -1 }, [0.1, 0.2, 0.6, 0.7]],
    ["right edge", { x: 1, y: 0 }, [0.2, 0.3, 0.5, 0.7]],
    ["bottom edge", { x: 0, y: 1 }, [0.2, 0.3, 0.6, 0.6]],
  ] as const)("is resized by its %s, and the other sides stay", (_, handle, wanted) => {
    close(resized(BOX, handle, -0.1, -0.1), [...wanted]);
  });

  test("cannot be turned inside out", () => {
    const [left, , right] = resized(BOX, { x: 1, y: 0 }, -2, 0);
    expect(right).toBeGreaterThan(left);
    const [, top, , bottom] = withSide(BOX, 1, 5);
    expect(bottom).toBeGreaterThan(top);
  });
});
