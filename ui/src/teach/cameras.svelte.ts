import { ask } from "../api/ask";
import { happenings } from "../api/happenings.svelte";
import type { Camera } from "./replies";

/** The cameras and how they are, told anew when one changes. */
export class Cameras {
  all = $state.raw<readonly Camera[] | null>(null);
  trouble = $state.raw<unknown>(null);

  /** Begin to follow them; what is returned ends it. */
  follow(): () => void {
    void this.#ask();
    const ends = (["camera", "hello", "lost"] as const).map((kind) =>
      happenings.on(kind, () => void this.#ask()),
    );
    return () => ends.forEach((end) => end());
  }

  named(name: string | undefined): Camera | undefined {
    return this.all?.find((camera) => camera.name === name);
  }

  async #ask(): Promise<void> {
    try {
      this.all = await ask<Camera[]>("/api/v1/cameras");
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
  }
}

/** It is away, and what it showed last is not what is there. */
export const isAway = (camera: Camera | undefined): boolean =>
  camera !== undefined && (camera.trouble !== null || ["waiting", "connecting"].includes(camera.state));
