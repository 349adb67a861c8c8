import { describe, expect, test } from "vitest";
import { clock, inclination, isLost, lostSentence, stateOf, type Health } from "../src/live/words";

const SEEN = "2026-05-01T14:02:11Z";
const AWAY = "2026-05-01T14:02:13Z";
const health = (changes: Partial<Health>): Health => ({
  kind: "rtsp",
  state: "connected",
  last_error: null,
  trouble: null,
  lost_since: null,
  last_frame_at: SEEN,
  ...changes,
});

describe("a camera that is away", () => {
  const trouble = "it gives no picture: there is no route to it.";
  test("is told with since when and why, and its badge says the same", () => {
    const lost = health({ state: "waiting", trouble, lost_since: AWAY });
    expect(isLost(lost)).toBe(true);
    expect(stateOf(lost).text).toBe("Lost");
    expect(lostSentence(lost)).toBe(
      `Lost since ${clock(AWAY)}. It gives no picture: there is no route to it. It comes back by itself.`,
    );
  });
  test("is told with a question as it is", () => {
    const asking = health({ state: "waiting", trouble: "is it switched on?" });
    expect(lostSentence(asking)).toMatch("Is it switched on? It comes back");
  });
  test("and has never come", () => {
    const never = health({ state: "waiting", trouble, lost_since: AWAY, last_frame_at: null });
    expect(stateOf(never).text).toBe("Not reached");
    expect(lostSentence(never)).toMatch(`Not reached since ${clock(AWAY)}. It gives no picture`);
  });
  test("and was stopped does not come back by itself", () => {
    const stopped = health({ state: "closed", trouble: "given up" });
    expect(stateOf(stopped).text).toBe("Stopped");
    expect(lostSentence(stopped)).not.toMatch("by itself");
  });
  test("and is not given up yet", () => {
    const connecting = health({ state: "connecting", last_frame_at: null });
    expect(lostSentence(connecting)).toBe("Connecting. It comes back by itself.");
  });
});

describe("how near a rule is to its thresholds", () => {
  const rule = {
    state: "inactive",
    evidence: -0.9,
    enter_at: 2.2,
    leave_at: -0.85,
    confidence: 0.1,
    reason: "",
  };
  const said = (changes: object) => inclination({ ...rule, ...changes } as Parameters<typeof inclination>[0]);
  test.each([
    ["clearly no", {}, "10 % sure on the last look. Clearly no."],
    ["nearly yes", { evidence: 2, confidence: 0.8 }, "80 % sure on the last look. Nearly yes."],
    ["yes", { state: "active", evidence: 3, confidence: 0.9 }, "90 % sure on the last look. Clearly yes."],
    [
      "not looked",
      {
        confidence: 0,
        state: "undecided",
        reason: "not looked: `cats` is not taught yet; evidence fades to 0.0",
      },
      "Not looked: “cats” is not taught yet. Not decided yet.",
    ],
  ])("%s", (_, changes, words) => expect(said(changes)).toBe(words));
});
