import type { Look, Pictures, Seen, Start } from "./look";
import { Looks } from "./looks";
import { canPlay, Player } from "./player";
import { Wire, type Wishes } from "./wire";

const INITIALISATION = 1;
const FRAGMENT = 2;
const TRIES = 3;
const READ_OUT_MILLISECONDS = 500;
const FRESH_SECONDS = 0.4;

/** What is shown of one camera: its moving picture, the look that belongs to it, and how old both are. */
export class Screen {
  kind = $state<Start["kind"] | null>(null);
  /** Width by height. */
  ratio = $state(16 / 9);
  look = $state.raw<Look | null>(null);
  seen = $state.raw<Seen[]>([]);
  /** The look is of a moment ago at most: what moved stood where it says. */
  isFresh = $state(true);
  /** Milliseconds from frame to decision. */
  latency = $state<number | null>(null);
  /** Seconds since the picture that is shown was taken. */
  age = $state<number | null>(null);
  isOpen = $state(true);
  hasPicture = $state(false);
  /** By this machine's clock, in milliseconds. */
  lastPictureAt = $state(0);

  #looks = new Looks();
  #wire: Wire | null = null;
  #player: Player | null = null;
  #start: Start | null = null;
  #shownSeconds: number | null = null;
  #failures = 0;
  #readOut: ReturnType<typeof setInterval>;

  constructor(
    private readonly camera: string,
    private readonly wishes: Wishes,
    private readonly video: HTMLVideoElement,
    private readonly canvas: HTMLCanvasElement,
  ) {
    this.#listen(this.wishes.pictures);
    this.#readOut = setInterval(() => this.#read(), READ_OUT_MILLISECONDS);
    this.#followVideo();
  }

  close(): void {
    clearInterval(this.#readOut);
    this.#wire?.close();
    this.#wire = null;
    this.#player?.close();
    this.#player = null;
  }

  #listen(pictures: Pictures): void {
    this.#wire?.close();
    this.#wire = new Wire(
      this.camera,
      { ...this.wishes, pictures },
      {
        start: (start) => this.#begin(start),
        picture: (kind, seconds, bytes) => this.#picture(kind, seconds, bytes),
        look: (look) => this.#heard(look),
        state: (isOpen) => (this.isOpen = isOpen),
      },
    );
  }

  #begin(start: Start): void {
    this.#start = start;
    if (start.kind === "video" && !canPlay(start.mime ?? "")) {
      this.#listen("jpeg");
      return;
    }
    this.kind = start.kind;
    if (start.kind === "jpeg") this.ratio = start.width / start.height;
    this.#shownSeconds = null;
    this.#looks.clear();
  }

  #picture(kind: number, seconds: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (kind === INITIALISATION) this.#prepare(bytes);
    else if (kind === FRAGMENT) this.#player?.add(seconds, bytes);
    else void this.#draw(seconds, bytes);
  }

  #prepare(initialisation: Uint8Array<ArrayBuffer>): void {
    this.#player ??= new Player(this.video, () => this.#failed());
    this.#player.begin(this.#start?.mime ?? "", this.#start?.lead_seconds ?? 0, initialisation);
  }

  /** Begin anew; a browser that does not play it again and again gets pictures. */
  #failed(): void {
    this.#player?.close();
    this.#player = null;
    this.#failures += 1;
    this.#listen(this.#failures < TRIES ? this.wishes.pictures : "jpeg");
  }

  async #draw(seconds: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" })).catch(() => null);
    if (!picture) return;
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      this.canvas.width = picture.width;
      this.canvas.height = picture.height;
    }
    this.canvas.getContext("2d")?.drawImage(picture, 0, 0);
    picture.close();
    this.#shown(seconds);
  }

  #heard(look: Look): void {
    this.#looks.add(look);
    if (this.wishes.pictures === "none") this.#shown(look.seconds);
    // Nobody waits for a picture that does not come to be told what is made of it.
    else if (this.#shownSeconds === null) this.#choose(look.seconds);
  }

  #followVideo(): void {
    const next = (mediaTime: number): void => {
      if (!this.#wire) return;
      if (this.#player && this.kind === "video") this.#shown(this.#player.seconds(mediaTime));
      this.#whenNext(next);
    };
    this.#whenNext(next);
  }

  #whenNext(next: (mediaTime: number) => void): void {
    const video = this.video;
    if ("requestVideoFrameCallback" in video)
      video.requestVideoFrameCallback((_, shown) => next(shown.mediaTime));
    else requestAnimationFrame(() => next((video as HTMLVideoElement).currentTime));
  }

  #shown(seconds: number): void {
    if (this.kind === "video" && this.video.videoHeight)
      this.ratio = this.video.videoWidth / this.video.videoHeight;
    this.#shownSeconds = seconds;
    this.hasPicture = true;
    this.lastPictureAt = Date.now();
    this.#choose(seconds);
  }

  #choose(seconds: number): void {
    const look = this.#looks.at(seconds);
    if (look) this.isFresh = seconds - look.seconds < FRESH_SECONDS;
    if (!look || look === this.look) return;
    this.look = look;
    this.seen = this.#looks.seen(look);
  }

  #read(): void {
    this.latency = this.#looks.latency;
    this.age = this.#shownSeconds === null ? null : this.#looks.age(this.#shownSeconds);
  }
}
