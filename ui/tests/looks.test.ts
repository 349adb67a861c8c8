import { afterEach, describe, expect, it, vi } from "vitest";
import type { Look, Seen } from "../src/live/look";
import { Looks } from "../src/live/looks";

const NOON = Date.parse("2026-01-01T12:00:00Z");

function seen(label?: string): Seen {
  const region = [0, 0, 1, 1] as const;
  return label === undefined
    ? { classifier: "lawn", region, looked: false, reason: "nothing moves" }
    : { classifier: "lawn", region, looked: true, reason: "moving", label, confidence: 0.9 };
}

/** A look at the picture of that second, sent a fifth of a second after it was taken. */
function look(seconds: number, label?: string, latency: number | null = null): Look {
  return {
    type: "look",
    seconds,
    at: new Date(NOON + seconds * 1000).toISOString(),
    latency_ms: latency,
    gate: { is_open: false, reason: "", energy: 0, threshold: 0, boxes: [] },
    looks: [seen(label)],
    rules: [],
    now: new Date(NOON + seconds * 1000 + 200).toISOString(),
  };
}

function heard(...given: Look[]): Looks {
  const looks = new Looks();
  for (const each of given) looks.add(each);
  return looks;
}

afterEach(() => vi.useRealTimers());

describe("the look that belongs to a picture", () => {
  const looks = heard(look(1), look(2), look(3));

  it.each([
    [2, 2],
    [2.5, 2],
    [2.99, 3],
    [9, 3],
    [0.5, 1],
  ])("of %d s is the one at it or before it, of %d s", (seconds, expected) => {
    expect(looks.at(seconds)?.seconds).toBe(expected);
  });

  it("is none before the first", () => {
    expect(new Looks().at(1)).toBeNull();
  });
});

it("keeps the looks of the last seconds only", () => {
  const looks = heard(...Array.from({ length: 20 }, (_, second) => look(second)));
  expect(looks.at(2)?.seconds).toBe(13);
});

it("begins anew where a camera's time does", () => {
  expect(heard(look(100), look(0.1)).at(100)?.seconds).toBe(0.1);
});

it("holds for a moment what a classifier said", () => {
  const looks = heard(look(1, "person"), look(1.3), look(3));
  expect(looks.seen(looks.at(1.3)!)[0]?.label).toBe("person");
  expect(looks.seen(looks.at(3)!)[0]?.looked).toBe(false);
});

it("tells the median of what took time to decide", () => {
  expect(heard(look(1, "a", 4), look(2), look(3, "a", 90), look(4, "a", 5)).latency).toBe(5);
  expect(heard(look(1)).latency).toBeNull();
});

it("tells how old a picture is, whatever this machine's clock says", () => {
  vi.useFakeTimers();
  const ahead = 3_600_000;
  vi.setSystemTime(NOON + ahead + 10_000 + 200);
  const looks = heard(look(10));
  vi.setSystemTime(NOON + ahead + 11_000 + 200);
  expect(looks.age(10)).toBeCloseTo(1.2, 3);
  expect(looks.age(10.5)).toBeCloseTo(0.7, 3);
});
