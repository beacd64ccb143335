import type { BinnedMatrix, Matrix } from '@verdict/boost';
import { binMatrixAsync } from '@verdict/boost';
import { InsufficientData, InvalidOption } from '@verdict/core';
import { requireLength } from '../metrics/checks.ts';
import type { WorkPool } from '../training/pool.ts';
import { share, shareMatrix, shareOthers } from '../training/shared-memory.ts';
import { takeFeatures } from './binned-columns.ts';
import { meanLosses, pairedDifference } from './paired-losses.ts';
import type { SelectionMethod } from './selection-tasks.ts';
import { selectionMethods } from './selection-tasks.ts';
import { rankInSplit, splitSeed } from './split-ranking.ts';
import type { RankedTable } from './split-ranking.ts';
import type { StopWord } from './stop-word.ts';

/** Rows that train and rows that judge. */
export interface SelectionSplit {
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
  /** The features as this split sees them, where they look at labels; default the common matrix. */
  readonly matrix?: Matrix;
  /** The bins of `matrix`, if they are known already. */
  readonly binned?: BinnedMatrix;
}

export interface CountChoiceInput {
  readonly method: SelectionMethod;
  /** The features of all rows. */
  readonly matrix: Matrix;
  /** The bins of `matrix`, if they are known already. */
  readonly binned?: BinnedMatrix;
  readonly labels: Uint8Array;
  readonly weights?: Float64Array;
  readonly splits: readonly SelectionSplit[];
  readonly seed: number;
  readonly pool: WorkPool;
  /** Numbers of features to try; default `countGrid`. The number of all features is always tried. */
  readonly counts?: readonly number[];
  /** Called when one of `selectionTaskCount` tasks is done. */
  readonly onTask?: () => void;
  /** Shared memory whose only word becomes 1 when there is no time left. */
  readonly stop?: StopWord;
}

/** What so many features reach out of fold. */
export interface CountScore {
  readonly count: number;
  /** Mean log loss of a row. */
  readonly mean: number;
  /** Standard error of the difference to the best count, row by row; 0 for the best. */
  readonly standardError: number;
}

/** Which features are kept, and what it costs to leave the others out. */
export interface CountChoice {
  readonly method: SelectionMethod;
  readonly count: number;
  /** Names, best first, as ranked on all rows. */
  readonly kept: readonly string[];
  /** By rising count. Chosen on these rows, so the chosen one looks a little better than it is. */
  readonly curve: readonly CountScore[];
  /** In the order of their ranks, which go on from those of the kept ones; the best feature has rank 1. */
  readonly dropped: readonly { readonly name: string; readonly rank: number }[];
  /** Mean log loss with the kept features minus that with all, and the standard error of this difference. */
  readonly cost: { readonly logLoss: number; readonly standardError: number };
}

/** Each count is about so many times the next smaller one. */
const RATIO = 1.5;

/** Numbers of features to try: 1 to all, in steps that grow with them. */
export function countGrid(features: number): number[] {
  const counts = new Set<number>();
  for (let count = features; count >= 1; count /= RATIO) counts.add(Math.round(count));
  counts.add(1);
  return [...counts].filter((count) => count <= features).sort((a, b) => a - b);
}

/** How many tasks `chooseCount` gives to its pool. */
export function selectionTaskCount(splits: number, counts: number): number {
  return 1 + splits * (1 + counts);
}

/**
 * Chooses how many features are kept, and which. In every split the features are ranked on its training rows
 * alone, and modest boosted trees of the best 1, 2, 3, 5, … of them are judged on its validation rows. The
 * smallest number is taken whose mean log loss exceeds the best one's by no more than one standard error of
 * their paired difference, over the rows that judge (a row of several splits counts once, with its mean loss).
 * The kept features are then the best of a ranking on all rows.
 *
 * The result depends on the seed, not on the number of threads.
 *
 * @throws InvalidOption; InsufficientData without features or splits; Interrupted by `stop`; what `trainSync`
 * throws
 */
