import type { Booster } from '@verdict/boost';
import { maximumFeatures } from './feature-plan.ts';

/** Two things that trees split on together, and how much. */
export interface CoSplit {
  /** The smaller number first. */
  readonly first: number;
  readonly second: number;
  /** Gain of all splits on one of them directly below a split on the other. */
  readonly gain: number;
}

/**
 * What trees split on together: for each split directly below a split on something else, its gain counts for the
 * pair. A tree that has to cut along a slanted line, such as one of equal ratios, does it in steps, by one column and
 * the other in turn.
 *
 * @param groupOf from a feature's number to what it counts as, or -1 for what does not count
 * @returns by falling gain; equal ones by their numbers
 */
export function coSplits(boosters: readonly Booster[], groupOf: (feature: number) => number): CoSplit[] {
  const pairs = new Map<number, { first: number; second: number; gain: number }>();
  for (const { features, lefts, gains } of boosters.flatMap(({ trees }) => trees)) {
    for (let parent = 0; parent < lefts.length; parent++) {
      if (lefts[parent] < 0) continue;
      const upper = groupOf(features[parent]);
      if (upper < 0) continue;
      for (const child of [lefts[parent], lefts[parent] + 1]) {
        if (lefts[child] < 0) continue;
        const lower = groupOf(features[child]);
        if (lower < 0 || lower === upper || !(gains[child] > 0 && gains[child] < Infinity)) continue;
        const first = Math.min(upper, lower);
        const second = Math.max(upper, lower);
        const key = first * maximumFeatures + second;
        const pair = pairs.get(key) ?? { first, second, gain: 0 };
        pair.gain += gains[child];
        pairs.set(key, pair);
      }
    }
  }
  return [...pairs.values()].sort((a, b) => b.gain - a.gain || a.first - b.first || a.second - b.second);
}
