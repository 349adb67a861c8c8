import { describe, expect, test } from "vitest";
import type { Doubt, Score } from "../src/teach/replies";
import { collected, confusions, pieces, proposedName, recognised, tidy } from "../src/teach/words";

const score = (recall: number | null, is_flattered = false): Score => ({
  pictures: 10,
  near_duplicates: 0,
  recall,
  precision: 1,
  false_rejects: 0,
  is_flattered,
});

describe("words", () => {
  test.each([
    ["all right", score(1), "good", "Right: 10 of 10"],
    ["most right", score(0.9), "warn", "Mostly right: 9 of 10"],
    ["half right", score(0.5), "bad", "Often wrong: 5 of 10 right"],
    ["one and the same picture", score(1, true), "plain", "10 of 10, but all are alike"],
    ["nothing answered so", score(null), "plain", "Not known yet"],
    ["never taught", undefined, "plain", "Not known yet"],
  ])("say how a class does: %s", (_, given, kind, text) => {
    expect(recognised(given)).toEqual({ kind, text });
  });

  test("say what is taken for what, the worst first, and leave mere doubts out", () => {
    const doubt = (label: string, looks_like: string, is_suspect = true) =>
      ({ label, looks_like, is_suspect }) as Doubt;
    const doubts = [
      doubt("cat", "fox"),
      doubt("fox", "cat"),
      doubt("cat", "fox"),
      doubt("cat", "background", false),
    ];
    expect(confusions(doubts, { cat: 10, fox: 2 })).toEqual([
      { label: "fox", looksLike: "cat", count: 1, of: 2 },
      { label: "cat", looksLike: "fox", count: 2, of: 10 },
    ]);
  });

  test("say what a hold came to", () => {
    expect(collected(4, 9)).toBe("4 kept, 9 nearly the same dropped");
    expect(collected(1, 0)).toBe("1 kept");
  });

  test("find a name that is free, and one that may be", () => {
    expect(proposedName("lawn", [])).toBe("lawn");
    expect(proposedName("lawn", ["lawn", "lawn-2"])).toBe("lawn-3");
    expect(proposedName(undefined, [])).toBe("classifier");
    expect(tidy("  Küche / hinten! ")).toBe("Kuche-hinten");
  });

  test("know the names in a sentence", () => {
    expect(pieces("12 more of `mouse`.")).toEqual(["12 more of ", "mouse", "."]);
  });
});
