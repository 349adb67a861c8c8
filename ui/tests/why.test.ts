import { describe, expect, test } from "vitest";
import { Chart } from "../src/why/chart.svelte";
import { area, blocks, clusters, line, runs, timeTicks } from "../src/why/paths";
import { readings, told } from "../src/why/reading";
import { byStage, way, ways } from "../src/why/stages";
import { columnOf, type Strip } from "../src/why/strip";

const same = (value: number) => value;
const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1, 14, 30, seconds)).toISOString();

/** Six columns of ten seconds: nothing known, still, moving and refused, looked and active, no frame, to come. */
const STRIP: Strip = {
  camera: "door",
  since: at(0),
  until: at(60),
  now: at(50),
  known_since: at(10),
  columns: 6,
  seconds_per_column: 10,
  words: ["nothing moves", "moving", "the network was busy"],
  rate: [null, 15, 15, 15, null, null],
  gate: {
    energy: [null, 0, 0.02, 0.03, null, null],
    threshold: [null, 0.005, 0.005, 0.005, null, null],
    open: [null, 0, 1, 1, null, null],
    reason: [-1, 0, 1, 1, -1, -1],
  },
  classifiers: [
    {
      name: "cats",
      classes: { background: [null, null, null, 0.1, null, null], cat: [null, null, null, 0.9, null, null] },
      looked: [null, 0, 0, 1, null, null],
      refused: [null, 0, 1, 0, null, null],
      unknown: [null, 0, 0, 0, null, null],
      reason: [-1, 0, 2, 1, -1, -1],
    },
  ],
  rules: [
    {
      name: "a cat",
      highest: [null, -1, -1, 2.5, null, null],
      lowest: [null, -1, -1, 0, null, null],
      enter_at: [null, 2.2, 2.2, 2.2, null, null],
      leave_at: [null, -0.8, -0.8, -0.8, null, null],
      confidence: [null, 0, 0, 0.9, null, null],
      state: [-1, 2, 2, 1, -1, -1],
      changes: [],
    },
  ],
  events: [
    {
      id: "e",
      rule: "a cat",
      label: "cat",
      opened_at: at(31),
      closed_at: at(39),
      score: 0.9,
      has_snapshot: true,
    },
  ],
  deliveries: [
    {
      at: at(32),
      action: "phone",
      outcome: "given up",
      event_id: "e",
      phase: "open",
      text: "phone could not tell of the opening of cat: no route",
      times: 2,
      last_at: at(33),
    },
  ],
  actuators: [],
  remarks: [],
  trouble: null,
};

const lanes = (column: number) =>
  Object.fromEntries(readings(STRIP, column, column + 1).map((each) => [each.lane, each.text]));

describe("what the lanes say", () => {
  test("of a time before the log", () => expect(lanes(0)["Camera"]).toMatch(/nothing is known/));
  test("of a time without frames", () => expect(lanes(4)["Camera"]).toBe("no frame came"));
  test("of a time to come", () => expect(lanes(5)["Camera"]).toBe("still to come"));
  test("outside of it", () => expect(readings(STRIP, 9, 10)).toHaveLength(1));

  test("where nothing moved, nobody looked, and why", () => {
    expect(lanes(1)["Gate"]).toBe("closed: nothing moves");
    expect(lanes(1)["Network: cats"]).toBe("did not look: nothing moves");
    expect(lanes(1)["Rule: a cat"]).toMatch(/^inactive; evidence -1.0 \(begins at 2.2, ends at -0.8\)/);
  });

  test("where a look was refused", () => {
    expect(lanes(2)["Gate"]).toMatch(/^open: moving \(2% of the picture, 0.5% needed\)/);
    expect(lanes(2)["Network: cats"]).toBe("did not look: the network was busy");
  });

  test("where it was seen, with the event and what became of its message", () => {
    expect(lanes(3)["Network: cats"]).toBe("cat 90%, background 10%");
    expect(lanes(3)["Rule: a cat"]).toMatch(/^active, at most 90% sure; evidence 2.5/);
    expect(lanes(3)["Event"]).toMatch(/^cat \(a cat\), since/);
    expect(lanes(3)["Action: phone"]).toBe("gave up telling of the opening, 2 times: no route");
  });
});

