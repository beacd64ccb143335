import { scoreMargins } from '../search/index.ts';
import type { SearchMetric } from '../search/index.ts';
import type { FitSettings, Rows } from '../training/index.ts';
import { decisionOf, fitRecipe, predictionsOf, takeFrom } from '../training/index.ts';
import { makeSplits } from '../validation/index.ts';
import type { ValidationScheme } from '../validation/index.ts';
import type { Choice } from './choose-recipe.ts';

/**
 * What the whole procedure reaches on rows that chose nothing: in each outer fold everything is chosen anew on the
 * other folds, and judged on the fold's own rows (Varma and Simon 2006; Cawley and Talbot 2010).
 */
export interface NestedOutcome {
  readonly folds: number;
  readonly metric: SearchMetric;
  /** What the best trial of each search reached on the rows that chose it. */
  readonly inner: readonly number[];
  /** What the model that was then made reached on the rows of the outer fold. */
  readonly outer: readonly number[];
  /** Mean of inner less outer: above 0, the search flatters itself in a metric of which more is better. */
  readonly optimism: number;
  /** Standard error of that mean over the outer folds. */
  readonly standardError: number;
}

/** Predictions of the rows of all outer folds; NaN for rows that none of them judges. */
export interface NestedPredictions {
  readonly outcome: NestedOutcome;
  readonly probabilities: Float64Array;
  readonly linear: Float64Array;
}

export interface NestedInput {
  readonly rows: Rows;
  readonly settings: FitSettings;
  readonly outerFolds: number;
  /** That of the searches. */
  readonly metric: SearchMetric;
  /** Searches on some of the rows. */
  readonly choose: (rows: Rows, fold: number) => Promise<Choice>;
}

/** Repeats all choices in outer folds, one after another: each search uses all threads. */
export async function searchNested(input: NestedInput): Promise<NestedPredictions> {
  const { rows, settings, outerFolds, choose, metric } = input;
  const { options, schema } = settings;
  const probabilities = new Float64Array(rows.labels.length).fill(Number.NaN);
  const linear = probabilities.slice();
  const inner: number[] = [];
  const outer: number[] = [];
  for (const [fold, { train, test }] of makeSplits(
    rows,
    schemeOf(rows, outerFolds),
    options.seed,
  ).entries()) {
    const own = takeFrom(rows, train);
    const { recipe, summary } = await choose(own, fold);
    const fit = await fitRecipe(own, settings, () => undefined, recipe);
    const others = takeFrom(rows, test);
    const predicted = predictionsOf(fit, decisionOf(fit, schema, options), others.dataset);
    test.forEach((row, i) => {
      probabilities[row] = predicted.probabilities[i];
      linear[row] = predicted.linear[i];
    });
    inner.push(summary.trials.find(({ number }) => number === summary.ranking[0])!.score);
    outer.push(scoreMargins(metric, others.labels, Float32Array.from(predicted.margins), others.weights));
  }
  const differences = inner.map((value, fold) => value - outer[fold]);
  const optimism = average(differences);
  const spread = average(differences.map((value) => (value - optimism) ** 2));
  return {
    probabilities,
    linear,
    outcome: {
      folds: outer.length,
      metric,
      inner,
      outer,
      optimism,
      standardError: Math.sqrt(spread / Math.max(1, outer.length - 1)),
    },
  };
}

/** A fold column decides alone; later rows judge where there are times, otherwise every row once. */
function schemeOf({ times, foldColumn }: Rows, folds: number): ValidationScheme {
  if (foldColumn !== undefined) return { kind: 'column' };
  return times === undefined ? { kind: 'stratified', folds } : { kind: 'expanding', folds };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
