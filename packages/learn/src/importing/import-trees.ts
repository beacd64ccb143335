import type { Dataset } from '@verdict/core';
import type { Bundle, Decision } from '../bundle/index.ts';
import { profileOf } from '../bundle/index.ts';
import { chooseThreshold, costsOf } from '../decision/index.ts';
import type { ThresholdChoice, ThresholdRule } from '../decision/index.ts';
import { majorityBaseline } from '../metrics/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { createScorer } from '../scorer/index.ts';
import {
  explainModel,
  explanationTaskCount,
  groupsOf,
  intervalsInPool,
  judgePredictions,
  labelsOf,
  packModel,
  share,
  weightsOf,
} from '../training/index.ts';
import type {
  ColumnImportance,
  ContributionSample,
  Effects,
  JudgedRows,
  Judgement,
  ModelExplanation,
  TrainingProgress,
  TrainingTable,
  WorkPool,
} from '../training/index.ts';
import { version } from '../version.ts';
import type { ImportNote } from './note.ts';
import type { ModelOrigin } from './model-origin.ts';
import type { OpenedModel } from './open-model.ts';
import { passThroughPlan } from './pass-through-plan.ts';
import type { ImportedFeature } from './sample-column.ts';

/** How an imported model is judged. */
export interface ImportOptions {
  /** The sample, as errors call it. */
  readonly sample: string;
  /** Seed of the resampling and of the rows that are explained. */
  readonly seed: number;
  /** How the threshold is chosen on the sample. */
  readonly thresholdRule: ThresholdRule;
  /** SHA-256 of the sample, kept in the bundle's manifest. */
  readonly fingerprint: string;
  readonly pool: WorkPool;
  readonly onProgress?: ((progress: TrainingProgress) => void) | undefined;
}

/** An imported model, and all that the sample says about it. */
export interface ImportedModel {
  /** Everything that is saved; the card is empty until the caller writes one. */
  readonly bundle: Bundle;
  readonly origin: ModelOrigin;
  /** Figures on the sample, which chose the threshold and may hold rows that the model has learnt from. */
  readonly headline: Judgement & { readonly source: 'sample' };
  /** The rows of the sample. */
  readonly judged: JudgedRows;
  readonly baselines: { readonly majority: Metrics & { readonly share: number } };
  /** What chose the threshold, on the sample. */
  readonly chosen: { readonly threshold: ThresholdChoice };
  readonly importance: readonly ColumnImportance[];
  readonly permutedRows: number;
  readonly contributions: ContributionSample;
  readonly effects: Effects;
  readonly model: { readonly trees: number; readonly features: number };
  readonly notes: readonly ImportNote[];
}

/** Numbers the imports of this process, so that workers can tell their models apart. */
let imports = 0;

/** Fewest rows of a value that the reference distributions show. */
const MINIMUM_COUNT = 5;

/**
 * Makes a bundle of a model from elsewhere: its margins are the model's own, its probabilities their logistic
 * function. Threshold and figures come from the sample.
 *
 * @param table the sample, read as `readingTypes` says
 * @throws what `passThroughPlan` throws, and Interrupted
 */
export async function importTrees(
  opened: OpenedModel,
  features: readonly ImportedFeature[],
  table: TrainingTable,
  options: ImportOptions,
): Promise<ImportedModel> {
  const { booster, origin } = opened;
  const { dataset, schema } = table;
  const { seed, thresholdRule, pool } = options;
  const { plan, notes } = passThroughPlan(booster, features, dataset, schema, options.sample);
  const undecided: Decision = {
    blend: { members: [{ member: 'trees', weight: 1 }], offset: 0 },
    calibration: { kind: 'none' },
    threshold: 0.5,
    rule: thresholdRule,
    labels: { positive: schema.target.positive, negative: schema.target.negative },
  };
  const { probabilities } = createScorer({ plan, booster, decision: undecided }).scoreBatch(dataset);
  const labels = labelsOf(dataset, schema);
  const weights = weightsOf(dataset, schema);
  const groups = groupsOf(dataset, schema, table.duplicateGroups);
  const chosen = chooseThreshold(labels, probabilities, thresholdRule, weights);
  const { threshold } = chosen;
  const decision: Decision = { ...undecided, threshold };

  const explanation = explain(opened, { plan, decision, dataset, labels, weights }, options);
  const rows = { labels: share(labels), weights: weights && share(weights), groups: groups && share(groups) };
  const [intervals, { importance, sample, permutedRows, effects }] = await Promise.all([
    intervalsInPool(pool, rows, { probabilities: share(probabilities), threshold }, seed),
    explanation,
  ]);
  const headline = {
    source: 'sample' as const,
    ...judgePredictions(rows, probabilities, threshold, {
      seed,
      costs: costsOf(thresholdRule),
      intervals,
    }),
  };
  const majority = majorityBaseline(labels, weights);
  return {
    bundle: {
      verdictVersion: version,
      seed,
      dataFingerprint: options.fingerprint,
      schema,
      plan,
      booster,
      decision,
      metrics: {
        imported: origin,
        headline: {
          source: headline.source,
          rows: headline.rows,
          metrics: headline.metrics,
          intervals: headline.intervals,
        },
        baselines: { majority },
      },
      profile: profileOf(dataset, schema, probabilities, { minimumCount: MINIMUM_COUNT }),
      card: '',
    },
    origin,
    headline,
    judged: { dataset, labels, weights, probabilities, threshold },
    baselines: { majority },
    chosen: { threshold: chosen },
    importance,
    permutedRows,
    contributions: sample,
    effects,
    model: { trees: booster.treeCount, features: plan.outputs.length },
    notes: [...notes, ...doubts(headline, schema.target)],
  };
}

function explain(
  { booster }: OpenedModel,
  judged: Pick<Bundle, 'plan' | 'decision'> & {
    readonly dataset: Dataset;
    readonly labels: Uint8Array;
    readonly weights: Float64Array | undefined;
  },
  { pool, seed, onProgress }: ImportOptions,
): Promise<ModelExplanation> {
  const { plan, decision, dataset, labels, weights } = judged;
  const portable = packModel(`import ${imports++}`, { plan, booster, decision });
  const total = explanationTaskCount(plan, dataset.rowCount, booster.treeCount);
  let done = 0;
  return explainModel({
    pool,
    seed,
    shipping: portable,
    plan,
    booster,
    dataset,
    labels,
    judged: portable,
    judgedDataset: dataset,
    judgedLabels: labels,
    judgedWeights: weights,
    minimumCount: MINIMUM_COUNT,
    onTask: () => onProgress?.({ stage: 'explain', done: ++done, total }),
  });
}

/** A model that ranks the wrong way round was most likely trained on the other class. */
function doubts(
  { metrics }: Judgement,
  target: { readonly positive: string; readonly negative: string },
): ImportNote[] {
  if (!(metrics.rocAuc < 0.5)) return [];
  return [
    {
      code: 'POSITIVE_CLASS_DOUBTFUL',
      severity: 'warning',
      message: `On the sample the model ranks worse than chance (ROC AUC ${metrics.rocAuc.toFixed(4)}). Its label 1 is probably "${target.negative}", not "${target.positive}": import it again with --positive ${target.negative}; otherwise the features are in another order than in training.`,
      details: { rocAuc: metrics.rocAuc },
    },
  ];
}
