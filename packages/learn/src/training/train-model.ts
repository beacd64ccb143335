import { availableParallelism } from 'node:os';
import type { Column, Dataset, Schema } from '@verdict/core';
import { findColumn, takeRows } from '@verdict/core';
import type { Bundle, Decision, ScoringModel } from '../bundle/index.ts';
import { profileOf } from '../bundle/index.ts';
import { costsOf } from '../decision/index.ts';
import type { CalibrationChoice, ThresholdChoice } from '../decision/index.ts';
import { linearDesign } from '../features/index.ts';
import { logisticMargins } from '../linear/index.ts';
import { evaluate, majorityBaseline, metricNames } from '../metrics/index.ts';
import type { MetricName, Metrics } from '../metrics/index.ts';
import { createScorer } from '../scorer/index.ts';
import { version } from '../version.ts';
import { probabilitiesOf } from './blend.ts';
import type { CrossFit } from './cross-fit.ts';
import type { LearningCurves } from './member-fits.ts';
import { crossFit, taskCount } from './cross-fit.ts';
import { packModel } from './explanation-tasks.ts';
import type { Effects } from './effects.ts';
import type { ColumnImportance, ContributionSample, ModelExplanation } from './explanation.ts';
import { explainModel, explanationTaskCount } from './explanation.ts';
import type { FoldTables } from './fold-tables.ts';
import { summariseFolds } from './fold-scores.ts';
import type { CrossValidation } from './fold-scores.ts';
import type { Judgement, LabelledRows } from './judgement.ts';
import { judgePredictions } from './judgement.ts';
import type { CheckedOptions, ModelOptions } from './options.ts';
import { checkOptions } from './options.ts';
import { openPool } from './pool.ts';
import type { WorkPool } from './pool.ts';
import type { Recipe } from './recipe.ts';
import { foldColumnOf, groupsOf, labelsOf, timesOf, weightsOf } from './roles.ts';
import { resampleInPool } from './resampling.ts';
import type { Difference } from './resampling.ts';
import { assignFolds, foldCount, holdOut } from './row-split.ts';
import { rowsFingerprint } from './rows-fingerprint.ts';
import { share } from './shared-memory.ts';

/** Labelled rows to train on. */
export interface TrainingTable {
  readonly dataset: Dataset;
  readonly schema: Schema;
  /** For each row the number of its group of identical rows (of one time, if they have times), -1 where it has no copy. */
  readonly duplicateGroups?: Int32Array | undefined;
}

/** The headline: figures from rows that chose nothing, unless the source is cross-validation. */
export interface Headline extends Judgement {
  readonly source: 'hold-out' | 'test file' | 'cross-validation' | 'outer folds';
  /** The same for the same judging rows, whatever columns were used. */
  readonly rowsFingerprint: string;
}

/** What the regression alone reaches on the rows of the headline. */
export interface LogisticBaseline {
  readonly metrics: Metrics;
  /** The model's figures minus these, with paired 95 % bootstrap intervals. */
  readonly differences: Record<MetricName, Difference>;
}

/** The predictions that the headline judges, row by row. */
export interface JudgedRows {
  readonly dataset: Dataset;
  /** Where the rows stand in the table; undefined for test rows, and where all rows judge. */
  readonly rows?: Uint32Array;
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  /** Of the positive class. */
  readonly probabilities: Float64Array;
  /** The threshold of the model that they come from. */
  readonly threshold: number;
}

/** A trained model, and all that was found out about it. */
export interface TrainedModel {
  /** Everything that is saved; the card is empty until the caller writes one. */
  readonly bundle: Bundle;
  readonly headline: Headline;
  readonly judged: JudgedRows;
  /** Rows that neither judge nor train the model that is judged: with times, those of a gap or of groups that judge. */
  readonly leftOut: number;
  readonly baselines: {
    readonly majority: Metrics & { readonly share: number };
    readonly logistic: LogisticBaseline;
  };
  readonly crossValidation: CrossValidation;
  /** What chose the calibration and the threshold of the model that ships, on out-of-fold predictions. */
  readonly chosen: { readonly calibration: CalibrationChoice; readonly threshold: ThresholdChoice };
  readonly importance: readonly ColumnImportance[];
  /** Rows that permutation importance was measured on. */
  readonly permutedRows: number;
  readonly contributions: ContributionSample;
  readonly effects: Effects;
  readonly learning: LearningCurves;
  readonly model: {
    readonly trees: number;
    readonly features: number;
    /** Boosting parameters by XGBoost's names. */
    readonly params: Record<string, unknown>;
    /** Penalty of the regression, as scikit-learn's C. */
    readonly c: number;
  };
  readonly options: CheckedOptions;
}