test("what an action did is told in words", () => {
  expect(told("told", "close", 1, "phone told of the end of cat")).toBe("told of the end");
  expect(told("failed", "open", 1, "phone could not tell: no route: none")).toBe(
    "failed to tell of the opening: no route: none",
  );
  expect(told("waiting", null, 1, "")).toBe("still has to tell of a test");
});

test("the column of a time", () => {
  expect(columnOf(STRIP, Date.parse(at(35)))).toBe(3);
  expect(columnOf(STRIP, Date.parse(at(-5)))).toBe(-1);
});

describe("paths", () => {
  test("a line is broken where nothing is known", () => {
    expect(line([1, null, 2], same, same)).toBe("M0 1L1 1M2 2L3 2");
  });
  test("an area goes back along its floor", () => {
    expect(area([1, 2], 0, same, same)).toBe("M0 1L1 1L1 2L2 2L2 0L1 0L1 0L0 0Z");
  });
  test("runs and blocks", () => {
    const found = runs(4, (column) => column !== 1);
    expect(found).toEqual([
      { begin: 0, end: 1 },
      { begin: 2, end: 4 },
    ]);
    expect(blocks(found, same, 5, 2)).toBe("M0 5h1v2h-1zM2 5h2v2h-2z");
  });
  test("what is near is gathered", () => {
    const found = clusters([5, 1, 2, 30], same, 10);
    expect(found.map((each) => each.things)).toEqual([[1, 2, 5], [30]]);
  });
  test("times on the axis are round, and not too many", () => {
    const since = Date.UTC(2026, 4, 1, 14, 30, 7);
    const found = timeTicks(since, since + 300_000, 6);
    expect(found.length).toBeLessThanOrEqual(6);
    expect(found.every((tick) => tick % 60_000 === 0 && tick >= since)).toBe(true);
  });
});

describe("the way through the house", () => {
  const told = {
    since: at(0),
    until: at(9),
    verdict: "No.",
    missing: [],
    sentences: [{ stage: "gate", text: "closed" }],
  };
  test("ends at the stage that said no", () => {
    const steps = way({ ...told, stopped_by: "gate" });
    expect(steps.map((step) => step.state)).toEqual(["passed", "stopped", ...Array(4).fill("not reached")]);
  });
  test("goes to its end if nothing stopped it", () => {
    expect(way({ ...told, stopped_by: null }).every((step) => step.state === "passed")).toBe(true);
  });
  test("is not told of a time of which nothing is known", () => {
    expect(way({ ...told, stopped_by: null, sentences: [] })[0]!.state).toBe("not reached");
  });
  test("one that is none of it stands at its end", () => {
    expect(way({ ...told, stopped_by: "actuator" }).at(-1)).toMatchObject({
      name: "Actuator",
      state: "stopped",
    });
  });
  test("leads to what is to be mended, and nowhere if nothing is", () => {
    const to = (stopped_by: string | null, missing: string[] = []) =>
      ways({ ...told, stopped_by, missing }, "door").map(({ text, to }) => [text, ...to]);
    expect(to("camera")).toEqual([["Set-up of this camera", "setup", "camera", "door"]]);
    expect(to("rule")).toEqual([["Give it a rule", "setup", "rules", { camera: "door" }]]);
    expect(to("network", ["cats"])).toEqual([["Teach “cats”", "teach", "cats", { camera: "door" }]]);
    expect(to("gate")).toEqual([]);
  });
  test("sentences are gathered by stage", () =>
    expect(byStage({ ...told, stopped_by: null })).toEqual([["gate", ["closed"]]]));
});

describe("a moment that is asked about", () => {
  const HOUR_MS = 3_600_000;
  test("and is before the log is told so, and one within it is not", () => {
    const chart = new Chart();
    const long = Date.now() - 2 * HOUR_MS;
    chart.pin(long);
    expect(chart.tooOld).toBe(long);
    expect(chart.pinned).toBeGreaterThan(long);
    chart.pin(Date.now() - HOUR_MS / 2);
    expect(chart.tooOld).toBe(null);
  });
});
