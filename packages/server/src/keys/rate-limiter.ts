/** Most callers that are remembered; beyond it the one that has been silent longest is forgotten. */
const MOST_CALLERS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** A bucket of tokens for every caller: `rate` requests a second, and as many at once. */
export class RateLimiter {
  readonly #rate: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();
  #taken = new Map<string, number>();

  /**
   * @param rate requests a second
   * @param burst requests at once; default as many as a second allows, at least one
   */
  constructor(rate: number, burst = Math.max(1, rate)) {
    this.#rate = rate;
    this.#burst = burst;
  }

  /**
   * Takes a token.
   *
   * @param now milliseconds of any clock that does not go back
   * @returns 0, or the seconds after which there is one
   */
  take(caller: string, now: number): number {
    let bucket = this.#buckets.get(caller);
    if (bucket === undefined) {
      bucket = { tokens: this.#burst, at: now };
      if (this.#buckets.size >= MOST_CALLERS) this.#forget();
    } else {
      bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1000) * this.#rate);
      bucket.at = now;
      // Behind the others, so that the first in the map is the one that has been silent longest.
      this.#buckets.delete(caller);
    }
    this.#buckets.set(caller, bucket);
    if (bucket.tokens < 1) return (1 - bucket.tokens) / this.#rate;
    bucket.tokens--;
    this.#taken.set(caller, (this.#taken.get(caller) ?? 0) + 1);
    return 0;
  }

  /** What each caller has taken since this was asked last: for the limiters of other processes. */
  taken(): [caller: string, tokens: number][] {
    const taken = [...this.#taken];
    this.#taken = new Map();
    return taken;
  }

  /** Counts what callers have taken in other processes, so that a limit holds for all of them together. */
  drain(taken: readonly (readonly [caller: string, tokens: number])[], now: number): void {
    for (const [caller, tokens] of taken) {
      const bucket = this.#buckets.get(caller);
      if (bucket === undefined) this.#buckets.set(caller, { tokens: this.#burst - tokens, at: now });
      else bucket.tokens = Math.max(-this.#burst, bucket.tokens - tokens);
    }
  }

  #forget(): void {
    const { value } = this.#buckets.keys().next();
    if (value !== undefined) this.#buckets.delete(value);
  }
}