/** Numbers the trainings of this process, so that workers can tell their models apart. */
let trainings = 0;

/** The rows of the table, with what the training needs to know about them. */
export interface Rows extends LabelledRows {
  readonly dataset: Dataset;
  readonly weights: Float64Array | undefined;
  readonly groups: Int32Array | undefined;
  readonly times: Float64Array | undefined;
  readonly foldColumn: Column | undefined;
}

/** The settings that every fit of a training shares. */
export interface FitSettings {
  readonly schema: Schema;
  readonly options: CheckedOptions;
  /** Levels that fewer rows have are pooled. */
  readonly minimumCount: number;
  readonly pool: WorkPool;
}

/** How a model comes to be fitted on rows, once for those that are judged apart and once for all. */
export interface Fitting {
  /** Parts of work of a fit on so many folds, for a progress bar. */
  tasks(folds: number): number;
  /**
   * @param chooses true for the first rows that are fitted alone or beside all: what is to be chosen is chosen on
   * them, and holds for all
   */
  fit(rows: Rows, chooses: boolean, onTask: () => void): Promise<CrossFit>;
  /** What was chosen on the rows beyond what every fit chooses, asked for when all is fitted; default nothing. */
  searched?(): readonly string[];
}

/**
 * Trains, judges and explains a model of a yes/no column.
 *
 * The rows are split once (stratified, by group, or by time and group). An evaluation model is made from the training
 * part by `crossFit` and judged on the rest; the model that ships is made the same way from all rows. The
 * result depends on the data, the options and the seed, not on the number of threads.
 *
 * @throws InvalidOption, InsufficientData, Interrupted
 */
export async function trainModel(table: TrainingTable, options: ModelOptions = {}): Promise<TrainedModel> {
  return makeModel(table, options, (settings) => ({
    tasks: taskCount,
    fit: (rows, _, onTask) => fitRecipe(rows, settings, onTask),
  }));
}

/**
 * Cross-fits a recipe on rows; default that of a plain training.
 *
 * @param tables the features of the recipe on the folds of these rows, if they are known already
 */
export async function fitRecipe(
  rows: Rows,
  { schema, options, minimumCount, pool }: FitSettings,
  onTask: () => void,
  recipe?: Recipe,
  tables?: FoldTables,
): Promise<CrossFit> {
  return crossFit({
    ...rows,
    schema,
    folds: assignFolds(rows, options),
    seed: options.seed,
    thresholdRule: options.thresholdRule,
    calibration: options.calibration,
    minimumCount,
    pool,
    onTask,
    tables,
    ...(recipe === undefined ? {} : { recipe }),
  });
}

/** How a model is made that is fitted in a way of its own. */
export interface MakingOptions extends ModelOptions {
  /** With times, how many rows before those that are held out do not train the model that is judged; default 0. */
  readonly gap?: number;
}

