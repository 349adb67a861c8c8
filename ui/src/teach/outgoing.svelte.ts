import { Refused, ask } from "../api/ask";
import { shrunk } from "./shrunk";
import { below, type Added } from "./replies";

export interface Parcel {
  picture: Blob;
  label: string;
  /** Drop it if it shows nearly what is there already. */
  dropsNear: boolean;
  /** The file's name, to recognise it by. */
  name?: string;
  /** Called with what became of it, or with why it was refused for good. */
  told?: (added: Added | null, refusal?: unknown) => void;
}

/**
 * Pictures on their way to a classifier, one after the other: the last of a row has it taught.
 * What could not be sent stays here until it can: a picture that a person chose is never lost.
 */
export class Outgoing {
  /** Of the row that is under way. */
  sent = $state(0);
  total = $state(0);
  stuck = $state.raw<readonly Parcel[]>([]);
  trouble = $state.raw<unknown>(null);
  #row: Parcel[] = [];
  #isUnderWay = false;
  #idle: (() => void)[] = [];

  constructor(
    private readonly classifier: string,
    private readonly onadded: (added: Added) => void,
    /** Is told of what was refused for good (not a picture, too large) if nobody else is. */
    private readonly onrefused: (error: unknown) => void,
    /** All is sent, or stuck. */
    private readonly onidle: () => void,
  ) {}

  get isBusy(): boolean {
    return this.sent < this.total;
  }

  send(...parcels: Parcel[]): void {
    this.#row.push(...parcels);
    this.total += parcels.length;
    if (!this.#isUnderWay) void this.#go();
  }

  /** When all is sent, or stuck. */
  idle(): Promise<void> {
    if (!this.#isUnderWay) return Promise.resolve();
    return new Promise((done) => this.#idle.push(done));
  }

  /** Try again what could not be sent. */
  again(): void {
    const stuck = this.stuck;
    this.stuck = [];
    this.trouble = null;
    this.send(...stuck);
  }

  async #go(): Promise<void> {
    this.#isUnderWay = true;
    for (let parcel = this.#row.shift(); parcel; parcel = this.#row.shift()) {
      await this.#post(parcel);
      this.sent++;
    }
    this.#isUnderWay = false;
    this.sent = this.total = 0;
    this.onidle();
    for (const done of this.#idle.splice(0)) done();
  }

  async #post(parcel: Parcel): Promise<void> {
    const query = new URLSearchParams({ label: parcel.label });
    if (parcel.name) query.set("file", parcel.name.slice(-255));
    if (parcel.dropsNear) query.set("drop_near_duplicates", "true");
    if (this.#row.length === 0) query.set("teach", "true");
    try {
      const body = await shrunk(parcel.picture);
      const added = await ask<Added>(`${below(this.classifier, "examples")}?${query}`, {
        method: "POST",
        body,
      });
      this.onadded(added);
      parcel.told?.(added);
    } catch (error) {
      if (error instanceof Refused && (error.status === 413 || error.status === 422)) {
        if (parcel.told) parcel.told(null, error);
        else this.onrefused(error);
        return;
      }
      // The service is away or busy: the rest of the row would fail as well.
      this.trouble = error;
      this.stuck = [...this.stuck, parcel, ...this.#row];
      this.sent += this.#row.length;
      this.#row = [];
    }
  }
}
