import { InsufficientData } from '@verdict/core';
import { orderByTime, timeFolds } from '../validation/index.ts';

/**
 * Folds for data that is ordered by time: blocks of neighbouring rows, so that what happened on one day is
 * not both learnt from and judged on. A group goes as a whole to the block of its middle row.
 *
 * @param groups rows with the same number of 0 or more stay in one fold; -1 stands alone
 * @returns fold of each row, 0 to `folds` - 1, the earliest first
 * @throws InsufficientData if rows, or the middle rows of groups, have fewer different times than there are folds
 */
export function timeBlocks(times: Float64Array, folds: number, groups?: Int32Array): Uint8Array {
  const places = groups === undefined ? times : middleTimes(times, groups);
  const different = differentTimes(places, folds);
  if (different < differentTimes(times, folds)) {
    throw new InsufficientData({
      problem:
        `${folds} folds are blocks of time in which groups are whole, each at the time of its middle row; ` +
        `${different === 1 ? 'that is one and the same' : `these are ${different} different times`}.`,
      hint: 'Use fewer folds, or leave --time or --group out.',
    });
  }
  const blocks = new Uint8Array(times.length);
  timeFolds(places, { folds: folds - 1 }).forEach(({ test }, i) => {
    for (const row of test) blocks[row] = i + 1;
  });
  return blocks;
}

/** The time of the middle row of each row's group: moved there, few of its rows leave their neighbours. */
function middleTimes(times: Float64Array, groups: Int32Array): Float64Array {
  // How many rows of each group come before its middle one.
  const ahead = new Map<number, number>();
  for (const group of groups) if (group >= 0) ahead.set(group, (ahead.get(group) ?? 0) + 1);
  for (const [group, size] of ahead) ahead.set(group, size >> 1);
  const middle = new Map<number, number>();
  for (const row of orderByTime(times)) {
    const group = groups[row];
    const before = ahead.get(group);
    if (before === undefined) continue;
    if (before === 0) middle.set(group, times[row]);
    ahead.set(group, before - 1);
  }
  return times.map((time, row) => middle.get(groups[row]) ?? time);
}

/** How many different times there are, counted no further than to `most`. */
function differentTimes(times: Float64Array, most: number): number {
  const seen = new Set<number>();
  for (const time of times) {
    if (seen.size === most) break;
    seen.add(time);
  }
  return seen.size;
}