/** What `trainModel` does, with a way of fitting. */
export async function makeModel(
  table: TrainingTable,
  options: MakingOptions,
  fittingOf: (settings: FitSettings) => Fitting,
): Promise<TrainedModel> {
  const given = checkOptions(options, availableParallelism());
  const { schema } = table;
  const all = rowsOf(table.dataset, schema, table.duplicateGroups);
  const checked = { ...given, folds: foldCount(all, given) };
  const split = options.test === undefined ? holdOut(all, checked, options.gap) : undefined;
  const kept = split === undefined ? undefined : takeFrom(all, split.train);
  const judging =
    options.test === undefined ? split && takeFrom(all, split.test) : rowsOf(options.test, schema, undefined);
  const minimumCount = options.revealRare === true ? 1 : 5;

  const training = trainings++;
  const pool = options.pool ?? openPool(checked.threads, options.signal);
  try {
    const fitting = fittingOf({ schema, options: checked, minimumCount, pool });
    const tasks =
      fitting.tasks(checked.folds) + (kept === undefined ? 0 : fitting.tasks(foldCount(kept, checked)));
    const onTask = counter(options, 'train', tasks);
    // Async, so that folds that cannot be made reject like all else: an error thrown while the other fit is
    // under way would leave that one to nobody.
    const fit = async (rows: Rows, chooses: boolean): Promise<CrossFit> => fitting.fit(rows, chooses, onTask);
    const [shipping, evaluated] = await Promise.all([fit(all, kept === undefined), kept && fit(kept, true)]);

    const judged = evaluated ?? shipping;
    const decision = decisionOf(shipping, schema, checked);
    const judgedDecision = decisionOf(judged, schema, checked);
    const explanation =
      options.explain === false
        ? Promise.resolve(unexplained)
        : explainModel({
            pool,
            seed: checked.seed,
            shipping: packModel(`${training}/shipping`, scoringModel(shipping, decision)),
            plan: shipping.plan,
            booster: shipping.trees,
            dataset: all.dataset,
            labels: all.labels,
            judged: packModel(`${training}/judged`, scoringModel(judged, judgedDecision)),
            judgedDataset: (judging ?? all).dataset,
            judgedLabels: (judging ?? all).labels,
            judgedWeights: (judging ?? all).weights,
            minimumCount,
            onTask: counter(
              options,
              'explain',
              explanationTaskCount(shipping.plan, all.dataset.rowCount, shipping.trees.treeCount),
            ),
          });

    const rows = judging ?? all;
    const predictions =
      judging === undefined
        ? (shipping.outer ?? {
            probabilities: shipping.decided.probabilities,
            linear: shipping.linearProbabilities,
          })
        : predictionsOf(judged, judgedDecision, judging.dataset);
    const { threshold } = judgedDecision;
    const resampled = resampleInPool(
      pool,
      {
        labels: share(rows.labels),
        weights: rows.weights && share(rows.weights),
        groups: rows.groups && share(rows.groups),
      },
      { probabilities: share(predictions.probabilities), threshold },
      { probabilities: share(predictions.linear), threshold: judged.linearThreshold },
      checked.seed,
    );
    const [{ intervals, differences }, { importance, sample, permutedRows, effects }] = await Promise.all([
      resampled,
      explanation,
    ]);
    const headline: Headline = {
      source: sourceOf(options, judging === undefined, shipping),
      rowsFingerprint:
        options.test === undefined ? rowsFingerprint(all.labels, split?.test) : rowsFingerprint(rows.labels),
      ...judgePredictions(rows, predictions.probabilities, threshold, {
        seed: checked.seed,
        costs: costsOf(checked.thresholdRule),
        intervals,
        logistic: { probabilities: predictions.linear, threshold: judged.linearThreshold },
      }),
    };
    const linearMetrics = evaluate(rows.labels, predictions.linear, judged.linearThreshold, rows.weights);
    const baselines = {
      majority: majorityBaseline(rows.labels, rows.weights),
      logistic: {
        metrics: linearMetrics,
        differences: Object.fromEntries(
          metricNames.map((name) => [
            name,
            { difference: headline.metrics[name] - linearMetrics[name], ...differences[name] },
          ]),
        ) as Record<MetricName, Difference>,
      },
    };
    const chosen = {
      calibration: shipping.decided.choice,
      threshold: shipping.decided.threshold,
    };
    const crossValidation = summariseFolds(shipping.scores, checked.calibration, fitting.searched?.());
    return {
      bundle: {
        verdictVersion: version,
        seed: checked.seed,
        dataFingerprint: options.fingerprint ?? '',
        schema,
        plan: shipping.plan,
        booster: shipping.trees,
        logistic: shipping.linear,
        decision,
        metrics: {
          headline: {
            source: headline.source,
            rows: headline.rows,
            rowsFingerprint: headline.rowsFingerprint,
            metrics: headline.metrics,
            intervals: headline.intervals,
          },
          baselines: { majority: baselines.majority, logistic: baselines.logistic.metrics },
          crossValidation,
          ...(checked.calibration === 'none'
            ? {}
            : { calibration: { logLoss: chosen.calibration.logLoss, gains: chosen.calibration.gains } }),
        },
        profile: profileOf(all.dataset, schema, shipping.decided.probabilities, { minimumCount }),
        card: '',
      },
      headline,
      judged: {
        dataset: rows.dataset,
        ...(split === undefined || judging === undefined ? {} : { rows: split.test }),
        labels: rows.labels,
        weights: rows.weights,
        probabilities: predictions.probabilities,
        threshold,
      },
      leftOut: split === undefined ? 0 : all.labels.length - split.train.length - split.test.length,
      baselines,
      crossValidation,
      chosen,
      importance,
      permutedRows,
      contributions: sample,
      effects,
      learning: shipping.learning,
      model: {
        trees: shipping.trees.treeCount,
        features: shipping.plan.outputs.length,
        params: shipping.params,
        c: shipping.c,
      },
      options: checked,
    };
  } finally {
    if (options.pool === undefined) await pool.close();
  }
}

