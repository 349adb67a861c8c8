import { describe, expect, test } from "vitest";
import { counted, inOrder, label, labelsOf } from "../src/teach/folder";

test("pictures come in the order of their names, numbers by their size", () => {
  const found = ["b/10.jpg", "b/9.jpg", "a/2.jpg"].map((path) => ({ file: new File([], path), path }));
  expect(inOrder(found).map((each) => each.path)).toEqual(["a/2.jpg", "b/9.jpg", "b/10.jpg"]);
});

describe("labels of a folder", () => {
  test.each([
    ["one folder a class", ["pets/cat/1.jpg", "pets/dog/a/2.jpg"], ["cat", "dog"]],
    ["several folders dropped at once", ["cat/1.jpg", "dog/2.jpg"], ["cat", "dog"]],
    ["one folder with pictures alone", ["cat/1.jpg", "cat/2.jpg"], ["cat", "cat"]],
    ["train and val above the classes", ["set/train/cat/1.jpg", "set/val/dog/2.jpg"], ["cat", "dog"]],
    ["pictures beside the folders", ["pets/cat/1.jpg", "pets/2.jpg"], ["cat", undefined]],
    ["pictures without a folder", ["1.jpg", "2.jpg"], [undefined, undefined]],
    ["nothing", [], []],
  ])("%s", (_, paths, wanted) => {
    expect(labelsOf(paths)).toEqual(wanted);
  });

  test("are counted, most first", () => {
    expect(counted(["cat", undefined, "dog", "dog"])).toEqual([
      ["dog", 2],
      ["cat", 1],
    ]);
  });

  test("are written so that the service takes them", () => {
    expect(label(" a/b\\c\n ")).toBe("a b c");
    expect(label("x".repeat(99))).toHaveLength(64);
  });
});
