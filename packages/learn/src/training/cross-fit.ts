import type { Booster as BoosterModel } from '@verdict/boost';
import type { Dataset, Schema } from '@verdict/core';
import { linearDesignOf } from '../features/index.ts';
import type { FeaturePlan } from '../features/index.ts';
import { calibrateAll, chooseThreshold, decide } from '../decision/index.ts';
import type { DecideOptions, FittedDecision } from '../decision/index.ts';
import type { LinearDesign, LogisticModel } from '../linear/index.ts';
import { evaluate } from '../metrics/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { blendMargins, chooseBlend, probabilitiesOf } from './blend.ts';
import type { Blend } from './blend.ts';
import { linearPenalty } from './defaults.ts';
import type { FoldScores } from './fold-scores.ts';
import { splitsOf } from './fold-tables.ts';
import type { FoldTables } from './fold-tables.ts';
import { recipeTables } from './kept-features.ts';
import { fitMembers } from './member-fits.ts';
import type { LearningCurves } from './member-fits.ts';
import type { WorkPool } from './pool.ts';
import { defaultRecipe } from './recipe.ts';
import type { Recipe } from './recipe.ts';
import { rowsFingerprint } from './rows-fingerprint.ts';
import { share, shareDesign } from './shared-memory.ts';

export interface CrossFitInput extends DecideOptions {
  /** Labelled training rows. */
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  readonly groups: Int32Array | undefined;
  /** The fold of each row, from 0. */
  readonly folds: Uint8Array;
  readonly seed: number;
  /** Default: that of a plain training. */
  readonly recipe?: Recipe;
  /** What `recipeTables` makes of the same rows, folds and recipe, if that is known already. */
  readonly tables?: FoldTables | undefined;
  /** Levels that fewer rows have are pooled. */
  readonly minimumCount: number;
  readonly pool: WorkPool;
  /** Called when a task is done. */
  readonly onTask: () => void;
}

/** A model made by cross-fitting, and what its out-of-fold predictions say. */
export interface CrossFit {
  readonly plan: FeaturePlan;
  /** The average of the fold models. */
  readonly trees: BoosterModel;
  readonly linear: LogisticModel;
  /** The penalty of the regression, as scikit-learn's C. */
  readonly c: number;
  readonly blend: Blend;
  /** Calibration and threshold, and the calibrated out-of-fold probability of each row. */
  readonly decided: FittedDecision;
  /** Out-of-fold margins of the trees and of the regression. */
  readonly treeMargins: Float64Array;
  readonly linearMargins: Float64Array;
  /** Out-of-fold probabilities of the regression alone, and the threshold that the rule chooses for it. */
  readonly linearProbabilities: Float64Array;
  readonly linearThreshold: number;
  /** Probabilities of the same rows from outer folds, where all choices were repeated without them. */
  readonly outer?: { readonly probabilities: Float64Array; readonly linear: Float64Array };
  readonly scores: FoldScores;
  readonly learning: LearningCurves;
  readonly params: Record<string, unknown>;
  readonly featureCount: number;
}

/** How many tasks `crossFit` gives to its pool. */
export function taskCount(foldCount: number, recipe?: Recipe): number {
  return (1 + (recipe?.members.length ?? 1)) * foldCount + 1;
}

/**
 * Fits the feature plan on all given rows, boosts each member of the recipe once for each fold on the other folds'
 * rows, fits the regression likewise and once more on all rows, and chooses blend, calibration and threshold on the
 * out-of-fold predictions.
 */
