/** A span of wall time, and a clock that says how much of it is left. Without a span it never ends. */
export interface Budget {
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Where the span begins, by that clock. */
  readonly started: number;
  readonly seconds: number | undefined;
}

/** Seconds since the span began. */
export function elapsed({ now, started }: Budget): number {
  return (now() - started) / 1000;
}

/** Seconds that are left; Infinity without an end, 0 when it has passed. */
export function remaining(budget: Budget): number {
  return budget.seconds === undefined ? Infinity : Math.max(0, budget.seconds - elapsed(budget));
}

/**
 * A span that ends earlier.
 *
 * @param reserve seconds that are kept back at the end of the whole span
 * @param share of what is then left
 */
export function shorten(budget: Budget, reserve: number, share = 1): Budget {
  if (budget.seconds === undefined) return budget;
  const left = Math.max(0, remaining(budget) - reserve) * share;
  return { ...budget, seconds: elapsed(budget) + left };
}

/** Does some work and says how many seconds of wall time it took. */
export async function timed<T>(
  { now }: Budget,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  const start = now();
  const result = await work();
  return { result, seconds: (now() - start) / 1000 };
}
