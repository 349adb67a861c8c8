import { describe, expect, test } from "vitest";
import { ago, bytes, long, percent, short } from "../src/system/figures";

describe("figures with their units", () => {
  test.each([
    [0, "0 B"],
    [512, "512 B"],
    [4_200_000, "4.2 MB"],
    [66_831_298_560, "66.8 GB"],
  ])("%d bytes", (value, said) => expect(bytes(value)).toBe(said));

  test.each([
    [0.00048, "0.48 ms"],
    [0.0421, "42.1 ms"],
    [1.5, "1.5 s"],
  ])("%d s", (value, said) => expect(short(value)).toBe(said));

  test.each([
    [0, "0 s"],
    [300, "5 min"],
    [12_000, "3 h 20 min"],
    [7200, "2 h"],
    [400_000, "4 days"],
  ])("%d s, a long time", (value, said) => expect(long(value)).toBe(said));

  test("how long ago", () => {
    const now = Date.UTC(2026, 4, 1);
    const before = (seconds: number) => new Date(now - seconds * 1000).toISOString();
    expect(ago(null)).toBe("never");
    expect(ago(before(1), now)).toBe("now");
    expect(ago(before(90), now)).toBe("1 min ago");
  });

  test("shares", () => expect(percent(0.256)).toBe("26%"));
});
