import { expect, test } from "vitest";
import { laid } from "../src/teach/thumb";

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
