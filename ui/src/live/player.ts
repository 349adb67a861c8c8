/** Plays fragments as they come (Media Source Extensions), at the live edge. */
const BEHIND_SECONDS = 1.2;
const WANTED_SECONDS = 0.2;
const KEPT_SECONDS = 8;
const LONGEST_QUEUE = 600;

type Step =
  | { mime: string; initialisation: Uint8Array<ArrayBuffer> }
  | { seconds: number; data: Uint8Array<ArrayBuffer> };

interface Window {
  ManagedMediaSource?: typeof MediaSource;
}

/** What this browser plays with: telephones by Apple have their own. Null if it has nothing. */
function media(): typeof MediaSource | null {
  return (globalThis as Window).ManagedMediaSource ?? globalThis.MediaSource ?? null;
}

export function canPlay(mime: string): boolean {
  return media()?.isTypeSupported(mime) ?? false;
}

export class Player {
  #video: HTMLVideoElement;
  #onTrouble: () => void;
  #source: MediaSource;
  #address: string;
  #buffer: SourceBuffer | null = null;
  #steps: Step[] = [];
  #lead = 0;
  #edge = 0;
  #isOver = false;

  constructor(video: HTMLVideoElement, onTrouble: () => void) {
    const Source = media();
    if (!Source) throw new Error("this browser has no Media Source Extensions");
    this.#video = video;
    this.#onTrouble = onTrouble;
    this.#source = new Source();
    this.#address = URL.createObjectURL(this.#source);
    this.#source.addEventListener("sourceopen", () => this.#work());
    video.disableRemotePlayback = true;
    video.addEventListener("error", this.#fail);
    video.src = this.#address;
  }

  /** What comes from here on; also when the stream has changed. */
  begin(mime: string, lead: number, initialisation: Uint8Array<ArrayBuffer>): void {
    this.#lead = lead;
    this.#steps = this.#steps.filter((step) => "mime" in step);
    this.#steps.push({ mime, initialisation });
    this.#work();
  }

  add(seconds: number, data: Uint8Array<ArrayBuffer>): void {
    this.#steps.push({ seconds, data });
    if (this.#steps.length > LONGEST_QUEUE) this.#fail();
    else this.#work();
  }

  /** The camera's time of a moment of the video. */
  seconds(mediaTime: number): number {
    return mediaTime - this.#lead;
  }

  close(): void {
    this.#isOver = true;
    this.#steps = [];
    this.#video.removeEventListener("error", this.#fail);
    this.#video.removeAttribute("src");
    this.#video.load();
    URL.revokeObjectURL(this.#address);
  }

  #fail = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onTrouble();
  };

  #work(): void {
    if (this.#isOver || this.#source.readyState !== "open" || this.#buffer?.updating) return;
    try {
      this.#take();
    } catch {
      // Too much is kept, or the stream is one that this browser does not take after all.
      this.#fail();
    }
  }

  #take(): void {
    const step = this.#steps[0];
    if (!step) {
      this.#trim();
      return;
    }
    if ("mime" in step) {
      this.#steps.shift();
      this.#prepare(step.mime).appendBuffer(step.initialisation);
      return;
    }
    if (!this.#buffer) return;
    const count = this.#steps.findIndex((each) => "mime" in each);
    const whole = this.#steps.splice(0, count < 0 ? this.#steps.length : count) as (typeof step)[];
    this.#edge = whole.at(-1)!.seconds + this.#lead;
    this.#buffer.appendBuffer(joined(whole.map((each) => each.data)));
  }

  #prepare(mime: string): SourceBuffer {
    if (this.#buffer) {
      this.#buffer.abort();
      this.#buffer.changeType(mime);
      return this.#buffer;
    }
    const buffer = this.#source.addSourceBuffer(mime);
    buffer.addEventListener("updateend", () => {
      if (!this.#isOver) this.#keepUp(buffer);
      this.#work();
    });
    buffer.addEventListener("error", this.#fail);
    this.#buffer = buffer;
    return buffer;
  }

  /** Show what is newest: a little quicker when a little behind, by a jump when further, or back. */
  #keepUp(buffer: SourceBuffer): void {
    const ranges = buffer.buffered;
    if (!ranges.length || !this.#edge) return;
    const video = this.#video;
    const behind = this.#edge - video.currentTime;
    const start = ranges.start(ranges.length - 1);
    if (behind > BEHIND_SECONDS || behind < -BEHIND_SECONDS || video.currentTime < start)
      video.currentTime = Math.max(start, this.#edge - WANTED_SECONDS);
    video.playbackRate = behind > 2.5 * WANTED_SECONDS ? 1.1 : 1;
    if (video.paused) void video.play().catch(() => {});
  }

  #trim(): void {
    const buffer = this.#buffer;
    if (!buffer?.buffered.length) return;
    const start = buffer.buffered.start(0);
    const until = this.#video.currentTime - KEPT_SECONDS;
    if (start < until - KEPT_SECONDS) buffer.remove(start, until);
    else if (start > this.#video.currentTime + KEPT_SECONDS) this.#video.currentTime = start;
  }
}

function joined(pieces: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    whole.set(piece, position);
    position += piece.length;
  }
  return whole;
}
