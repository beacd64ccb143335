import type { Matrix } from '@verdict/boost';
import { InvalidValue } from '@verdict/core';
import { nothingTold, scoreFeatures } from './feature-scores.ts';
import type { FeatureScore, FeatureScores } from './feature-scores.ts';
import { countLevels } from './filter-column.ts';
import type { FilterColumn, FilterOptions } from './filter-column.ts';
import { logChiSquareTail } from './tail-probability.ts';

export interface ChiSquareOptions extends FilterOptions {
  /**
   * Bring numbers to the range from 0 to 1 first, so that units do not count and negative values may be.
   * Default false, as in scikit-learn.
   */
  readonly scaled?: boolean;
}

/**
 * The chi-square test of amounts, as scikit-learn's `chi2`: is the sum of a feature shared between the classes
 * otherwise than their rows are? One degree of freedom for a number.
 *
 * Of a category it is Pearson's test of the table of levels and classes: the sum of the statistics of its
 * one-hot columns, with levels - 1 degrees of freedom. Missing numbers are taken as the median, missing
 * categories as a level of their own. Rows count alike. A feature whose sum is 0, a category of one level, and
 * rows of one class have score 0 and p-value 1 (scikit-learn: NaN).
 *
 * @throws InvalidValue for a negative number, unless `scaled`; InvalidOption if labels and matrix do not go
 * together
 */
export function chiSquare(matrix: Matrix, labels: Uint8Array, options: ChiSquareOptions = {}): FeatureScores {
  const { rows, scaled = false } = options;
  return scoreFeatures(matrix, labels, options, (column, own, f) => {
    if (column.kind === 'levels') return testLevels(column, own);
    if (scaled) return testAmounts(toUnit(column.values), own);
    const negative = column.values.findIndex((value) => value < 0);
    if (negative < 0) return testAmounts(column.values, own);
    throw new InvalidValue({
      row: (rows?.[negative] ?? negative) + 1,
      column: matrix.featureNames[f],
      got: column.values[negative],
      expected: 'an amount, which is not negative',
      hint: 'Have the numbers scaled, or use another test.',
    });
  });
}

function toUnit(values: Float64Array): Float64Array {
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const range = values.reduce((high, value) => Math.max(high, value), -Infinity) - least;
  return values.map((value) => (range > 0 ? (value - least) / range : 0));
}

function testAmounts(values: Float64Array, labels: Uint8Array): FeatureScore {
  const sums = [0, 0];
  let positives = 0;
  for (let i = 0; i < values.length; i++) {
    sums[labels[i]] += values[i];
    positives += labels[i];
  }
  return pearson([sums[0]], [sums[1]], positives / values.length, 1);
}

function testLevels(column: FilterColumn & { kind: 'levels' }, labels: Uint8Array): FeatureScore {
  if (column.count < 2) return nothingTold;
  const { rows, positives } = countLevels(column, labels);
  const share = positives.reduce((sum, count) => sum + count, 0) / labels.length;
  return pearson(
    rows.map((count, level) => count - positives[level]),
    positives,
    share,
    column.count - 1,
  );
}

/** The statistic of amounts by class, where the rows have this share of positives. */
function pearson(
  negatives: ArrayLike<number>,
  positives: ArrayLike<number>,
  share: number,
  degrees: number,
): FeatureScore {
  if (!(share > 0 && share < 1)) return nothingTold;
  let score = 0;
  for (let i = 0; i < negatives.length; i++) {
    const total = negatives[i] + positives[i];
    if (total === 0) continue;
    const missed = (positives[i] - share * total) ** 2;
    score += missed / (share * total) + missed / ((1 - share) * total);
  }
  return { score, logP: logChiSquareTail(score, degrees) };
}
