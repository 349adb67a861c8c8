import { ask } from "../api/ask";
import { happenings } from "../api/happenings.svelte";
import type { Region } from "../parts/region";
import { toasts } from "../parts/toasts.svelte";
import { Outgoing } from "./outgoing.svelte";
import { Newest } from "./pace";
import {
  below,
  type Added,
  type Advice,
  type Changed,
  type Classifier,
  type Doubts,
  type Example,
  type Stepped,
} from "./replies";

/** The class that one begins with: what is there when nothing is. */
export const BACKGROUND = "background";
const PAGE = 500;
/** So many pictures are changed by one request. */
const PIECE = 500;

/** One classifier as it is being taught: its pictures, how well it does, and every change to it. */
export class Lesson {
  classifier = $state.raw<Classifier | null>(null);
  examples = $state.raw<readonly Example[]>([]);
  advice = $state.raw<Advice | null>(null);
  doubts = $state.raw<Doubts | null>(null);
  /** Why it could not be read. */
  trouble = $state.raw<unknown>(null);
  /** Why it was not taught: a sentence of the service. */
  note = $state<string | null>(null);
  /** Classes that were named and have no picture yet. */
  planned = $state.raw<readonly string[]>([]);
  isBusy = $state(false);
  /** How many pictures were looked at again, while they are. */
  embedded = $state.raw<{ done: number; total: number } | null>(null);
  readonly outgoing: Outgoing;
  #looking = new Newest();

  constructor(readonly name: string) {
    this.outgoing = new Outgoing(
      name,
      (added) => this.#added(added),
      (error) => toasts.fail(error),
      () => this.look(),
    );
  }

  /** Every class, those without a picture last; `background` is offered first. */
  readonly labels = $derived.by((): string[] => {
    const there = Object.keys(this.classifier?.examples ?? {}).sort(backgroundFirst);
    const planned = this.planned.filter((label) => !there.includes(label));
    const offered = there.length + planned.length === 0 ? [BACKGROUND] : [];
    return [...there, ...offered, ...planned];
  });

  readonly byLabel = $derived.by((): Map<string, Example[]> => {
    const found = new Map<string, Example[]>();
    for (const example of this.examples) {
      const same = found.get(example.label);
      if (same) same.push(example);
      else found.set(example.label, [example]);
    }
    return found;
  });

  async load(): Promise<void> {
    try {
      this.classifier = await ask<Classifier>(below(this.name));
      this.trouble = null;
      this.look();
      await this.#loadExamples();
    } catch (error) {
      this.trouble = error;
    }
  }

  /**
   * Hear how far pictures are looked at again, and read the lesson again once the service is back; what is
   * returned ends that.
   */
  follow(): () => void {
    const ends = [
      happenings.on("teaching", ({ classifier, done, total }) => {
        if (classifier !== this.name) return;
        this.embedded = done === total ? null : { done: Number(done), total: Number(total) };
      }),
      happenings.onBack(() => void (this.trouble && this.load())),
    ];
    return () => ends.forEach((end) => end());
  }

  plan(label: string): void {
    this.planned = [...new Set([...this.labels, BACKGROUND, label])].sort(backgroundFirst);
  }

  /** A camera's newest frame becomes a picture of the class, unless it shows nearly what is there. */
  async collect(camera: string, label: string): Promise<Added> {
    const added = await ask<Added>(`${below(this.name, "examples")}?teach=true`, {
      method: "POST",
      body: { camera, label, drop_near_duplicates: true },
    });
    this.#added(added);
    return added;
  }

  relabel(digests: readonly string[], label: string): Promise<boolean> {
    return this.#change(async () => {
      for (const some of inPieces(digests)) {
        const changed = await ask<Changed>(`${below(this.name, "examples")}?teach=true`, {
          method: "PATCH",
          body: { digests: some, label },
        });
        const moved = new Set(some);
        this.examples = this.examples.map((each) => (moved.has(each.digest) ? { ...each, label } : each));
        this.#changed(changed);
      }
    });
  }

  remove(digests: readonly string[]): Promise<boolean> {
    return this.#change(async () => {
      for (const some of inPieces(digests)) {
        const path = `${below(this.name, "examples", "remove")}?teach=true`;
        const changed = await ask<Changed>(path, { method: "POST", body: { digests: some } });
        const gone = new Set(some);
        this.examples = this.examples.filter((each) => !gone.has(each.digest));
        this.#changed(changed);
      }
    });
  }

  lookAt(region: Region): Promise<boolean> {
    return this.#change(async () => {
      this.#changed(
        await ask<Changed>(`${below(this.name)}?teach=true`, { method: "PATCH", body: { region } }),
      );
    });
  }

  step(way: "undo" | "redo"): Promise<boolean> {
    return this.#change(async () => {
      const stepped = await ask<Stepped>(below(this.name, way), { method: "POST" });
      this.classifier = stepped.classifier;
      this.note = stepped.teaching_note;
      toasts.say(`${way === "undo" ? "Undone" : "Made again"}: ${stepped.change}`);
      this.look();
      await this.#loadExamples();
    });
  }

  /** Ask again what to collect next and which pictures look wrong; while one asks, the next waits. */
  look(): void {
    this.#looking.run(async () => {
      try {
        [this.advice, this.doubts] = await Promise.all([
          ask<Advice>(below(this.name, "advice")),
          ask<Doubts>(`${below(this.name, "doubts")}?limit=500`),
        ]);
      } catch (error) {
        toasts.fail(error);
      }
    });
  }

  #added(added: Added): void {
    if (added.became === "added") this.examples = [...this.examples, added.example];
    this.#changed(added, { quietly: true });
  }

  #changed({ classifier, teaching, teaching_note }: Changed, { quietly = false } = {}): void {
    this.classifier = classifier;
    this.note = teaching_note ?? teaching?.trouble ?? null;
    if (teaching) this.advice = teaching.advice;
    if (!quietly) this.look();
  }

  /** Whether it went well; what went wrong is told. */
  async #change(work: () => Promise<void>): Promise<boolean> {
    this.isBusy = true;
    try {
      await work();
      return true;
    } catch (error) {
      toasts.fail(error);
      // Of several changes some may have been made.
      await this.load();
      return false;
    } finally {
      this.isBusy = false;
      this.embedded = null;
    }
  }

  async #loadExamples(): Promise<void> {
    const found: Example[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ limit: String(PAGE), ...(cursor ? { cursor } : {}) });
      const page: { examples: Example[]; next_cursor: string | null } = await ask(
        `${below(this.name, "examples")}?${query}`,
      );
      found.push(...page.examples);
      cursor = page.next_cursor;
    } while (cursor);
    this.examples = found;
  }
}

const inPieces = (digests: readonly string[]): (readonly string[])[] =>
  Array.from({ length: Math.ceil(digests.length / PIECE) }, (_, at) =>
    digests.slice(at * PIECE, (at + 1) * PIECE),
  );

/** For sorting: the others stay in the order in which they came, and keep their colours and keys. */
export const backgroundFirst = (a: string, b: string): number =>
  Number(b === BACKGROUND) - Number(a === BACKGROUND);
