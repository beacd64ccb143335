/** A span of wall time, and a clock that says how much of it is left. Without a span it never ends. */
export interface Budget {
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Where the span begins, by that clock. */
  readonly started: number;
  readonly seconds: number | undefined;
  /** Seconds of computing that the process has used, all threads together. */
  readonly cpu: () => number;
  /** How many times as long computing takes here as where what is known in seconds of computing was measured. */
  readonly slowness: number;
}

/** With other work on the machine a second of computing takes longer than so many seconds only for a moment. */
const SLOWEST = 5;

/**
 * Measures how many seconds of wall time a second of computing takes while some work goes on: half a second with two
 * threads that nobody disturbs, more where other work shares the machine. What is known in seconds of computing can
 * be told in wall time by it.
 *
 * @returns what says it, from then on to the time of asking
 */
export function startPace({ now, cpu }: Budget, threads: number): () => number {
  const start = now();
  const used = cpu();
  return () => {
    const pace = (now() - start) / 1000 / (cpu() - used);
    return Math.min(SLOWEST, Math.max(1 / threads, Number.isNaN(pace) ? 0 : pace));
  };
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
