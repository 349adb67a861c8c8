import { describe, expect, test } from "vitest";
import type { Happened } from "../src/events/event";
import { ANY, asked, isNarrow, read, written } from "../src/events/filters";
import { joined, unknownOf } from "../src/events/joining";
import { columnsIn, inSight, layOut, rowOf, stepped } from "../src/events/layout";
import { contradicts } from "../src/events/teaching";
import { ofEvent } from "../src/events/told";
import { duration, lasted, measure, plainly } from "../src/events/words";

const SIZES = { columns: 3, heading: 40, card: 100, gap: 10 };

/** So many events on each day, newest first. */
function days(...counts: number[]): { id: string; opened_at: string }[] {
  return counts.flatMap((count, day) =>
    Array.from({ length: count }, (_, number) => ({
      id: `${99 - day}-${99 - number}`,
      opened_at: new Date(2026, 4, 20 - day, 12, 59 - number).toISOString(),
    })),
  );
}

describe("a long grid", () => {
  test("has a heading a day, and rows of one day each", () => {
    const { rows, height } = layOut(days(4, 2), SIZES);
    expect(rows.map((row) => [row.kind, row.top, row.from, row.to])).toEqual([
      ["day", 0, 0, 4],
      ["cards", 40, 0, 3],
      ["cards", 150, 3, 4],
      ["day", 260, 4, 6],
      ["cards", 300, 4, 6],
    ]);
    expect(height).toBe(410);
  });

  test("of nothing has no height", () => {
    expect(layOut([], SIZES)).toEqual({ rows: [], height: 0 });
    expect(inSight([], 0, 500)).toEqual([0, 0]);
  });

  test.each([
    ["at the top", 0, 100, [0, 2]],
    ["where a row just ends", 140, 150, [2, 2]],
    ["in the middle", 145, 290, [2, 4]],
    ["at the end", 390, 5000, [4, 5]],
    ["behind the end", 5000, 6000, [5, 5]],
    ["before the beginning", -500, 0, [0, 0]],
  ])("shows the rows in sight %s", (_, top, bottom, wanted) => {
    expect(inSight(layOut(days(4, 2), SIZES).rows, top, bottom)).toEqual(wanted);
  });

  test("draws few of many thousand events", () => {
    const { rows } = layOut(days(...Array.from({ length: 250 }, () => 20)), SIZES);
    const [from, to] = inSight(rows, 60_000, 61_000);
    expect(to - from).toBeLessThan(14);
    expect(from).toBeGreaterThan(100);
  });

  test("finds an event's row", () => {
    const { rows } = layOut(days(4, 2), SIZES);
    expect([0, 2, 3, 4, 5].map((index) => rowOf(rows, index)?.top)).toEqual([40, 40, 150, 300, 300]);
    expect(rowOf(rows, 6)).toBeUndefined();
    expect(rowOf(rows, -1)).toBeUndefined();
  });

  test.each([
    ["ArrowRight", 2, 3],
    ["ArrowRight", 5, 5],
    ["ArrowLeft", 0, 0],
    ["ArrowDown", 0, 3],
    ["ArrowDown", 2, 3],
    ["ArrowDown", 3, 4],
    ["ArrowDown", 5, 5],
    ["ArrowUp", 5, 3],
    ["ArrowUp", 1, 1],
    ["Home", 4, 0],
    ["End", 1, 5],
    ["x", 1, 1],
  ])("leads by %s from %i to %i", (key, from, to) => {
    expect(stepped(from, key, layOut(days(4, 2), SIZES).rows, 6)).toBe(to);
  });

  test("has as many columns as fit", () => {
    expect(columnsIn(336, 156, 12)).toEqual({ columns: 2, width: 162 });
    expect(columnsIn(100, 156, 12)).toEqual({ columns: 1, width: 100 });
    expect(columnsIn(1000, 190, 10).columns).toBe(5);
  });
});

