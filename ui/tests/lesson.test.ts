import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { happenings } from "../src/api/happenings.svelte";
import { Lesson } from "../src/teach/lesson.svelte";

// Whoever listens looks first whether the page is seen.
vi.hoisted(() =>
  Object.assign(globalThis, { document: Object.assign(new EventTarget(), { hidden: false }) }),
);

/** Stands for the browser's own. */
class Source extends EventTarget {
  static last: Source;

  constructor() {
    super();
    Source.last = this;
  }

  close(): void {}

  say(kind: string): void {
    this.dispatchEvent(new MessageEvent(kind, { data: "{}" }));
  }
}

const ANSWERS: Record<string, unknown> = {
  "/api/v1/classifiers/door": { name: "door", examples: {} },
  "/api/v1/classifiers/door/examples": { examples: [], next_cursor: null },
};
let isAway = false;

beforeEach(() => {
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("fetch", async (path: string) => {
    if (isAway) throw new TypeError("Failed to fetch");
    return Response.json(ANSWERS[path.split("?")[0]!] ?? {});
  });
});

afterEach(() => {
  happenings.end();
  vi.unstubAllGlobals();
});

test.each([
  ["the service is heard again", "hello"],
  ["another run of it is heard", "lost"],
])("a lesson that could not be read is read once %s", async (_, kind) => {
  isAway = true;
  const lesson = new Lesson("door");
  const end = lesson.follow();
  happenings.begin();
  await lesson.load();
  expect(String(lesson.trouble)).toContain("does not answer");
  isAway = false;
  Source.last.say(kind);
  await vi.waitFor(() => expect(lesson.classifier?.name).toBe("door"));
  expect(lesson.trouble).toBeNull();
  end();
});

test("a class that was named beforehand stands beside the background", () => {
  const lesson = new Lesson("door");
  lesson.plan("person");
  expect(lesson.labels).toEqual(["background", "person"]);
});