export async function chooseCount(input: CountChoiceInput): Promise<CountChoice> {
  const { method, matrix, splits, seed, pool, onTask, stop } = input;
  const counts = checkInput(input);
  const labels = share(input.labels);
  const weights = input.weights && share(Float32Array.from(input.weights));
  const common = await prepare(shareMatrix(matrix), input.binned);
  const count = <T>(result: T): T => {
    onTask?.();
    return result;
  };
  const ranking = pool
    .run('rankInFold', {
      method,
      ...common,
      labels,
      weights,
      rows: share(Uint32Array.from(labels.keys())),
      seed,
      stop,
    })
    .then(count);
  // An error before this is waited for goes to the caller; what the closing pool then rejects goes nowhere.
  ranking.catch(() => undefined);
  const judged: Promise<Float64Array[]>[] = [];
  for (const [i, split] of splits.entries()) {
    const own =
      split.matrix === undefined
        ? common
        : await prepare(shareOthers(split.matrix, matrix, common.matrix), split.binned);
    const rows = share(split.rows);
    const validationRows = share(split.validationRows);
    const losses = rankInSplit({ method, labels, weights, seed, pool, stop }, own, rows, i)
      .then(count)
      .then((order) =>
        Promise.all(
          counts.map((size) => {
            const binned = takeFeatures(own.binned, order.slice(0, size).sort());
            return pool
              .run('judgeSubset', {
                binned,
                labels,
                weights,
                rows,
                validationRows,
                seed: splitSeed(seed, i),
                stop,
              })
              .then(count);
          }),
        ),
      );
    losses.catch(() => undefined);
    judged.push(losses);
  }
  const [order, losses] = await Promise.all([ranking, Promise.all(judged)]);
  const byCount = meanLosses(splits, losses, labels.length, input.weights);
  return choose(method, matrix.featureNames, order, counts, byCount);
}

type Losses = ReturnType<typeof meanLosses>;

function choose(
  method: SelectionMethod,
  names: readonly string[],
  order: Uint32Array,
  counts: readonly number[],
  { rows, means }: Losses,
): CountChoice {
  const best = means.reduce((low, own, i) => (own.mean < means[low].mean ? i : low), 0);
  const curve = counts.map((size, i) => ({
    count: size,
    mean: means[i].mean,
    standardError: pairedDifference(means[i].losses, means[best].losses, rows).standardError,
  }));
  const chosen = curve.findIndex(({ mean, standardError }) => mean - means[best].mean <= standardError);
  const { difference, standardError } = pairedDifference(
    means[chosen].losses,
    means[means.length - 1].losses,
    rows,
  );
  const ranked = Array.from(order, (f) => names[f]);
  const { count } = curve[chosen];
  return {
    method,
    count,
    kept: ranked.slice(0, count),
    curve,
    dropped: ranked.slice(count).map((name, i) => ({ name, rank: count + i + 1 })),
    cost: { logLoss: difference, standardError },
  };
}

async function prepare(matrix: Matrix, binned?: BinnedMatrix): Promise<RankedTable> {
  return { matrix, binned: binned ?? (await binMatrixAsync(matrix, { threads: 1 })) };
}

/** Checks the input, and returns the counts in rising order. */
function checkInput({ method, matrix, binned, labels, weights, splits, counts }: CountChoiceInput): number[] {
  const features = matrix.columns.length;
  if (!selectionMethods.includes(method)) {
    throw new InvalidOption({
      option: 'method',
      got: method,
      expected: `one of ${selectionMethods.join(', ')}`,
    });
  }
  requireLength('labels', labels.length, matrix.rowCount);
  if (binned !== undefined) requireLength('binned', binned.rowCount, matrix.rowCount);
  if (weights !== undefined) requireLength('weights', weights.length, matrix.rowCount);
  if (features === 0 || splits.length === 0) {
    throw new InsufficientData({
      problem: `there are no ${features === 0 ? 'features to choose from' : 'splits to choose by'}.`,
      hint: 'Give at least one feature and one split.',
    });
  }
  const wrong = counts?.find((count) => !Number.isInteger(count) || count < 1 || count > features);
  if (wrong !== undefined) {
    throw new InvalidOption({
      option: 'counts',
      got: wrong,
      expected: `whole numbers from 1 to ${features}`,
    });
  }
  return [...new Set([...(counts ?? countGrid(features)), features])].sort((a, b) => a - b);
}
