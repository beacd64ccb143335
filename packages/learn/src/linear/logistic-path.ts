import { InvalidOption } from '@verdict/core';
import { requireCount } from '../metrics/checks.ts';
import { rowLogLoss } from '../metrics/probability-metrics.ts';
import { largestFoldCount, stratifiedFolds, stratifiedSplit } from '../validation/folds.ts';
import { takeDesignRows } from './design.ts';
import type { LinearDesign } from './design.ts';
import { fitLogistic, logisticMargins } from './logistic.ts';
import type { LogisticModel, LogisticOptions } from './logistic.ts';

/** How the strength of the penalty is chosen. */
export interface LogisticPathOptions extends Omit<LogisticOptions, 'c' | 'start'> {
  readonly seed: number;
  /** Inner folds; default 5, fewer if a class has fewer rows. */
  readonly folds?: number;
  /** Rows with the same number of 0 or more stay in one fold; -1 stands alone. */
  readonly groups?: Int32Array;
  /**
   * The penalty is chosen on at most this many rows, a stratified draw; default 20,000. With more rows it
   * hardly matters. The model itself is fitted on all rows.
   */
  readonly selectionRows?: number;
}

/** A model with the chosen strength of the penalty. */
export interface LogisticPath {
  readonly model: LogisticModel;
  readonly c: number;
  /** Log loss on left-out rows for each candidate, in ascending order of c; NaN if nothing could be left out. */
  readonly candidates: readonly { readonly c: number; readonly logLoss: number }[];
}

/** Probabilities are clipped as in `logLoss`. */
const EPSILON = 2 ** -52;

/**
 * Fits a logistic regression with the `c` that has the least log loss on left-out rows in a stratified
 * K-fold cross-validation, the smallest (smoothest) one if several are equal. Each fold's fits start from
 * the one before. If no folds can be made, the smallest `c` is taken.
 *
 * @param cs candidates, each above 0, in any order
 */
export function fitLogisticPath(
  design: LinearDesign,
  labels: Uint8Array,
  cs: readonly number[],
  options: LogisticPathOptions,
): LogisticPath {
  const { seed, folds = 5, groups, selectionRows = 20_000, weights, ...rest } = options;
  if (cs.length === 0 || cs.some((c) => !(c > 0 && c < Infinity))) {
    throw new InvalidOption({ option: 'cs', got: cs, expected: 'at least one finite number above 0' });
  }
  requireCount('folds', folds, 2);
  requireCount('selectionRows', selectionRows, 2);
  const candidates = Float64Array.from(new Set(cs)).sort();
  const losses = new Float64Array(candidates.length).fill(NaN);
  let chosen = 0;
  if (candidates.length > 1) {
    const rows = selectRows(labels, seed, selectionRows, groups);
    const some = takeRows(design, labels, weights, groups, rows);
    const foldCount = largestFoldCount(some.labels, some.groups, folds);
    if (foldCount >= 2) {
      losses.set(leftOutLosses(some, candidates, foldCount, seed, rest));
      for (let i = 1; i < candidates.length; i++) if (losses[i] < losses[chosen]) chosen = i;
    }
  }
  const c = candidates[chosen];
  return {
    model: fitLogistic(design, labels, { ...rest, ...(weights === undefined ? {} : { weights }), c }),
    c,
    candidates: Array.from(candidates, (candidate, i) => ({ c: candidate, logLoss: losses[i] })),
  };
}

/** Rows with everything that belongs to them. */
interface Part {
  readonly design: LinearDesign;
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  readonly groups: Int32Array | undefined;
}

function takeRows(
  design: LinearDesign,
  labels: Uint8Array,
  weights: Float64Array | undefined,
  groups: Int32Array | undefined,
  rows: Uint32Array,
): Part {
  return {
    design: takeDesignRows(design, rows),
    labels: Uint8Array.from(rows, (row) => labels[row]),
    weights: weights === undefined ? undefined : Float64Array.from(rows, (row) => weights[row]),
    groups: groups === undefined ? undefined : Int32Array.from(rows, (row) => groups[row]),
  };
}

/** All rows, or a stratified draw of about `limit` of them where there are more. */
function selectRows(
  labels: Uint8Array,
  seed: number,
  limit: number,
  groups: Int32Array | undefined,
): Uint32Array {
  if (labels.length <= limit || largestFoldCount(labels, groups, 2) < 2) {
    return Uint32Array.from({ length: labels.length }, (_, row) => row);
  }
  const share = { testShare: limit / labels.length, seed };
  return stratifiedSplit(labels, groups === undefined ? share : { ...share, groups }).test;
}

/** The mean log loss of each candidate over the rows of all folds, each judged by a model without them. */
function leftOutLosses(
  part: Part,
  candidates: Float64Array,
  folds: number,
  seed: number,
  options: Pick<LogisticOptions, 'maxIterations' | 'tolerance' | 'signal' | 'method'>,
): Float64Array {
  const foldOptions = { folds, seed };
  const foldOfRow = stratifiedFolds(
    part.labels,
    part.groups === undefined ? foldOptions : { ...foldOptions, groups: part.groups },
  );
  const rows = Uint32Array.from(foldOfRow, (_, row) => row);
  const sums = new Float64Array(candidates.length);
  let total = 0;
  for (let fold = 0; fold < folds; fold++) {
    const pick = (wanted: (row: number) => boolean): Part =>
      takeRows(part.design, part.labels, part.weights, undefined, rows.filter(wanted));
    const train = pick((row) => foldOfRow[row] !== fold);
    const left = pick((row) => foldOfRow[row] === fold);
    if (train.weights?.every((weight) => weight === 0) === true) continue;
    let start: LogisticModel | undefined;
    for (const [i, c] of candidates.entries()) {
      start = fitLogistic(train.design, train.labels, {
        tolerance: 1e-6,
        ...options,
        c,
        ...(train.weights === undefined ? {} : { weights: train.weights }),
        ...(start === undefined ? {} : { start }),
      });
      const margins = logisticMargins(start, left.design);
      for (let row = 0; row < margins.length; row++) {
        const weight = left.weights === undefined ? 1 : left.weights[row];
        if (i === 0) total += weight;
        sums[i] += weight * rowLogLoss(left.labels[row], 1 / (1 + Math.exp(-margins[row])), EPSILON);
      }
    }
  }
  return sums.map((sum) => sum / total);
}
