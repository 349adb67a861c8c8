import { describe, expect, test } from "vitest";
import { Refused } from "../src/api/ask";
import { corner, middle, square, withMiddle, withNearest, type Mask } from "../src/parts/mask";
import { EMPTY as NO_ACTION, draftOf as actionOf, settingsOf } from "../src/setup/action";
import { MARK, type Camera, type Rule } from "../src/setup/replies";
import { USUAL, decisive, ruleName, ruleOf } from "../src/setup/rule";
import { EMPTY, MAKES, addressOf, draftOf, missing, nameFor, sourceOf } from "../src/setup/source";
import { askedBy, attachment } from "../src/setup/attaching";
import { tidy } from "../src/teach/words";
import { byField } from "../src/setup/fields";

describe("a camera's source", () => {
  test("an address without a scheme gets the kind's own", () => {
    expect(sourceOf({ ...EMPTY, url: " 192.168.1.20/stream1 " })["url"]).toBe("rtsp://192.168.1.20/stream1");
    expect(sourceOf({ ...EMPTY, kind: "mjpeg", url: "h:81/stream" })["url"]).toBe("http://h:81/stream");
  });

  test("what is empty is as usual again, and what belongs to another kind is not sent", () => {
    expect(sourceOf({ ...EMPTY, kind: "video", path: "a.mp4", url: "rtsp://h/" })).toEqual({
      kind: "video",
      path: "a.mp4",
      loop: true,
      frames_per_second: null,
      rotation: 0,
    });
  });

  test("a password that is kept is shown as a mark and sent as one", () => {
    const draft = draftOf({ kind: "rtsp", url: "rtsp://h/", password: MARK, username: "me", other: 1 });
    expect(sourceOf(draft)).toMatchObject({ password: MARK, username: "me" });
  });

  test("a make's address keeps the host that was typed", () => {
    const make = MAKES.find((each) => each.name.includes("Tapo"))!;
    expect(addressOf(make, "rtsp://me:pw@10.0.0.7:88/x")).toBe("rtsp://10.0.0.7:554/stream1");
    expect(addressOf(make, "")).toBe("rtsp://192.168.1.20:554/stream1");
  });

  test("a name is proposed that nobody has, and that may be one", () => {
    expect(nameFor({ ...EMPTY }, ["camera"])).toBe("camera-2");
    expect(nameFor({ ...EMPTY, kind: "video", path: "/a/Cat Door.mp4" }, [])).toBe("cat-door");
    expect(missing({ ...EMPTY })).not.toBe("");
  });

  test.each([
    ["Garden shed", "Garden-shed"],
    [" Küche / hinten! ", "Kuche-hinten"],
    ["_1", "1"],
    ["!?", ""],
  ])("%j is called %j", (typed, name) => expect(tidy(typed)).toBe(name));
});

describe("a newcomer's word becomes a classifier", () => {
  const camera = (name: string, classifiers: string[], rules: Partial<Rule>[] = []) =>
    ({ name, classifiers, rules }) as unknown as Camera;
  const known = (name: string, examples: Record<string, number> = {}) => ({
    name,
    examples,
    classes: [],
    taught_at: null,
  });
  const person = { classifier: "person", label: "person" };

  test("of that name, attached to the camera", () => {
    expect(attachment({ word: "person", camera: "garden" }, [camera("garden", [])], [])).toEqual({
      classifier: "person",
      isNew: true,
      cameras: { garden: ["person"] },
      dropped: undefined,
    });
  });

  test.each([
    ["said again after going back", person],
    ["said again in another tab", undefined],
  ])("which is the same one when it is %s", (_, earlier) => {
    const there = [camera("garden", ["person"])];
    expect(attachment({ word: "person", camera: "garden", earlier }, there, [known("person")])).toEqual({
      classifier: "person",
      isNew: false,
      cameras: {},
      dropped: undefined,
    });
  });

  test("and another word takes the place of one without pictures", () => {
    const wish = { word: "cat", camera: "garden", earlier: person };
    const there = [camera("garden", ["lawn", "person"])];
    expect(attachment(wish, there, [known("lawn"), known("person")])).toEqual({
      classifier: "cat",
      isNew: true,
      cameras: { garden: ["lawn", "cat"] },
      dropped: "person",
    });
  });

  test("but not of one that has pictures, or that a rule asks", () => {
    const wish = { word: "cat", camera: "garden", earlier: person };
    const taught = attachment(wish, [camera("garden", ["person"])], [known("person", { person: 3 })]);
    expect(taught).toMatchObject({ cameras: { garden: ["person", "cat"] }, dropped: undefined });
    const asked = camera("garden", ["person"], [{ name: "someone", classifier: "person" }]);
    expect(attachment(wish, [asked], [known("person")]).dropped).toBeUndefined();
    expect(askedBy("person", [asked])).toEqual(["“someone” (garden)"]);
  });

  test("and goes along to another camera", () => {
    const wish = { word: "person", camera: "yard", earlier: person };
    const there = [camera("garden", ["person"]), camera("yard", [])];
    expect(attachment(wish, there, [known("person")]).cameras).toEqual({ garden: [], yard: ["person"] });
  });
});

