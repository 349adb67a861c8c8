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

  /** Begin to listen; a broken connection is begun anew by the browser. */
  begin(): void {
    if (this.#source) return;
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
    this.#source?.close();
    this.#source = null;
    this.isHeard = false;
  }

  /** Be told of a kind of happening; what is returned ends that. `lost`: ask for the states anew. */
  on(kind: Kind, heard: Heard): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners.add(heard));
    return () => listeners.delete(heard);
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
    for (const heard of this.#listeners.get(kind) ?? []) heard(data);
  }
}

export const happenings = new Happenings();
