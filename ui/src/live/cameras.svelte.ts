import { ask } from "../api/ask";
import { happenings } from "../api/happenings.svelte";
import type { Rule, RuleState } from "./look";

export interface Camera {
  name: string;
  kind: string;
  state: "idle" | "connecting" | "connected" | "waiting" | "ended" | "closed";
  connects: number;
  frames: number;
  dropped: number;
  last_error: string | null;
  trouble: string | null;
  lost_since: string | null;
  frames_per_second: number | null;
  last_frame_at: string | null;
  rules: (Omit<Rule, "rule"> & { name: string })[];
  actuators: string[];
  /** Polygons in which nothing counts as moving, in 0..1 of the picture. */
  masks: [x: number, y: number][][];
}

const EVERY_MILLISECONDS = 5000;

/** Every camera's health, for as long as anybody on the page wants to know; changes are told at once. */
class Cameras {
  all = $state.raw<Camera[]>([]);
  isKnown = $state(false);
  trouble = $state<unknown>(null);
  #users = 0;
  #end: (() => void) | null = null;

  /** Keep it up to date until what is returned is called. */
  use(): () => void {
    if (this.#users++ === 0) this.#begin();
    return () => {
      if (--this.#users === 0) this.#end?.();
    };
  }

  of(name: string): Camera | undefined {
    return this.all.find((camera) => camera.name === name);
  }

  #begin(): void {
    const every = setInterval(() => !document.hidden && void this.load(), EVERY_MILLISECONDS);
    const leaving = [
      happenings.on("camera", (data) => this.#changed(data)),
      happenings.on("rule", (data) => this.#decided(data)),
      happenings.on("lost", () => void this.load()),
      happenings.on("hello", () => void this.load()),
    ];
    this.#end = () => {
      clearInterval(every);
      for (const leave of leaving) leave();
    };
    void this.load();
  }

  async load(): Promise<void> {
    try {
      this.all = await ask<Camera[]>("/api/v1/cameras");
      this.trouble = null;
      this.isKnown = true;
    } catch (error) {
      this.trouble = error;
    }
  }

  #changed(data: Record<string, unknown>): void {
    const change = data as unknown as Pick<Camera, "name" | "state" | "last_error">;
    this.all = this.all.map((camera) => (camera.name === change.name ? { ...camera, ...change } : camera));
    void this.load();
  }

  #decided(data: Record<string, unknown>): void {
    const told = data as unknown as { camera: string; rule: string; state: RuleState; reason: string };
    this.all = this.all.map((camera) =>
      camera.name === told.camera
        ? {
            ...camera,
            rules: camera.rules.map((rule) =>
              rule.name === told.rule ? { ...rule, state: told.state, reason: told.reason } : rule,
            ),
          }
        : camera,
    );
  }
}

export const cameras = new Cameras();