const RULE: Rule = { ...USUAL, name: "cat", classifier: "door", label: "cat" };

describe("a rule", () => {
  test("what belongs to absence is not sent for presence", () => {
    expect(ruleOf(RULE)).not.toHaveProperty("after_seconds");
    expect(ruleOf({ ...RULE, kind: "absence" })).toMatchObject({ after_seconds: 5, is_expected: false });
  });

  test("the last hour is asked with what differs, or with all of a rule that does not run", () => {
    expect(decisive({ ...RULE, enter_probability: 0.8 }, RULE)).toEqual({ enter_probability: 0.8 });
    expect(decisive(RULE, undefined)).toMatchObject({ kind: "presence", classifier: "door", label: "cat" });
  });

  test("a name is proposed that the camera's rules do not have", () => {
    expect(ruleName(RULE, { rules: [RULE] } as unknown as Camera)).toBe("cat 2");
  });
});

test("an action sends what belongs to its kind", () => {
  const sent = settingsOf({ ...NO_ACTION, urls: ["ntfy://a ", " "], url: "http://h" });
  expect(sent).toMatchObject({ kind: "notify", urls: ["ntfy://a"] });
  expect(sent).not.toHaveProperty("url");
});

test.each([
  [[], []],
  [
    ["sun", "mon"],
    ["mon", "sun"],
  ],
])("days %j go there and back: none said is all of them", (kept, sent) => {
  const draft = actionOf({ kind: "log", days: kept });
  expect(draft.days).toHaveLength(kept.length || 7);
  expect(settingsOf(draft)["days"]).toEqual(sent);
});

describe("a refusal stands at its field", () => {
  const refused = (message: string) => new Refused(422, message, "");
  test.each([
    ["source.url: must begin with rtsp.", "source", { url: "Must begin with rtsp." }],
    ["rules.0.enter_probability: too much.", "rules", { enter_probability: "Too much." }],
    ["rules.0.actions.0: unknown.", "rules", { "actions.0": "Unknown." }],
    ["urls.1: no.", "", { "urls.1": "No." }],
    ["It cannot be.", "source", { "": "It cannot be." }],
  ])("%s", (message, within, found) => expect(byField(refused(message), within)).toEqual(found));

  test("and what is no refusal of a form stands at none", () => {
    expect(byField(new Refused(409, "url: x", ""))).toEqual({});
  });
});

describe("a mask", () => {
  const mask: Mask = [
    [0, 0],
    [0.4, 0],
    [0.4, 0.4],
  ];

  test("stays within the picture, to a thousandth", () => {
    expect(corner(-1, 0.12345)).toEqual([0, 0.123]);
    expect(square([1, 1])[2]).toEqual([1, 1]);
  });

  test("gets a corner between two others", () => {
    expect(middle(mask, 2)).toEqual([0.2, 0.2]);
    expect(withMiddle(mask, 0)[1]).toEqual([0.2, 0]);
    expect(withNearest(mask, [0.2, 0.05])[1]).toEqual([0.2, 0.05]);
    expect(withNearest([[0, 0]], [1, 1])).toHaveLength(2);
  });
});
