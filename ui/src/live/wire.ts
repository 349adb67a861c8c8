import { session } from "../session.svelte";
import type { Look, Pictures, Start } from "./look";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;
const NOT_KNOWN = 4401;

export interface Wishes {
  pictures: Pictures;
  /** Of JPEG: pixels, and how many a second. */
  width?: number | undefined;
  fps?: number | undefined;
}

export interface Hearing {
  start: (start: Start) => void;
  /** 1 initialisation, 2 fragment, 3 JPEG; `seconds` in the camera's own time. */
  picture: (kind: number, seconds: number, bytes: Uint8Array<ArrayBuffer>) => void;
  look: (look: Look) => void;
  /** The wire is whole, or is not. */
  state: (isOpen: boolean) => void;
}

/** One camera's socket; a lost one is opened anew until `close`. */
export class Wire {
  #socket: WebSocket | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_WAIT;
  #isOver = false;

  constructor(
    private readonly camera: string,
    private readonly wishes: Wishes,
    private readonly hearing: Hearing,
  ) {
    this.#open();
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#again);
    const socket = this.#socket;
    // A browser complains of a socket that is closed while it is being opened.
    if (socket?.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket?.close();
  }

  #open(): void {
    const { pictures, width, fps } = this.wishes;
    const query = new URLSearchParams({ pictures });
    if (width) query.set("width", String(width));
    if (fps) query.set("fps", String(fps));
    const address = new URL(
      `/api/v1/cameras/${encodeURIComponent(this.camera)}/watch?${query}`,
      location.href,
    );
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) =>
      !this.#isOver && this.#hear(message.data);
    socket.onopen = () => !this.#isOver && this.hearing.state(true);
    socket.onclose = (closing) => this.#closed(closing.code);
    this.#socket = socket;
  }

  #hear(data: string | ArrayBuffer): void {
    this.#wait = FIRST_WAIT;
    if (typeof data === "string") {
      const told = JSON.parse(data) as Look | Start;
      if (told.type === "start") this.hearing.start(told);
      else if (told.type === "look") this.hearing.look(told);
      return;
    }
    const view = new DataView(data);
    this.hearing.picture(view.getUint8(0), view.getFloat64(1), new Uint8Array(data, 9));
  }

  #closed(code: number): void {
    if (this.#isOver) return;
    this.hearing.state(false);
    if (code === NOT_KNOWN) void session.learn();
    this.#again = setTimeout(() => this.#open(), this.#wait);
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }
}
