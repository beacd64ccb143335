import { requireLabels, requireScores, requireShare } from './checks.ts';
import type { Scores } from './checks.ts';
import { normalHalfWidth, twoSidedPValue } from './normal-distribution.ts';
import { cellMass, sortIntoCells } from './score-cells.ts';

/** Each row's part in the area under the ROC curve. */
export interface Placements {
  readonly auc: number;
  /**
   * Per row: for a positive the weight share of negatives that score below it, for a negative that of
   * positives that score above it, ties counting one half.
   */
  readonly values: Float64Array;
}

/** The area under the ROC curve and every row's placement, in n log n time (Sun and Xu 2014). */
export function placements(labels: Uint8Array, scores: Scores, weights?: Float64Array): Placements {
  const cells = sortIntoCells(labels, scores);
  const mass = cellMass(cells, weights);
  const share = new Float64Array(mass.length);
  let positiveAbove = 0;
  let negativeAbove = 0;
  for (let cell = 0; cell < mass.length; cell += 2) {
    share[cell] = positiveAbove + 0.5 * mass[cell + 1];
    share[cell + 1] = negativeAbove + 0.5 * mass[cell];
    negativeAbove += mass[cell];
    positiveAbove += mass[cell + 1];
  }
  let sum = 0;
  for (let cell = 0; cell < mass.length; cell += 2) {
    share[cell] /= positiveAbove;
    share[cell + 1] = 1 - share[cell + 1] / negativeAbove;
    if (mass[cell + 1] > 0) sum += mass[cell + 1] * share[cell + 1];
  }
  const values = new Float64Array(labels.length);
  for (let row = 0; row < values.length; row++) values[row] = share[cells.cellOfRow[row]];
  return { auc: negativeAbove > 0 ? sum / positiveAbove : NaN, values };
}

/**
 * The variance of the weighted mean of per-row values, added over both classes (DeLong's estimator when
 * the values are placements). NaN if a class has fewer than two rows with weight.
 */
export function placementVariance(labels: Uint8Array, values: Float64Array, weights?: Float64Array): number {
  let variance = 0;
  for (const wanted of [0, 1]) {
    let total = 0;
    let sum = 0;
    let count = 0;
    for (let row = 0; row < labels.length; row++) {
      if (labels[row] !== wanted) continue;
      const weight = weights === undefined ? 1 : weights[row];
      if (weight === 0) continue;
      total += weight;
      sum += weight * values[row];
      count++;
    }
    if (count < 2) return NaN;
    const mean = sum / total;
    let squares = 0;
    for (let row = 0; row < labels.length; row++) {
      if (labels[row] !== wanted) continue;
      const weight = weights === undefined ? 1 : weights[row];
      squares += (weight * (values[row] - mean)) ** 2;
    }
    variance += (squares / total ** 2) * (count / (count - 1));
  }
  return variance;
}

/** The outcome of DeLong's test. */
export interface DeLongResult {
  readonly aucA: number;
  readonly aucB: number;
  /** `aucA - aucB`. */
  readonly difference: number;
  readonly standardError: number;
  /** Difference in standard errors; infinite if the error is zero and the difference is not. */
  readonly z: number;
  readonly pValue: number;
  /** Ends of the confidence interval of the difference. */
  readonly low: number;
  readonly high: number;
}

/**
 * Tests whether two scores of the same rows have the same area under the ROC curve (DeLong, DeLong and
 * Clarke-Pearson 1988). Two-sided, normal approximation; unweighted. Everything but the areas is NaN if a
 * class has fewer than two rows.
 *
 * @param options.level of the interval, default 0.95
 */
export function delongTest(
  labels: Uint8Array,
  scoresA: Scores,
  scoresB: Scores,
  options: { readonly level?: number } = {},
): DeLongResult {
  const level = options.level ?? 0.95;
  requireShare('level', level);
  requireLabels(labels, undefined);
  requireScores(scoresA, labels.length);
  requireScores(scoresB, labels.length);
  const a = placements(labels, scoresA);
  const b = placements(labels, scoresB);
  const difference = a.auc - b.auc;
  const differences = a.values.map((value, row) => value - b.values[row]);
  const standardError = Math.sqrt(placementVariance(labels, differences));
  const z = difference === 0 && standardError === 0 ? 0 : difference / standardError;
  const halfWidth = normalHalfWidth(level) * standardError;
  return {
    aucA: a.auc,
    aucB: b.auc,
    difference,
    standardError,
    z,
    pValue: twoSidedPValue(z),
    low: difference - halfWidth,
    high: difference + halfWidth,
  };
}
