import { ask } from "../api/ask";
import type { Found } from "./folder";
import type { Lesson } from "./lesson.svelte";
import { Newest } from "./pace";
import { below, type Proposal } from "./replies";
import { shrunk } from "./shrunk";

export interface Unsorted {
  readonly path: string;
  readonly file: File;
  /** As it is sent; the same bytes for a proposal and for keeps, so that they are looked at once. */
  picture: Blob | null;
  proposal: Proposal | null;
}

interface Decided {
  item: Unsorted;
  /** Null: skipped. */
  label: string | null;
  digest: string | null;
}

const BATCH = 8;
const BATCH_BYTES = 8_000_000;
/** After so many decisions what is next is proposed anew: the classifier knows more by then. */
const ANEW = 8;
const ANEW_AHEAD = 32;

/** Above it a proposal may be taken unseen. */
export const SURE = 0.95;

/** Pictures without a label, the doubtful ones first: each is given its class, or skipped. */
export class Sorting {
  waiting = $state.raw<readonly Unsorted[]>([]);
  decided = $state.raw<readonly Decided[]>([]);
  /** What could not be opened. */
  broken = $state.raw<readonly string[]>([]);
  trouble = $state.raw<unknown>(null);
  isProposing = $state(false);
  #proposing = new Newest();

  constructor(private readonly lesson: Lesson) {}

  readonly current = $derived(this.waiting[0] ?? null);
  readonly total = $derived(this.waiting.length + this.decided.length);
  readonly sure = $derived(this.waiting.filter((each) => isSure(each.proposal)));
  readonly near = $derived(this.waiting.filter((each) => each.proposal?.is_near_duplicate_of));

  add(found: readonly Found[]): void {
    const fresh = found.map(({ file, path }) => ({ file, path, picture: null, proposal: null }));
    this.waiting = [...this.waiting, ...fresh];
    this.propose();
  }

  decide(label: string): void {
    const item = this.current;
    if (!item) return;
    this.#take([item], () => label);
  }

  /** Every proposal that is nearly certain. */
  takeSure(): void {
    this.#take(this.sure, (item) => item.proposal!.label!);
  }

  skip(items: readonly Unsorted[] = this.current ? [this.current] : []): void {
    this.#decided(items.map((item) => ({ item, label: null, digest: null })));
  }

  /** The last decision is taken back; its picture is the next again. */
  async back(): Promise<void> {
    const last = this.decided.at(-1);
    if (!last) return;
    this.decided = this.decided.slice(0, -1);
    this.waiting = [last.item, ...this.waiting];
    await this.lesson.outgoing.idle();
    if (last.digest) await this.lesson.remove([last.digest]);
  }

  clear(): void {
    this.waiting = [];
    this.decided = [];
    this.broken = [];
  }

  /** Ask what the first `ahead` show; those that were asked about are asked about again if `anew`. */
  propose({ ahead = Infinity, anew = false } = {}): void {
    if ((this.lesson.classifier?.classes.length ?? 0) < 2) return;
    this.#proposing.run(async () => {
      this.isProposing = true;
      try {
        const asked = this.waiting.filter((each) => anew || !each.proposal).slice(0, ahead);
        for (let next = 0; next < asked.length;) {
          const batch = await this.#batch(asked.slice(next, next + BATCH));
          next += batch;
        }
        this.trouble = null;
      } catch (error) {
        this.trouble = error;
      } finally {
        this.isProposing = false;
      }
    });
  }

  /** How many of them were asked about. */
  async #batch(items: readonly Unsorted[]): Promise<number> {
    const form = new FormData();
    const sent: Unsorted[] = [];
    let bytes = 0;
    let seen = 0;
    for (const item of items) {
      const picture = await this.#opened(item);
      if (picture && sent.length > 0 && bytes + picture.size > BATCH_BYTES) break;
      seen++;
      if (!picture) continue;
      bytes += picture.size;
      form.append("picture", picture, item.file.name);
      sent.push(item);
    }
    if (sent.length === 0) return seen;
    const reply = await ask<{ proposals: Proposal[] }>(below(this.lesson.name, "proposals"), {
      method: "POST",
      body: form,
    });
    sent.forEach((item, index) => (item.proposal = reply.proposals[index] ?? null));
    this.#sort();
    return seen;
  }

  /** Null if it is no picture: it is taken out. */
  async #opened(item: Unsorted): Promise<Blob | null> {
    try {
      return (item.picture ??= await shrunk(item.file));
    } catch {
      this.waiting = this.waiting.filter((each) => each !== item);
      this.broken = [...this.broken, item.path];
      return null;
    }
  }

  /** The doubtful ones first; the one that somebody looks at stays. */
  #sort(): void {
    const [first, ...rest] = this.waiting;
    if (!first) return;
    const doubt = (item: Unsorted) => item.proposal?.doubt ?? 2;
    this.waiting = [first, ...rest.toSorted((a, b) => doubt(b) - doubt(a))];
  }

  #take(items: readonly Unsorted[], label: (item: Unsorted) => string): void {
    const decided = items.map((item): Decided => ({ item, label: label(item), digest: null }));
    this.#decided(decided);
    this.lesson.outgoing.send(
      ...decided.map((each) => ({
        picture: each.item.picture ?? each.item.file,
        label: each.label!,
        name: each.item.file.name,
        dropsNear: false,
        told: (added: { became: string; example: { digest: string } } | null) => {
          if (!added) this.broken = [...this.broken, each.item.path];
          else if (added.became === "added") each.digest = added.example.digest;
        },
      })),
    );
    if (this.decided.length % ANEW === 0) {
      void this.lesson.outgoing.idle().then(() => this.propose({ ahead: ANEW_AHEAD, anew: true }));
    }
  }

  #decided(decided: readonly Decided[]): void {
    const gone = new Set(decided.map((each) => each.item));
    this.waiting = this.waiting.filter((each) => !gone.has(each));
    this.decided = [...this.decided, ...decided];
  }
}

export const isSure = (proposal: Proposal | null): boolean =>
  proposal !== null && proposal.label !== null && !proposal.is_unknown && proposal.confidence >= SURE;
