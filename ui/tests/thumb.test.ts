import { expect, test } from "vitest";
import { laid, tile } from "../src/teach/thumb";

test.each([
  ["the whole picture of the same shape", [0, 0, 1, 1], 4 / 3, 4 / 3],
  ["a wide picture", [0, 0, 1, 1], 16 / 9, 1],
  ["a tall region in a corner", [0.8, 0.4, 1, 1], 16 / 9, 4 / 3],
  ["a flat region", [0, 0.9, 1, 1], 16 / 9, 4 / 3],
] as const)("%s fills a thumbnail, and nothing but the picture is seen", (_, region, picture, aspect) => {
  const { left, top, width, height } = laid(region, picture, aspect);
  expect(left).toBeLessThanOrEqual(1e-9);
  expect(top).toBeLessThanOrEqual(1e-9);
  expect(left + width).toBeGreaterThanOrEqual(1 - 1e-9);
  expect(top + height).toBeGreaterThanOrEqual(1 - 1e-9);
  // Its shape is kept.
  expect((width * aspect) / height).toBeCloseTo(picture, 6);
});

test.each([
  ["a wide region", [0.1, 0.3, 0.7, 0.7]],
  ["the whole picture", [0, 0, 1, 1]],
  ["a square", [0.2, 0, 0.95, 1]],
] as const)("a thumbnail hides nothing of %s", (_, region) => {
  const picture = 4 / 3;
  const { left, width, top, height } = laid(region, picture, tile(region, picture));
  expect(left + region[0] * width).toBeCloseTo(0, 6);
  expect(left + region[2] * width).toBeCloseTo(1, 6);
  expect(top + region[1] * height).toBeCloseTo(0, 6);
  expect(top + region[3] * height).toBeCloseTo(1, 6);
});

test("a slit is cut at its ends, a tower at its head and foot", () => {
  expect(tile([0, 0.4, 1, 0.6], 16 / 9)).toBe(2);
  expect(tile([0.4, 0, 0.5, 1], 16 / 9)).toBe(1);
});