describe("pages", () => {
  const named = (...ids: string[]): { id: string }[] => ids.map((id) => ({ id }));

  test("join behind, before and between, each event once", () => {
    expect(joined(named("d", "c"), named("b", "a"))).toEqual(named("d", "c", "b", "a"));
    expect(joined(named("b", "a"), named("d", "c"))).toEqual(named("d", "c", "b", "a"));
    expect(joined(named("d", "b"), named("c", "b"))).toEqual(named("d", "c", "b"));
    expect(joined([], named("a"))).toEqual(named("a"));
    expect(joined(named("a"), [])).toEqual(named("a"));
  });

  test("tell what is new, and not what is merely not loaded", () => {
    expect(unknownOf(named("d", "b"), named("e", "d", "c", "b", "a"))).toEqual(named("e", "c"));
    expect(unknownOf([], named("a"))).toEqual(named("a"));
  });
});

describe("filters", () => {
  test("go into the address and come back", () => {
    const filters = {
      ...ANY,
      camera: "cat door",
      review: "none" as const,
      open: true,
      since: "2026-05-01T00:00:00Z",
    };
    expect(read(new URLSearchParams(written(filters)))).toEqual(filters);
    expect(written(ANY)).toEqual({});
  });

  test("that make no sense are none", () => {
    expect(read(new URLSearchParams("review=perhaps&since=yesterday&open=1"))).toEqual(ANY);
  });

  test("are asked without blanks around the words", () => {
    expect(asked({ ...ANY, q: "  " })).toBe("");
    expect(asked({ ...ANY, q: " a&b " }, { limit: "60" })).toBe("q=a%26b&limit=60");
  });

  test("narrow the list, unless they only name a time", () => {
    expect(isNarrow({ ...ANY, since: "2026-05-01T00:00:00Z" })).toBe(false);
    expect(isNarrow({ ...ANY, favourite: true })).toBe(true);
  });
});

describe("words", () => {
  test.each([
    [0.04, "0 s"],
    [2.34, "2.3 s"],
    [59.6, "1 min"],
    [12.4, "12 s"],
    [185, "3 min 5 s"],
    [7800, "2 h 10 min"],
    [7200, "2 h"],
  ])("tell that %d seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test("tell how long an event lasted, once it has", () => {
    expect(lasted({ opened_at: "2026-05-01T12:00:00Z", closed_at: "2026-05-01T12:00:42Z" })).toBe("42 s");
    expect(lasted({ opened_at: "2026-05-01T12:00:00Z", closed_at: null })).toBeNull();
  });

  test.each([
    ["person 0.01, evidence -1.6, ends at -0.8", "1% sure of person"],
    [
      "unknown picture, no cat 0.75, evidence 1.2 of 2.2 needed",
      "75% sure of no cat, on a picture like none of the classes",
    ],
    ["the camera was lost", "the camera was lost"],
  ])("tell a reason without its arithmetic: %s", (reason, said) => expect(plainly(reason)).toBe(said));

  test("tell a measure with its unit", () => {
    expect(measure("dwell_seconds", 42)).toEqual({ name: "Stayed for", value: "42 s" });
    expect(measure("count", 3)).toEqual({ name: "Count", value: "3" });
  });
});

describe("an event's picture that is learnt from", () => {
  const kept = (label: string) => ({ teacher: "lawn", digest: "d", label });
  const said = (review: "right" | "wrong" | null) => ({ label: "person", review }) as Happened;
  test.each([
    ["right", "background", true],
    ["right", "person", false],
    ["wrong", "person", true],
    ["wrong", "background", false],
    [null, "background", false],
  ] as const)("called %s and kept as %s contradicts: %s", (review, label, isOdd) =>
    expect(contradicts(kept(label), said(review))).toBe(isOdd),
  );
});

test("what was told of an event and left nothing behind is found among the hour's marks", () => {
  const mark = (event_id: string, outcome: "told" | "failed") => ({
    at: "2026-05-01T14:30:00Z",
    action: "log",
    outcome,
    event_id,
    phase: "open",
    text: "",
    times: 1,
    last_at: "2026-05-01T14:30:00Z",
  });
  const found = ofEvent([mark("e", "told"), mark("other", "told"), mark("e", "failed")], "e");
  expect(found).toEqual([{ action: "log", at: "2026-05-01T14:30:00Z", phase: "open" }]);
});
