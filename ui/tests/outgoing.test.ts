import { afterEach, expect, test, vi } from "vitest";
import { Outgoing } from "../src/teach/outgoing.svelte";
import type { Added } from "../src/teach/replies";

afterEach(() => void vi.unstubAllGlobals());

const picture = (text: string) => new Blob([text], { type: "image/jpeg" });
const reply = (status: number, body: object) => new Response(JSON.stringify(body), { status });

/** A service that answers as it is told, one request after the other; what it was asked. */
function service(...answers: (() => Response)[]): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path);
    const answer = answers.shift() ?? (() => reply(201, { became: "added" }));
    return new Promise((done) => done(answer()));
  });
  return asked;
}

function outgoing() {
  const added: Added[] = [];
  const refused: unknown[] = [];
  const row = new Outgoing(
    "door",
    (each) => added.push(each),
    (error) => refused.push(error),
    () => {},
  );
  return { row, added, refused };
}

test("the last of a row has it taught, the others do not", async () => {
  const asked = service();
  const { row, added } = outgoing();
  row.send(...["1", "2", "3"].map((text) => ({ picture: picture(text), label: "cat", dropsNear: false })));
  await row.idle();
  expect(added).toHaveLength(3);
  expect(asked.map((path) => path.includes("teach=true"))).toEqual([false, false, true]);
});

test("nothing is lost while the service is away, and it goes on where it stopped", async () => {
  service(
    () => reply(201, { became: "added" }),
    () => {
      throw new TypeError("no network");
    },
  );
  const { row, added } = outgoing();
  row.send(...["1", "2", "3"].map((text) => ({ picture: picture(text), label: "cat", dropsNear: false })));
  await row.idle();
  expect(added).toHaveLength(1);
  expect(row.stuck).toHaveLength(2);
  row.again();
  await row.idle();
  expect(added).toHaveLength(3);
  expect(row.stuck).toHaveLength(0);
});

test("what is no picture is left out, and does not hold up the rest", async () => {
  service(() => reply(422, { error: "not a picture." }));
  const { row, added, refused } = outgoing();
  row.send(...["1", "2"].map((text) => ({ picture: picture(text), label: "cat", dropsNear: false })));
  await row.idle();
  expect(added).toHaveLength(1);
  expect(refused).toHaveLength(1);
  expect(row.stuck).toHaveLength(0);
});
