import { InsufficientData, InvalidOption } from '@verdict/core';
import { requireCount } from '../metrics/checks.ts';
import type { Split } from './folds.ts';
import { nearestBorder, orderByTime, timeBorders, tooFewTimes } from './time-splits.ts';

/** How training windows go through time. */
export interface TimeWindowOptions {
  /** `expanding` trains on all earlier rows, `rolling` on the latest of them. */
  readonly kind: 'expanding' | 'rolling';
  /** Number of test blocks, at least 1. */
  readonly folds: number;
  /** How many rows before each test block are left out; default 0. */
  readonly gap?: number;
  /** `rolling`: the most rows of a training window. Default: as many as the first window has. */
  readonly window?: number;
}

/**
 * Splits for data that is ordered by time: the last rows are cut into `folds` test blocks of n / (folds + 1)
 * rows, rounded down, and each block is judged by a model of earlier rows. Gap and window are counted in rows
 * in order of time, since a time column may be any ordered values and have no unit. Where all times differ,
 * the splits are those of scikit-learn's `TimeSeriesSplit` (`gap`, `max_train_size`).
 *
 * Rows of the same time stay together: the blocks begin at the change of time that is nearest, a time that
 * lies partly in the gap is left out wholly, and so is one that lies partly before a rolling window. The gap
 * is therefore at least as long as asked for, and a window at most.
 *
 * @param times any number that grows with time
 * @returns from the earliest test block to the latest; rows in order of time
 * @throws InvalidValue if a time is missing; InsufficientData if there are not enough different times, or gap
 * and window leave nothing to train on; InvalidOption
 */
export function timeWindows(times: Float64Array, options: TimeWindowOptions): Split[] {
  const { kind, folds, gap = 0, window } = options;
  requireCount('folds', folds, 1);
  requireCount('gap', gap, 0);
  if (window !== undefined) {
    if (kind === 'expanding') {
      throw new InvalidOption({ option: 'window', got: window, expected: 'left out where windows expand' });
    }
    requireCount('window', window, 1);
  }
  const order = orderByTime(times);
  const borders = timeBorders(times, order);
  if (borders.length < folds) throw tooFewTimes(folds + 1, borders.length + 1, `${folds} folds by time`);
  const starts = blockStarts(borders, order.length, folds);
  const isBorder = new Uint8Array(order.length + 1);
  for (const border of borders) isBorder[border] = 1;
  isBorder[0] = 1;
  const ends = starts.map((start) => borderBefore(isBorder, Math.max(0, start - gap)));
  const longest = kind === 'expanding' ? order.length : (window ?? Math.max(1, ends[0]));
  return starts.map((start, fold) => {
    const end = ends[fold];
    const begin = borderAfter(isBorder, Math.max(0, end - longest));
    if (begin >= end) throw nothingLeft(fold, end, gap, longest);
    return { train: order.slice(begin, end), test: order.slice(start, starts[fold + 1] ?? order.length) };
  });
}

/** Where the test blocks begin: as `TimeSeriesSplit` has it, at the nearest change of time that is free. */
function blockStarts(borders: Uint32Array, rows: number, folds: number): number[] {
  const size = Math.floor(rows / (folds + 1));
  const starts: number[] = [];
  let firstFree = 0;
  for (let fold = 0; fold < folds; fold++) {
    const free = borders.subarray(firstFree, borders.length - (folds - 1 - fold));
    const start = nearestBorder(free, rows - (folds - fold) * size);
    starts.push(start);
    firstFree += free.indexOf(start) + 1;
  }
  return starts;
}

function borderBefore(isBorder: Uint8Array, position: number): number {
  while (isBorder[position] === 0) position--;
  return position;
}

/** The first border from a position on; the last position counts as one. */
function borderAfter(isBorder: Uint8Array, position: number): number {
  while (position < isBorder.length - 1 && isBorder[position] === 0) position++;
  return position;
}

function nothingLeft(fold: number, end: number, gap: number, window: number): InsufficientData {
  return new InsufficientData({
    problem:
      end === 0
        ? `a gap of ${gap} rows leaves nothing to train on before test block ${fold + 1}.`
        : `the last time before test block ${fold + 1} has more rows than the window of ${window}.`,
    hint: end === 0 ? 'Use a shorter gap, or fewer folds.' : 'Use a longer window.',
  });
}
