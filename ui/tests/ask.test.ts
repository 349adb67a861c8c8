import { expect, test } from "vitest";
import { Refused, sentence } from "../src/api/ask";

test.each([
  ["the camera does not answer.", "Is it on?", "The camera does not answer. Is it on?"],
  ["perch: connection refused.", "", "perch: connection refused."],
  ["`door` is not known.", "Add it with `vedette run`.", "“door” is not known. Add it with “vedette run”."],
])("a refusal reads as on paper: %s", (message, remedy, read) => {
  expect(sentence(new Refused(409, message, remedy))).toBe(read);
});

test("whatever else was thrown is told as it is", () => {
  expect(sentence(new TypeError("x is undefined"))).toBe("x is undefined");
  expect(sentence("no")).toBe("no");
});
