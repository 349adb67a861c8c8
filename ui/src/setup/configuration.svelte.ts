import { ask } from "../api/ask";
import { happenings } from "../api/happenings.svelte";
import type { Camera, Classifier, Configuration } from "./replies";

const ROOT = "/api/v1/configuration";

/** The file as it stands, and the one way to change it. */
class Kept {
  reply = $state.raw<Configuration | null>(null);
  classifiers = $state.raw<Classifier[]>([]);
  trouble = $state<unknown>(null);

  async load(): Promise<void> {
    try {
      const [reply, classifiers] = await Promise.all([
        ask<Configuration>(ROOT),
        ask<Classifier[]>("/api/v1/classifiers"),
      ]);
      this.reply = reply;
      this.classifiers = classifiers;
      this.trouble = null;
    } catch (error) {
      this.trouble = error;
    }
  }

  camera(name: string | undefined): Camera | undefined {
    return this.reply?.cameras.find((each) => each.name === name);
  }

  classifier(name: string): Classifier | undefined {
    return this.classifiers.find((each) => each.name === name);
  }

  /** Ask again once the service is heard again, if it could not be read; what is returned ends that. */
  follow(): () => void {
    return happenings.onBack(() => void (this.trouble && this.load()));
  }

  /**
   * Write it into the file, have it taken over, and read the file again; `isNew`: nothing that is there is
   * exchanged. Throws what was refused.
   */
  async change(
    method: "PUT" | "POST" | "DELETE",
    path: string,
    body?: unknown,
    { isNew = false } = {},
  ): Promise<void> {
    const etag = this.reply?.etag ?? "";
    try {
      await ask(`${ROOT}/${path}?etag=${encodeURIComponent(etag)}`, { method, body, isNew });
    } finally {
      await this.load();
    }
  }
}

export const kept = new Kept();

/** A path of names, each as it may stand in an address. */
export const path = (...names: string[]) => names.map(encodeURIComponent).join("/");
