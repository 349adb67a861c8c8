/** One at a time, the newest wins: what is asked for while something is under way waits, alone. */
export class Newest {
  #isUnderWay = false;
  #waiting: (() => Promise<void>) | null = null;
  #idle: (() => void)[] = [];

  /** Run it now, or when what is under way has ended; whatever waited until now is never run. */
  run(work: () => Promise<void>): void {
    this.#waiting = work;
    if (!this.#isUnderWay) void this.#go();
  }

  /** When nothing is under way any more, and nothing waits. */
  idle(): Promise<void> {
    if (!this.#isUnderWay) return Promise.resolve();
    return new Promise((done) => this.#idle.push(done));
  }

  async #go(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#waiting) {
      const work = this.#waiting;
      this.#waiting = null;
      await work().catch(() => {}); // Who gave it has told of its trouble.
    }
    this.#isUnderWay = false;
    for (const done of this.#idle.splice(0)) done();
  }
}

/** Takes again and again while it is held: one at a time, and never faster than the pause. At least once. */
export class Holding {
  #turn = 0;

  constructor(
    private readonly take: () => Promise<unknown>,
    private readonly pauseMs: number,
  ) {}

  /** Until it is let go; false if one could not be taken. */
  async begin(): Promise<boolean> {
    const turn = ++this.#turn;
    do {
      const pause = new Promise((done) => setTimeout(done, this.pauseMs));
      const went = await this.take().then(
        () => true,
        () => false,
      );
      // What failed once fails again: the hand that holds must not write a hundred complaints.
      if (!went) return false;
      await pause;
    } while (turn === this.#turn);
    return true;
  }

  end(): void {
    this.#turn++;
  }
}
