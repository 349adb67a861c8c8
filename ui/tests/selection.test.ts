import { describe, expect, test } from "vitest";
import { NOTHING, clicked, kept, pressed } from "../src/teach/selection";

const IDS = ["a", "b", "c", "d", "e", "f", "g"];
const NONE = { shiftKey: false, ctrlKey: false, metaKey: false };
const SHIFT = { ...NONE, shiftKey: true };
const key = (name: string, held = NONE) => ({ key: name, ...held });

describe("a selection", () => {
  test("moves by a row, and stays inside", () => {
    const down = pressed(NOTHING, key("ArrowDown"), IDS, 3)!;
    expect(down.at).toBe(3);
    expect(pressed(down, key("End"), IDS, 3)!.at).toBe(6);
    expect(pressed(NOTHING, key("ArrowLeft"), IDS, 3)!.at).toBe(0);
  });

  test("is toggled by space", () => {
    const one = pressed(NOTHING, key(" "), IDS, 3)!;
    expect([...one.chosen]).toEqual(["a"]);
    expect(pressed(one, key(" "), IDS, 3)!.chosen.size).toBe(0);
  });

  test("reaches with shift from where it began, by keys and by clicks", () => {
    const one = pressed({ ...NOTHING, at: 1, from: 1 }, key("ArrowDown", SHIFT), IDS, 3)!;
    expect([...one.chosen]).toEqual(["b", "c", "d", "e"]);
    const other = clicked(clicked(NOTHING, 4, NONE, IDS), 2, SHIFT, IDS);
    expect([...other.chosen].sort()).toEqual(["c", "d", "e"]);
  });

  test("takes all, and lets all go", () => {
    const all = pressed(NOTHING, key("a", { ...NONE, ctrlKey: true }), IDS, 3)!;
    expect(all.chosen.size).toBe(7);
    expect(pressed(all, key("Escape"), IDS, 3)!.chosen.size).toBe(0);
  });

  test("forgets what is gone", () => {
    const was = { at: 6, from: 6, chosen: new Set(["a", "g"]) };
    expect(kept(was, ["a", "b"])).toEqual({ at: 1, from: 1, chosen: new Set(["a"]) });
  });

  test("leaves other keys alone", () => {
    expect(pressed(NOTHING, key("x"), IDS, 3)).toBeNull();
    expect(pressed(NOTHING, key("z", { ...NONE, ctrlKey: true }), IDS, 3)).toBeNull();
    expect(pressed(NOTHING, key("ArrowDown"), [], 3)).toBeNull();
  });
});
