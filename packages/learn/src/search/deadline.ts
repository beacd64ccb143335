/** How often the clock is looked at while trials run, in milliseconds: less than a round takes. */
const LOOK = 10;

/**
 * The time that a search has. The clock is the caller's; workers hear that it is up by a word of shared memory, which
 * they look at after every round.
 */
export class Deadline {
  readonly #now: () => number;
  readonly #begin: number;
  readonly #budget: number;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  /** 1 in its only word once the time is up. */
  readonly stop = new Int32Array(new SharedArrayBuffer(4));

  /**
   * @param now milliseconds from any beginning
   * @param seconds Infinity if there is no limit
   */
  constructor(now: () => number, seconds: number) {
    this.#now = now;
    this.#begin = now();
    this.#budget = seconds;
    if (seconds <= 0) this.end();
    if (seconds <= 0 || seconds === Infinity) return;
    this.#timer = setInterval(() => {
      if (this.secondsLeft() <= 0) this.end();
    }, LOOK);
  }

  secondsLeft(): number {
    return this.#budget - (this.#now() - this.#begin) / 1000;
  }

  get isOver(): boolean {
    return Atomics.load(this.stop, 0) === 1 || this.secondsLeft() <= 0;
  }

  /** Ends the time now: what runs stops within a round. */
  end(): void {
    Atomics.store(this.stop, 0, 1);
    clearInterval(this.#timer);
  }
}
