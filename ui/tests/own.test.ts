import { expect, test } from "vitest";
import { own } from "../src/api/own";

test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("a name may be %s", (name) => {
  expect(own({ cat: 1 }, name)).toBeUndefined();
  expect(own(JSON.parse(`{"${name}": 2}`) as Record<string, number>, name)).toBe(2);
});

test("of nothing there is nothing", () => expect(own(undefined, "cat")).toBeUndefined());
