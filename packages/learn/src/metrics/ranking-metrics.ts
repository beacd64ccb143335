import { requireLabels, requireScores, requireShare } from './checks.ts';
import type { Scores, Weights } from './checks.ts';
import { cellMass, classMass, sortIntoCells } from './score-cells.ts';

/** The figures that depend on the order of the scores only. */
export interface RankingFigures {
  readonly rocAuc: number;
  readonly averagePrecision: number;
  readonly ks: number;
  readonly lift: number;
}

/** All ranking figures in one pass over the cells' weights (see `cellMass`). */
export function rankingFigures(
  mass: Float64Array,
  positive: number,
  negative: number,
  share: number,
): RankingFigures {
  const wanted = share * (positive + negative);
  const perPositive = 1 / positive;
  const perNegative = 1 / negative;
  let truePositive = 0;
  let falsePositive = 0;
  let pairs = 0;
  let precisionSum = 0;
  let largestGap = 0;
  let captured = -1;
  for (let cell = 0; cell < mass.length; cell += 2) {
    const newNegative = mass[cell];
    const newPositive = mass[cell + 1];
    if (newPositive + newNegative === 0) continue;
    if (captured < 0) {
      const missing = wanted - (truePositive + falsePositive);
      if (missing <= newPositive + newNegative) {
        captured = truePositive + (newPositive * missing) / (newPositive + newNegative);
      }
    }
    pairs += newNegative * (truePositive + 0.5 * newPositive);
    truePositive += newPositive;
    falsePositive += newNegative;
    if (newPositive > 0) precisionSum += (newPositive * truePositive) / (truePositive + falsePositive);
    const gap = Math.abs(truePositive * perPositive - falsePositive * perNegative);
    if (gap > largestGap) largestGap = gap;
  }
  if (captured < 0) captured = truePositive;
  const bothClasses = positive > 0 && negative > 0;
  return {
    rocAuc: bothClasses ? pairs / positive / negative : NaN,
    averagePrecision: positive > 0 ? precisionSum / positive : 0,
    ks: bothClasses ? Math.min(1, largestGap) : NaN,
    lift: positive > 0 ? captured / positive / share : NaN,
  };
}

function figuresOf(labels: Uint8Array, scores: Scores, weights: Weights, share: number): RankingFigures {
  requireLabels(labels, weights, scores.length);
  requireScores(scores, labels.length);
  const mass = cellMass(sortIntoCells(labels, scores), weights);
  const { positive, negative } = classMass(mass);
  return rankingFigures(mass, positive, negative, share);
}

/**
 * The area under the ROC curve: the probability that a positive row scores above a negative one, ties
 * counting one half (Mann and Whitney). Equals scikit-learn's `roc_auc_score`, NaN if only one class has
 * weight.
 */
export function rocAuc(labels: Uint8Array, scores: Scores, weights?: Float64Array): number {
  return figuresOf(labels, scores, weights, 1).rocAuc;
}

/**
 * Average precision, the step-wise area under the precision-recall curve: the mean over positives of the
 * precision at their score. Equals scikit-learn's `average_precision_score`, 0 if there is no positive.
 */
export function averagePrecision(labels: Uint8Array, scores: Scores, weights?: Float64Array): number {
  return figuresOf(labels, scores, weights, 1).averagePrecision;
}

/**
 * The two-sample Kolmogorov-Smirnov statistic: the largest distance between the score distributions of
 * the two classes, from 0 to 1, as in SciPy's `ks_2samp` (two-sided). NaN if only one class has weight.
 */
export function ksStatistic(labels: Uint8Array, scores: Scores, weights?: Float64Array): number {
  return figuresOf(labels, scores, weights, 1).ks;
}

/**
 * How many times more positives the highest-scored share of the rows holds than a random share would.
 * A run of equal scores that straddles the border counts in proportion, as if its rows came in random
 * order, so the figure does not depend on the order of the rows. NaN if there is no positive.
 *
 * @param share of the total weight; between 0 and 1, default 0.1
 */
export function liftAt(labels: Uint8Array, scores: Scores, share = 0.1, weights?: Float64Array): number {
  requireShare('share', share);
  return figuresOf(labels, scores, weights, share).lift;
}
