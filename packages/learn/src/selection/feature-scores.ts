import type { Matrix } from '@verdict/boost';
import { filterColumn, filterLabels, filterRows } from './filter-column.ts';
import type { FilterColumn, FilterOptions } from './filter-column.ts';

/** What a test says of each feature, in the order of the matrix. */
export interface FeatureScores {
  /** The statistic: the larger, the more the feature tells about the label. */
  readonly scores: Float64Array;
  /** The probability of a statistic as large or larger if the feature told nothing. */
  readonly pValues: Float64Array;
  /** Their natural logarithms, which keep their order where `pValues` are all 0. */
  readonly logPValues: Float64Array;
}

/** A statistic, and the logarithm of its p-value. */
export interface FeatureScore {
  readonly score: number;
  readonly logP: number;
}

/** What a feature without any information has. */
export const nothingTold: FeatureScore = { score: 0, logP: 0 };

/** Runs a test on every feature. */
export function scoreFeatures(
  matrix: Matrix,
  labels: Uint8Array,
  { rows: wanted }: FilterOptions,
  test: (column: FilterColumn, labels: Uint8Array, feature: number) => FeatureScore,
): FeatureScores {
  const rows = filterRows(matrix, labels, wanted);
  const own = filterLabels(labels, rows);
  const found = matrix.columns.map((values, f) =>
    test(filterColumn(values, matrix.featureTypes[f], rows), own, f),
  );
  return {
    scores: Float64Array.from(found, ({ score }) => score),
    pValues: Float64Array.from(found, ({ logP }) => Math.exp(logP)),
    logPValues: Float64Array.from(found, ({ logP }) => logP),
  };
}
