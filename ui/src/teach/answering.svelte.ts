import { ask, sentence } from "../api/ask";
import { below, type Answer } from "./replies";

const PAUSE_MS = 280;
const PAUSE_AFTER_TROUBLE_MS = 1200;

/** What the classifier says of a camera's newest frame, asked again and again while somebody looks. */
export class Answering {
  answer = $state.raw<Answer | null>(null);
  /** Why there is no answer. */
  trouble = $state<string | null>(null);
  #turn = 0;

  /** Begin to ask; what is returned ends it. One request at a time. */
  begin(classifier: string, camera: string): () => void {
    const turn = ++this.#turn;
    const stop = new AbortController();
    void this.#ask(`${below(classifier, "answer")}?camera=${encodeURIComponent(camera)}`, turn, stop.signal);
    return () => {
      this.#turn++;
      stop.abort();
    };
  }

  async #ask(path: string, turn: number, signal: AbortSignal): Promise<void> {
    while (turn === this.#turn) {
      const pause = after(PAUSE_MS);
      try {
        const answer = await ask<Answer>(path, { signal });
        if (turn !== this.#turn) return;
        this.answer = answer;
        this.trouble = null;
        await pause;
      } catch (error) {
        if (turn !== this.#turn) return;
        this.answer = null;
        this.trouble = sentence(error);
        await after(PAUSE_AFTER_TROUBLE_MS);
      }
    }
  }
}

const after = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
