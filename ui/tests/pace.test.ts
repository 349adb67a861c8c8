import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Holding, Newest } from "../src/teach/pace";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the newest", () => {
  test("waits for what is under way, and takes the place of what waited", async () => {
    const done: string[] = [];
    const newest = new Newest();
    let finish = (): void => {};
    newest.run(() => new Promise((end) => (finish = () => end(void done.push("first")))));
    newest.run(async () => void done.push("second"));
    newest.run(async () => void done.push("third"));
    expect(done).toEqual([]);
    finish();
    await newest.idle();
    expect(done).toEqual(["first", "third"]);
  });

  test("goes on after a failure", async () => {
    const newest = new Newest();
    let ran = false;
    newest.run(() => Promise.reject(new Error("no")));
    newest.run(async () => void (ran = true));
    await newest.idle();
    expect(ran).toBe(true);
  });
});

describe("holding", () => {
  test("takes one for a short tap", async () => {
    const take = vi.fn(() => Promise.resolve());
    const holding = new Holding(take, 250);
    void holding.begin();
    holding.end();
    await vi.advanceTimersByTimeAsync(2000);
    expect(take).toHaveBeenCalledTimes(1);
  });

  test("takes four a second while it lasts", async () => {
    const take = vi.fn(() => Promise.resolve());
    const holding = new Holding(take, 250);
    void holding.begin();
    await vi.advanceTimersByTimeAsync(990);
    holding.end();
    await vi.advanceTimersByTimeAsync(2000);
    expect(take).toHaveBeenCalledTimes(4);
  });

  test("waits for a slow service: never two under way", async () => {
    let under = 0;
    let most = 0;
    const take = async () => {
      most = Math.max(most, ++under);
      await new Promise((done) => setTimeout(done, 900));
      under--;
    };
    const holding = new Holding(take, 250);
    void holding.begin();
    await vi.advanceTimersByTimeAsync(3000);
    holding.end();
    expect(most).toBe(1);
  });

  test("stops at the first failure", async () => {
    const take = vi.fn(() => Promise.reject(new Error("the camera is away")));
    const holding = new Holding(take, 250);
    await holding.begin();
    expect(take).toHaveBeenCalledTimes(1);
  });
});
