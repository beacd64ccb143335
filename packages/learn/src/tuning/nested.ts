import { higherIsBetter, scoreProbabilities } from '../search/index.ts';
import type { SearchMetric } from '../search/index.ts';
import type { CrossFit, FitSettings, Rows } from '../training/index.ts';
import { decisionOf, fitRecipe, predictionsOf, takeFrom } from '../training/index.ts';
import { makeSplits } from '../validation/index.ts';
import type { ValidationScheme } from '../validation/index.ts';
import type { Choice } from './choose-recipe.ts';
import { scoreOutOfFold } from './model-score.ts';

/** What a kind of models reaches in each outer fold, by the metric of the search. */
export interface NestedScores {
  /** Out of fold on the rows that the model was made of: the mean over its own folds. */
  readonly inner: readonly number[];
  /** On the rows of the outer fold. */
  readonly outer: readonly number[];
}

/**
 * What the whole procedure reaches on rows that chose nothing: in each outer fold everything is chosen anew on the
 * other folds, and judged on the fold's own rows (Varma and Simon 2006; Cawley and Talbot 2010). All scores are of
 * whole models: trees, regression and calibration. Those of trials, which are of trees alone, are no part of it.
 */
export interface NestedOutcome extends NestedScores {
  readonly folds: number;
  readonly metric: SearchMetric;
  /** The same of what training without a search makes of the same rows. */
  readonly plain: NestedScores;
  /** By how much a search looks better on its own rows than it is: the mean difference, above 0 if it flatters itself. */
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
  /** With times, how many rows before those of an outer fold do not train. */
  readonly gap: number;
  /** That of the searches. */
  readonly metric: SearchMetric;
  /** Searches on some of the rows. */
  readonly choose: (rows: Rows, fold: number) => Promise<Choice>;
}

/** Repeats all choices in outer folds, one after another: each search uses all threads. */
export async function searchNested(input: NestedInput): Promise<NestedPredictions> {
  const { rows, settings, outerFolds, gap, choose, metric } = input;
  const { options, schema } = settings;
  const probabilities = new Float64Array(rows.labels.length).fill(Number.NaN);
  const linear = probabilities.slice();
  const scores = { inner: [] as number[], outer: [] as number[] };
  const plainScores = { inner: [] as number[], outer: [] as number[] };
  for (const [fold, { train, test }] of makeSplits(
    rows,
    schemeOf(rows, outerFolds, gap),
    options.seed,
  ).entries()) {
    const own = takeFrom(rows, train);
    const { recipe, plain, ...choice } = await choose(own, fold);
    const fit = choice.fit ?? (await fitRecipe(own, settings, () => undefined, recipe, choice.tables));
    const others = takeFrom(rows, test);
    const judge = (made: CrossFit, into: typeof scores): ReturnType<typeof predictionsOf> => {
      const found = predictionsOf(made, decisionOf(made, schema, options), others.dataset);
      into.inner.push(scoreOutOfFold(metric, made, own, options));
      into.outer.push(scoreProbabilities(metric, others.labels, found.probabilities, others.weights));
      return found;
    };
    judge(plain, plainScores);
    const predicted = judge(fit, scores);
    test.forEach((row, i) => {
      probabilities[row] = predicted.probabilities[i];
      linear[row] = predicted.linear[i];
    });
  }
  const { inner, outer } = scores;
  const sign = higherIsBetter(metric) ? 1 : -1;
  const differences = inner.map((value, fold) => sign * (value - outer[fold]));
  const optimism = average(differences);
  const spread = average(differences.map((value) => (value - optimism) ** 2));
  return {
    probabilities,
    linear,
    outcome: {
      folds: outer.length,
      metric,
      ...scores,
      plain: plainScores,
      optimism,
      standardError: Math.sqrt(spread / Math.max(1, outer.length - 1)),
    },
  };
}

/** A fold column decides alone; later rows judge where there are times, otherwise every row once. */
function schemeOf({ times, foldColumn }: Rows, folds: number, gap: number): ValidationScheme {
  if (foldColumn !== undefined) return { kind: 'column' };
  return times === undefined ? { kind: 'stratified', folds } : { kind: 'expanding', folds, gap };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