function sourceOf(options: ModelOptions, all: boolean, { outer }: CrossFit): Headline['source'] {
  if (options.test !== undefined) return 'test file';
  if (!all) return 'hold-out';
  return outer === undefined ? 'cross-validation' : 'outer folds';
}

const unexplained: ModelExplanation = {
  importance: [],
  permutedRows: 0,
  sample: { rows: 0, bias: 0, columns: [] },
  effects: { dependence: [], partialDependence: [] },
};

function rowsOf(dataset: Dataset, schema: Schema, duplicates: Int32Array | undefined): Rows {
  return {
    dataset,
    labels: labelsOf(dataset, schema),
    weights: weightsOf(dataset, schema),
    groups: groupsOf(dataset, schema, duplicates),
    times: timesOf(dataset, schema),
    foldColumn: foldColumnOf(dataset, schema),
  };
}

export function takeFrom(all: Rows, rows: Uint32Array): Rows {
  const { labels, weights, groups, times, foldColumn } = all;
  const dataset = takeRows(all.dataset, rows);
  return {
    dataset,
    labels: Uint8Array.from(rows, (row) => labels[row]),
    weights: weights && Float64Array.from(rows, (row) => weights[row]),
    groups: groups && Int32Array.from(rows, (row) => groups[row]),
    times: times && Float64Array.from(rows, (row) => times[row]),
    foldColumn: foldColumn && findColumn(dataset, foldColumn.name),
  };
}

function counter(options: ModelOptions, stage: 'train' | 'explain', total: number): () => void {
  let done = 0;
  return () => options.onProgress?.({ stage, done: ++done, total });
}

export function decisionOf(fit: CrossFit, schema: Schema, { thresholdRule }: CheckedOptions): Decision {
  return {
    blend: {
      members: [
        { member: 'trees', weight: fit.blend.trees },
        { member: 'logistic', weight: fit.blend.linear },
      ],
      offset: fit.blend.offset,
    },
    calibration: fit.decided.calibration,
    threshold: fit.decided.threshold.threshold,
    rule: thresholdRule,
    labels: { positive: schema.target.positive, negative: schema.target.negative },
  };
}

function scoringModel(
  fit: CrossFit,
  decision: Decision,
): ScoringModel & Required<Pick<ScoringModel, 'booster'>> {
  return { plan: fit.plan, booster: fit.trees, logistic: fit.linear, decision };
}

/** Probabilities of rows that the model has not seen, by the blend and by the regression alone. */
export function predictionsOf(
  fit: CrossFit,
  decision: Decision,
  dataset: Dataset,
): { probabilities: Float64Array; linear: Float64Array } {
  const { probabilities } = createScorer(scoringModel(fit, decision)).scoreBatch(dataset);
  return {
    probabilities,
    linear: probabilitiesOf(logisticMargins(fit.linear, linearDesign(fit.plan, dataset))),
  };
}
