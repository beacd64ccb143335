import type { BinnedMatrix, Matrix } from '@verdict/boost';
import { trainSync } from '@verdict/boost';
import { filterMethods, rankFeatures } from './filter-ranking.ts';
import type { FilterMethod } from './filter-ranking.ts';
import { judgedRounds, modestTrees } from './modest-trees.ts';
import { recursiveElimination } from './recursive-elimination.ts';
import { shadowFeatures } from './shadow-features.ts';
import { isStopped, requireTime } from './stop-word.ts';
import type { StopWord } from './stop-word.ts';

/** Ways to rank features: filters, recursive elimination and shadow features. */
export const selectionMethods = [...filterMethods, 'rfe', 'boruta'] as const;
export type SelectionMethod = FilterMethod | 'rfe' | 'boruta';

/** Rank the features on some rows. */
export interface RankingTask {
  readonly method: SelectionMethod;
  readonly matrix: Matrix;
  readonly binned: BinnedMatrix;
  readonly labels: Uint8Array;
  readonly weights: Float32Array | undefined;
  readonly rows: Uint32Array;
  readonly seed: number;
  readonly stop: StopWord | undefined;
}

/** Forests that `boruta` grows in each fold; enough to part the clear cases. */
const FOLD_RUNS = 20;

/** The features from the best to the worst. Throws `Interrupted` once `stop` says so; filters are quick and finish. */
export function rankInFold(task: RankingTask): Uint32Array {
  const { method, matrix, binned, labels, weights, rows, seed, stop } = task;
  requireTime(stop);
  if (method === 'rfe') return recursiveElimination(binned, labels, { rows, weights, seed, stop });
  if (method === 'boruta') {
    return shadowFeatures(matrix, labels, { rows, weights, seed, runs: FOLD_RUNS, stop }).order;
  }
  return rankFeatures(method, matrix, labels, { rows, seed });
}

/** Judge some features: all that the matrix has. */
export interface SubsetTask {
  readonly binned: BinnedMatrix;
  readonly labels: Uint8Array;
  readonly weights: Float32Array | undefined;
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
  readonly seed: number;
  readonly stop: StopWord | undefined;
}

/** The log loss of each validation row by modest trees, which are stopped by the mean of it. */
export function judgeSubset(task: SubsetTask): Float64Array {
  const { binned, labels, weights, rows, validationRows, seed, stop } = task;
  requireTime(stop);
  const { validationMargins = new Float32Array(0) } = trainSync(
    { binned, labels, rows, validationRows, ...(weights === undefined ? {} : { weights }) },
    { ...modestTrees, seed },
    { ...judgedRounds, onRound: () => (isStopped(stop) ? false : undefined) },
  );
  requireTime(stop);
  return Float64Array.from(validationMargins, (margin, i) => {
    const against = labels[validationRows[i]] === 1 ? -margin : margin;
    return Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against)));
  });
}
