import type { Booster as BoosterModel } from '@verdict/boost';
import { bagBoosters, binMatrixAsync, Booster } from '@verdict/boost';
import type { Dataset, Schema } from '@verdict/core';
import { fitTransformFeatures, linearDesignOf } from '../features/index.ts';
import type { FeaturePlan } from '../features/index.ts';
import { calibrateAll, chooseThreshold, decide } from '../decision/index.ts';
import type { DecideOptions, FittedDecision } from '../decision/index.ts';
import type { LogisticModel } from '../linear/index.ts';
import { evaluate } from '../metrics/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { foldSeed } from '../search/folds-data.ts';
import { blendMargins, chooseBlend, probabilitiesOf } from './blend.ts';
import type { Blend } from './blend.ts';
import { linearPenalty, treeDefaults } from './defaults.ts';
import type { FoldScores } from './fold-scores.ts';
import type { WorkPool } from './pool.ts';
import { rowsFingerprint } from './rows-fingerprint.ts';
import { share, shareDesign } from './shared-memory.ts';

export interface CrossFitInput extends DecideOptions {
  /** Labelled training rows. */
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  /** The fold of each row, from 0. */
  readonly folds: Uint8Array;
  readonly seed: number;
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
  /** The same of the regression alone, and the threshold that the rule chooses for it. */
  readonly linearProbabilities: Float64Array;
  readonly linearThreshold: number;
  readonly scores: FoldScores;
  readonly learning: LearningCurves;
  readonly params: Record<string, unknown>;
  readonly featureCount: number;
}

/** Log loss by round of each fold, and the rounds that each kept. */
export interface LearningCurves {
  readonly rounds: readonly number[];
  readonly training: readonly Float64Array[];
  readonly validation: readonly Float64Array[];
}

/** How many tasks `crossFit` gives to its pool. */
export function taskCount(foldCount: number): number {
  return 2 * foldCount + 1;
}

/**
 * Fits the feature plan on all given rows, boosts once for each fold on the other folds' rows with early
 * stopping on its own, fits the regression likewise and once more on all rows, and chooses blend, calibration
 * and threshold on the out-of-fold predictions.
 */
export async function crossFit(input: CrossFitInput): Promise<CrossFit> {
  const { dataset, schema, labels, weights, folds, pool, onTask } = input;
  const { plan, matrix } = fitTransformFeatures(
    dataset,
    schema,
    { minimumCount: input.minimumCount },
    labels,
  );
  // In slices, so that the caller's event loop goes on.
  const binned = await binMatrixAsync(matrix, { threads: 1 });
  const defaults = treeDefaults(dataset.rowCount);
  const sharedLabels = share(labels);
  const treeWeights = weights === undefined ? undefined : share(Float32Array.from(weights));
  const linearWeights = weights === undefined ? undefined : share(weights);
  const foldCount = folds.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  const rowsOf = (test: (fold: number) => boolean): Uint32Array =>
    share(Uint32Array.from(folds.keys()).filter((row) => test(folds[row])));
  const splits = Array.from({ length: foldCount }, (_, fold) => ({
    rows: rowsOf((other) => other !== fold),
    validationRows: rowsOf((other) => other === fold),
  }));

  const count = <T>(result: T): T => {
    onTask();
    return result;
  };
  const treeFits = Promise.all(
    splits.map((split, fold) =>
      pool
        .run('fitTrees', {
          ...split,
          binned,
          labels: sharedLabels,
          weights: treeWeights,
          params: { ...defaults.params, seed: foldSeed(input.seed, fold) },
          rounds: defaults.rounds,
          earlyStoppingRounds: defaults.earlyStoppingRounds,
        })
        .then(count),
    ),
  );
  // An error before these are waited for goes to the caller; what the closing pool then rejects goes nowhere.
  treeFits.catch(() => undefined);
  // Only now, with the workers busy.
  const design = shareDesign(linearDesignOf(plan, matrix));
  const fitLinear = (
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
      .then(count);
  // Each fold has one optimum, to which it converges from anywhere; from the fit on all rows it is near.
  const refitted = fitLinear(share(Uint32Array.from(labels.keys())), new Uint32Array(0));
  const linearFits = refitted.then(({ model }) =>
    Promise.all(splits.map(({ rows, validationRows }) => fitLinear(rows, validationRows, model))),
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
  const treeMargins = gather((fold) => trees[fold].validationMargins);
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
  const mixed = (tree: Float32Array, regression: Float64Array): Float64Array =>
    blendMargins(tree, regression, blend);

  return {
    plan,
    trees: bagBoosters(trees.map(({ model }) => Booster.fromUbj(model))),
    linear: refit.model,
    c: linearPenalty,
    blend,
    decided,
    linearThreshold: chooseThreshold(labels, linearProbabilities, input.thresholdRule, weights).threshold,
    linearProbabilities,
    scores: {
      validation: splits.map(({ validationRows }, fold) =>
        judge(fold, validationRows, mixed(trees[fold].validationMargins, linear[fold].validationMargins)),
      ),
      training: splits.map(({ rows }, fold) =>
        judge(fold, rows, mixed(trees[fold].trainingMargins, linear[fold].trainingMargins)),
      ),
      fingerprint: rowsFingerprint(labels, folds),
    },
    learning: {
      rounds: trees.map(({ rounds }) => rounds),
      training: trees.map(({ history }) => history.training ?? new Float64Array(0)),
      validation: trees.map(({ history }) => history.validation ?? new Float64Array(0)),
    },
    params: defaults.params,
    featureCount: matrix.columns.length,
  };
}
