import type { Interval } from '../metrics/index.ts';
import { wilsonInterval } from '../metrics/index.ts';

/** A share and the effective number of rows that it was observed in. */
export interface Rate {
  readonly share: number;
  readonly count: number;
}

/**
 * The interval of the difference of two independent shares, first minus second: Newcombe's hybrid score method
 * (1998, method 10), from Wilson's intervals of both.
 */
export function differenceInterval(first: Rate, second: Rate, level = 0.95): Interval {
  const a = wilsonInterval(first.share, first.count, level);
  const b = wilsonInterval(second.share, second.count, level);
  const difference = first.share - second.share;
  return {
    low: difference - Math.hypot(first.share - a.low, b.high - second.share),
    high: difference + Math.hypot(a.high - first.share, second.share - b.low),
  };
}

/**
 * The interval of the ratio of two independent shares, first over second, from Wilson's intervals of both (Donner
 * and Zou 2012, MOVER). NaN if the second share is 0.
 */
export function ratioInterval(first: Rate, second: Rate, level = 0.95): Interval {
  if (!(second.share > 0)) return { low: NaN, high: NaN };
  const a = wilsonInterval(first.share, first.count, level);
  const b = wilsonInterval(second.share, second.count, level);
  const product = first.share * second.share;
  const root = (limit: number, other: number): number =>
    Math.sqrt(
      Math.max(0, product ** 2 - limit * other * (2 * first.share - limit) * (2 * second.share - other)),
    );
  return {
    low: Math.max(0, (product - root(a.low, b.high)) / (b.high * (2 * second.share - b.high))),
    high: (product + root(a.high, b.low)) / (b.low * (2 * second.share - b.low)),
  };
}
