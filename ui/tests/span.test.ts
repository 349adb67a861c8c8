import { describe, expect, test } from "vitest";
import { between, bucketsOf, choiceOf, moved, scaleOf, timesOf } from "../src/events/span";

const NOON = new Date(2026, 4, 20, 12, 34);
const HOUR = 3600;

describe("the stretch of time that is shown", () => {
  test.each([
    ["day", 24, HOUR],
    ["week", 56, 3 * HOUR],
    ["month", 30, 24 * HOUR],
  ] as const)("of a %s has %i buckets", (reach, count, seconds) => {
    const scale = scaleOf(reach, NOON, null);
    expect(scale.bucketSeconds).toBe(seconds);
    expect((scale.until - scale.since) / 1000 / seconds).toBe(count);
    expect(scale.until).toBeGreaterThan(NOON.getTime());
  });

  test("of all holds the first event, in few buckets", () => {
    for (const days of [0, 3, 100, 400, 4000]) {
      const first = new Date(NOON.getTime() - days * 86_400_000);
      const scale = scaleOf("all", NOON, first);
      expect(scale.since).toBeLessThanOrEqual(first.getTime());
      expect((scale.until - scale.since) / 1000 / scale.bucketSeconds).toBeLessThanOrEqual(180);
    }
  });
});

describe("buckets", () => {
  const scale = { since: Date.UTC(2026, 4, 1), until: Date.UTC(2026, 4, 1, 4), bucketSeconds: HOUR };

  test("stand also where nothing was, and who was seen most is named first", () => {
    const { buckets, names } = bucketsOf(scale, [
      { at: "2026-05-01T00:00:00Z", name: "door", count: 1 },
      { at: "2026-05-01T02:00:00Z", name: "door", count: 1 },
      { at: "2026-05-01T02:00:00Z", name: "yard", count: 5 },
      { at: "2026-05-02T02:00:00Z", name: "yard", count: 5 },
    ]);
    expect(names).toEqual(["yard", "door"]);
    expect(buckets.map((bucket) => [bucket.total, bucket.counts])).toEqual([
      [1, [0, 1]],
      [0, [0, 0]],
      [6, [5, 1]],
      [0, [0, 0]],
    ]);
  });

  test("are chosen by times, and the other way round", () => {
    const choice = { from: 1, to: 3 };
    const times = timesOf(scale, choice);
    expect(times).toEqual({ since: "2026-05-01T01:00:00Z", until: "2026-05-01T03:00:00Z" });
    expect(choiceOf(scale, times.since, times.until)).toEqual(choice);
    expect(choiceOf(scale, "2026-05-01T01:30:00Z", "2026-05-01T01:40:00Z")).toEqual({ from: 1, to: 2 });
    expect(choiceOf(scale, "2026-05-01T02:00:00Z", "")).toEqual({ from: 2, to: 4 });
    expect(choiceOf(scale, "2020-05-01T02:00:00Z", "2020-05-02T02:00:00Z")).toBeNull();
    expect(choiceOf(scale, "", "")).toBeNull();
    expect(timesOf(scale, null)).toEqual({ since: "", until: "" });
  });

  test("are chosen by dragging either way, and never none", () => {
    expect(between(2, 5)).toEqual({ from: 2, to: 6 });
    expect(between(5, 2)).toEqual({ from: 2, to: 6 });
    expect(moved({ from: 2, to: 3 }, "from", 9, 4)).toEqual({ from: 2, to: 3 });
    expect(moved({ from: 2, to: 3 }, "to", 0, 4)).toEqual({ from: 2, to: 3 });
    expect(moved({ from: 2, to: 3 }, "to", 99, 4)).toEqual({ from: 2, to: 4 });
    expect(moved({ from: 2, to: 3 }, "from", -1, 4)).toEqual({ from: 0, to: 3 });
  });
});
