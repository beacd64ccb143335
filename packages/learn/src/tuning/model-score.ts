import { scoreProbabilities } from '../search/index.ts';
import type { SearchMetric } from '../search/index.ts';
import type { CheckedOptions, CrossFit, Rows } from '../training/index.ts';
import { assignFolds, splitsOf } from '../training/index.ts';

/**
 * What a whole model reaches out of fold on the rows that it is made of: trees, regression and calibration, each row
 * by what was fitted without its fold. The mean of the metric over the folds, as the score of a trial is.
 */
export function scoreOutOfFold(
  metric: SearchMetric,
  { decided }: Pick<CrossFit, 'decided'>,
  rows: Rows,
  options: CheckedOptions,
): number {
  const { labels, weights } = rows;
  const scores = splitsOf(assignFolds(rows, options)).map(({ validationRows }) =>
    scoreProbabilities(
      metric,
      Uint8Array.from(validationRows, (row) => labels[row]),
      Float64Array.from(validationRows, (row) => decided.probabilities[row]),
      weights && Float64Array.from(validationRows, (row) => weights[row]),
    ),
  );
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}
