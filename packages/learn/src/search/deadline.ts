/** How often the clock is looked at while trials run, in milliseconds: less than a round takes. */
const LOOK = 10;

/**
 * The time that a search has. The clock is the caller's; workers hear that it is up by a word of shared memory, which
 * they look at after every round.
 */
export class Deadline {
  readonly #now: () => number;
  readonly #begin: number;
  readonly #extension: (() => number) | undefined;
  #budget: number;
  #isExtended = false;
  #failure: unknown;
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  /** 1 in its only word once the time is up. */
  readonly stop = new Int32Array(new SharedArrayBuffer(4));

  /**
   * @param now milliseconds from any beginning
   * @param seconds Infinity if there is no limit
   * @param extension asked once, when the time is up or too short for more, for seconds on top; 0 for none
   */
  constructor(now: () => number, seconds: number, extension?: () => number) {
    this.#now = now;
    this.#begin = now();
    this.#budget = seconds;
    this.#extension = extension;
    if (seconds <= 0) this.end();
    if (seconds <= 0 || seconds === Infinity) return;
    this.#timer = setInterval(() => {
      if (this.secondsLeft() <= 0) this.#extendLater();
      if (this.secondsLeft() <= 0) this.end();
    }, LOOK);
  }

  /** An error thrown by a timer would end the process: it waits for `requireWhole`. */
  #extendLater(): void {
    try {
      this.extend();
    } catch (error) {
      this.#failure = error;
      this.end();
    }
  }

  /** @throws what the extension has thrown */
  requireWhole(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Asks for more time, unless that was done or the time was ended. */
  extend(): void {
    if (this.#isExtended || this.#extension === undefined || Atomics.load(this.stop, 0) === 1) return;
    this.#isExtended = true;
    this.#budget += this.#extension();
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