export async function crossFit(input: CrossFitInput): Promise<CrossFit> {
  const { dataset, schema, labels, weights, groups, folds, seed, pool, onTask } = input;
  const recipe = input.recipe ?? defaultRecipe(dataset.rowCount);
  const splits = splitsOf(folds);
  const tables =
    input.tables ??
    (await recipeTables({
      dataset,
      schema,
      labels,
      weights,
      groups,
      recipe,
      splits,
      minimumCount: input.minimumCount,
      seed,
      pool,
    }));
  const { plan, matrix } = tables;
  const sharedLabels = share(labels);
  const treeWeights = weights === undefined ? undefined : share(Float32Array.from(weights));
  const linearWeights = weights === undefined ? undefined : share(weights);

  const treeFits = fitMembers({
    tables,
    labels: sharedLabels,
    weights: treeWeights,
    recipe,
    seed,
    pool,
    onTask,
  });
  // An error before these are waited for goes to the caller; what the closing pool then rejects goes nowhere.
  treeFits.catch(() => undefined);
  // Only now, with the workers busy.
  const shared = shareDesign(linearDesignOf(plan, matrix));
  const fitLinear = (
    design: LinearDesign,
    rows: Uint32Array,
    validationRows: Uint32Array,
    start?: LogisticModel,
  ): ReturnType<typeof pool.run<'fitLinear'>> =>
    pool
      .run('fitLinear', {
        rows,
        validationRows,
        design,
        labels: sharedLabels,
        weights: linearWeights,
        c: linearPenalty,
        start,
      })
      .then((result) => {
        onTask();
        return result;
      });
  // Each fold has one optimum, to which it converges from anywhere; from the fit on all rows it is near.
  const refitted = fitLinear(shared, share(Uint32Array.from(labels.keys())), new Uint32Array(0));
  const linearFits = refitted.then(({ model }) =>
    Promise.all(
      tables.folds.map(({ rows, validationRows, ...fold }) =>
        tables.labelled
          ? fitLinear(shareDesign(linearDesignOf(fold.plan, fold.matrix)), rows, validationRows)
          : fitLinear(shared, rows, validationRows, model),
      ),
    ),
  );
  const [trees, refit, linear] = await Promise.all([treeFits, refitted, linearFits]);

  const gather = (margins: (fold: number) => ArrayLike<number>): Float64Array => {
    const all = new Float64Array(dataset.rowCount);
    splits.forEach(({ validationRows }, fold) => {
      const own = margins(fold);
      validationRows.forEach((row, i) => (all[row] = own[i]));
    });
    return all;
  };
  const treeMargins = gather((fold) => trees.validation[fold]);
  const linearMargins = gather((fold) => linear[fold].validationMargins);
  const blend = chooseBlend(labels, treeMargins, linearMargins, weights);
  const decided = decide(labels, blendMargins(treeMargins, linearMargins, blend), folds, weights, input);
  const { threshold } = decided.threshold;
  const linearProbabilities = probabilitiesOf(linearMargins);
  // Rows of a fold, and those that it has learnt from, by the calibration that has not seen the fold.
  const judge = (fold: number, rows: Uint32Array, margins: Float64Array): Metrics =>
    evaluate(
      Uint8Array.from(rows, (row) => labels[row]),
      calibrateAll(decided.calibrationOfFold[fold], margins),
      threshold,
      weights === undefined ? undefined : Float64Array.from(rows, (row) => weights[row]),
    );
  const mixed = (tree: ArrayLike<number>, regression: Float64Array): Float64Array =>
    blendMargins(tree, regression, blend);

  return {
    plan,
    trees: trees.booster,
    linear: refit.model,
    c: linearPenalty,
    blend,
    decided,
    treeMargins,
    linearMargins,
    linearThreshold: chooseThreshold(labels, linearProbabilities, input.thresholdRule, weights).threshold,
    linearProbabilities,
    scores: {
      validation: splits.map(({ validationRows }, fold) =>
        judge(fold, validationRows, mixed(trees.validation[fold], linear[fold].validationMargins)),
      ),
      training: splits.map(({ rows }, fold) =>
        judge(fold, rows, mixed(trees.training[fold], linear[fold].trainingMargins)),
      ),
      fingerprint: rowsFingerprint(labels, folds),
    },
    learning: trees.learning,
    params: recipe.members[0].params,
    featureCount: matrix.columns.length,
  };
}
