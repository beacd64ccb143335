import { shortestBetween } from '../features/shortest-number.ts';

/** Numbers in bins that can be shown: each has a value of its own that no single row can be told by. */
export interface ValueBins {
  /** One value for each bin, ascending. */
  readonly values: readonly number[];
  /** Rows in each bin. */
  readonly counts: readonly number[];
  /** The bin of a value; -1 for what is missing or infinite, and where there is no bin. */
  place(value: number): number;
}

/**
 * Puts numbers into bins of at least `minimumCount` rows, cut at quantiles where there are more values than
 * `maximumBins`. A bin shows a value that at least `minimumCount` rows have, if its middle row has such a one;
 * otherwise the shortest decimal strictly between two neighbouring values in its middle. Where fewer than
 * `minimumCount` rows have a number at all, there is no bin.
 */
export function binValues(
  values: Float64Array,
  { minimumCount, maximumBins }: { readonly minimumCount: number; readonly maximumBins: number },
): ValueBins {
  const sorted = values.filter(Number.isFinite).sort();
  const length = sorted.length < minimumCount ? 0 : sorted.length;
  const few = distinctCount(sorted, maximumBins) <= maximumBins;
  const target = few ? minimumCount : Math.max(minimumCount, Math.ceil(length / maximumBins));
  const starts: number[] = [];
  const shown: number[] = [];
  const counts: number[] = [];
  for (let start = 0; start < length;) {
    let end = Math.min(length, start + target);
    while (end < length && sorted[end] === sorted[end - 1]) end++;
    if (length - end < minimumCount) end = length;
    starts.push(sorted[start]);
    shown.push(valueOf(sorted, start, end, minimumCount));
    counts.push(end - start);
    start = end;
  }
  return {
    values: shown,
    counts,
    place(value) {
      if (!Number.isFinite(value) || starts.length === 0) return -1;
      let low = 0;
      let high = starts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (starts[middle] <= value) low = middle + 1;
        else high = middle;
      }
      return Math.max(0, low - 1);
    },
  };
}

/** How many different values there are, counted no further than one past `most`. */
function distinctCount(sorted: Float64Array, most: number): number {
  let count = sorted.length === 0 ? 0 : 1;
  for (let i = 1; i < sorted.length && count <= most; i++) if (sorted[i] !== sorted[i - 1]) count++;
  return count;
}

/** What stands for the values from `start` to before `end`. */
function valueOf(sorted: Float64Array, start: number, end: number, minimumCount: number): number {
  const middle = (start + end - 1) >> 1;
  const value = sorted[middle];
  let from = middle;
  let to = middle + 1;
  while (from > start && sorted[from - 1] === value) from--;
  while (to < end && sorted[to] === value) to++;
  if (to - from >= minimumCount) return value;
  const changes = [from, to].filter((place) => place > start && place < end);
  changes.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  for (const place of changes) {
    const between = shortestBetween(sorted[place - 1], sorted[place]);
    if (between !== undefined) return between;
  }
  return sorted[start] / 2 + sorted[end - 1] / 2;
}
