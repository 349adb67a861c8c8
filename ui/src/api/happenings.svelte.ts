/** What happens at this moment, as the service tells it (server-sent events), for whoever wants to know. */
type Heard = (data: Record<string, unknown>) => void;

const KINDS = ["hello", "lost", "event", "rule", "camera", "actuator", "teaching"] as const;
export type Kind = (typeof KINDS)[number];

class Happenings {
  /** Whether the service is heard at this moment. */
  isHeard = $state(false);
  /** The service refuses to be heard: is one still logged in? */
  onrefused: () => void = () => {};
  #source: EventSource | null = null;
  #listeners = new Map<Kind, Set<Heard>>();
  #isWanted = false;
  /** Nobody has listened for a while: what happened meanwhile is to be asked for. */
  #wasAway = false;

  constructor() {
    // A browser has six connections for a service, all its tabs together: who is not seen holds none.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#stop();
      else if (this.#isWanted) this.begin();
    });
  }

  /** Begin to listen; a broken connection is begun anew by the browser. */
  begin(): void {
    this.#isWanted = true;
    if (this.#source || document.hidden) return;
    const source = new EventSource("/api/v1/live");
    this.#source = source;
    source.onopen = () => (this.isHeard = true);
    source.onerror = () => {
      this.isHeard = false;
      // A refusal (signed out) ends it for good; a lost connection does not.
      if (source.readyState !== EventSource.CLOSED) return;
      this.onrefused();
      this.#again();
    };
    for (const kind of KINDS)
      source.addEventListener(kind, (message) => this.#tell(kind, message as MessageEvent<string>));
  }

  end(): void {
    this.#isWanted = false;
    this.isHeard = false;
    this.#stop();
  }

  #stop(): void {
    if (!this.#source) return;
    this.#source.close();
    this.#source = null;
    this.#wasAway = true;
  }

  /** Be told of a kind of happening; what is returned ends that. `lost`: ask for the states anew. */
  on(kind: Kind, heard: Heard): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(heard));
    return () => listeners.delete(heard);
  }

  /** Be told when the service is heard again, also another run of it; what is returned ends that. */
  onBack(heard: () => void): () => void {
    const ends = (["hello", "lost"] as const).map((kind) => this.on(kind, heard));
    return () => ends.forEach((end) => end());
  }

  #again(): void {
    const ended = this.#source;
    setTimeout(() => {
      if (this.#source !== ended) return;
      this.#source = null;
      this.begin();
    }, 3000);
  }

  #tell(kind: Kind, message: MessageEvent<string>): void {
    this.isHeard = true;
    const data = JSON.parse(message.data) as Record<string, unknown>;
    // Who was away begins with what is now.
    const told = kind === "hello" && this.#wasAway ? "lost" : kind;
    this.#wasAway = false;
    for (const heard of this.#listeners.get(told) ?? []) heard(data);
  }
}

export const happenings = new Happenings();
