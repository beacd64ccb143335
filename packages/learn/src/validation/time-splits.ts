import { InsufficientData, InvalidValue } from '@verdict/core';
import { requireCount, requireShare } from '../metrics/checks.ts';
import { rankDescending } from '../metrics/ranking.ts';
import type { Split } from './folds.ts';

/** How a part is set aside by time. */
export interface TimeSplitOptions {
  /** Share of the rows, between 0 and 1. */
  readonly testShare: number;
  /** How many rows before the test part are left out; default 0. */
  readonly gap?: number;
}

/**
 * Sets the last share of the rows by time aside. Rows of the same time stay on one side: the border moves
 * to the nearest change of time, the later one if both are equally near, and a time that lies partly in the
 * gap is left out wholly.
 *
 * @param times any number that grows with time, such as milliseconds since 1970
 * @throws InvalidValue if a time is missing; InsufficientData if all times are equal, or the gap leaves nothing
 * to train on; InvalidOption
 */
export function timeSplit(times: Float64Array, { testShare, gap = 0 }: TimeSplitOptions): Split {
  requireShare('testShare', testShare);
  requireCount('gap', gap, 0);
  const order = orderByTime(times);
  const borders = timeBorders(times, order);
  if (borders.length === 0) throw tooFewTimes(2, borders.length + 1, 'A split by time');
  const border = nearestBorder(borders, order.length * (1 - testShare));
  const end = borders.findLast((position) => position <= border - gap);
  if (end === undefined) {
    throw new InsufficientData({
      problem: `a gap of ${gap} rows leaves nothing to train on before the latest rows, which judge.`,
      hint: 'Use a shorter gap, or hold out fewer rows.',
    });
  }
  return { train: order.slice(0, end), test: order.slice(border) };
}

/**
 * Folds for data that is ordered by time, with an expanding window: the rows are cut into `folds` + 1
 * blocks of about equal size, and fold k trains on the blocks up to k and is tested on the next one. Rows
 * of the same time stay in one block.
 *
 * @throws InvalidValue if a time is missing; InsufficientData if there are not enough different times
 */
export function timeFolds(times: Float64Array, options: { readonly folds: number }): Split[] {
  const { folds } = options;
  requireCount('folds', folds, 1);
  const order = orderByTime(times);
  const borders = timeBorders(times, order);
  if (borders.length < folds) throw tooFewTimes(folds + 1, borders.length + 1, `${folds} folds by time`);
  const cuts: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const firstFree = fold === 0 ? 0 : borders.indexOf(cuts[fold - 1]) + 1;
    const free = borders.subarray(firstFree, borders.length - (folds - 1 - fold));
    cuts.push(nearestBorder(free, (order.length * (fold + 1)) / (folds + 1)));
  }
  return cuts.map((cut, fold) => ({
    train: order.slice(0, cut),
    test: order.slice(cut, cuts[fold + 1] ?? order.length),
  }));
}

/** Rows from the earliest to the latest; rows of the same time in row order. */
export function orderByTime(times: Float64Array): Uint32Array {
  const missing = times.findIndex((time) => Number.isNaN(time));
  if (missing >= 0) {
    throw new InvalidValue({
      row: missing + 1,
      column: 'time',
      got: NaN,
      expected: 'a time in every row',
      hint: 'Fill in the time, leave the row out, or split at random.',
    });
  }
  return rankDescending(times.map((time) => -time));
}

/** The positions at which the time changes. */
export function timeBorders(times: Float64Array, order: Uint32Array): Uint32Array {
  const positions = new Uint32Array(order.length);
  let count = 0;
  for (let position = 1; position < order.length; position++) {
    if (times[order[position]] !== times[order[position - 1]]) positions[count++] = position;
  }
  return positions.subarray(0, count);
}

/** The border nearest to a position, the later one if two are equally near. */
export function nearestBorder(borders: Uint32Array, wanted: number): number {
  let best = borders[0];
  for (const border of borders) if (Math.abs(border - wanted) <= Math.abs(best - wanted)) best = border;
  return best;
}

/** The error for times that differ too little to be cut. */
export function tooFewTimes(needed: number, got: number, purpose: string): InsufficientData {
  return new InsufficientData({
    problem: `${purpose} needs at least ${needed} different times, there ${got === 1 ? 'is 1' : `are ${got}`}.`,
    hint: 'Use fewer folds, or split at random.',
  });
}
