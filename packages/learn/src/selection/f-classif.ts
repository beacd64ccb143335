import type { Matrix } from '@verdict/boost';
import { nothingTold, scoreFeatures } from './feature-scores.ts';
import type { FeatureScore, FeatureScores } from './feature-scores.ts';
import { countLevels } from './filter-column.ts';
import type { FilterColumn, FilterOptions } from './filter-column.ts';
import { logFisherTail } from './tail-probability.ts';

/**
 * The F test of a one-way analysis of variance, as scikit-learn's `f_classif`: do the means of a feature differ
 * between the two classes by more than its spread within them explains?
 *
 * Of a category the groups are its levels, and what varies between them is the label: the joint test of its
 * one-hot columns, with levels - 1 degrees of freedom. For two levels that is the same as `f_classif` of the
 * indicator. Missing numbers are taken as the median, missing categories as a level of their own. Rows count
 * alike. A feature that is constant, or rows of one class, have score 0 and p-value 1 (scikit-learn: NaN, which
 * has no place in an order); a feature that parts the classes without spread has an infinite score.
 *
 * @throws InvalidOption if labels and matrix do not go together
 */
export function fClassif(matrix: Matrix, labels: Uint8Array, options: FilterOptions = {}): FeatureScores {
  return scoreFeatures(matrix, labels, options, (column, own) =>
    column.kind === 'numbers' ? testNumbers(column.values, own) : testLevels(column, own),
  );
}

function testNumbers(values: Float64Array, labels: Uint8Array): FeatureScore {
  const rows = new Float64Array(2);
  const sums = new Float64Array(2);
  // Taken from the first value, a constant is exactly 0.
  const start = values[0];
  for (let i = 0; i < values.length; i++) {
    rows[labels[i]]++;
    sums[labels[i]] += values[i] - start;
  }
  if (rows[0] === 0 || rows[1] === 0) return nothingTold;
  const means = [sums[0] / rows[0], sums[1] / rows[1]];
  let within = 0;
  for (let i = 0; i < values.length; i++) within += (values[i] - start - means[labels[i]]) ** 2;
  const between = ((means[1] - means[0]) ** 2 * rows[0] * rows[1]) / values.length;
  return fisher(between, within, 1, values.length - 2);
}

function testLevels(column: FilterColumn & { kind: 'levels' }, labels: Uint8Array): FeatureScore {
  const total = labels.length;
  const { rows, positives } = countLevels(column, labels);
  const mean = positives.reduce((sum, count) => sum + count, 0) / total;
  let between = 0;
  let within = 0;
  for (let level = 0; level < column.count; level++) {
    const own = positives[level] / rows[level];
    between += rows[level] * (own - mean) ** 2;
    within += positives[level] * (1 - own);
  }
  if (mean === 0 || mean === 1) return nothingTold;
  return fisher(between, within, column.count - 1, total - column.count);
}

function fisher(between: number, within: number, degrees: number, rest: number): FeatureScore {
  if (between === 0 || degrees < 1 || rest < 1) return nothingTold;
  const score = between / degrees / (within / rest);
  return { score, logP: logFisherTail(score, degrees, rest) };
}
