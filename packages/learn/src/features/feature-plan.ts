import type { ColumnType } from '@verdict/core';
import type { BasisStep } from './basis-step.ts';
import type { CategoryStep } from './category-step.ts';
import type { CrossStep } from './cross-step.ts';
import type { CyclicStep } from './cyclic-step.ts';
import type { DateTimeStep } from './datetime-step.ts';
import type { DifferenceStep } from './difference-step.ts';
import type { ElapsedStep } from './elapsed-step.ts';
import type { EngineeredFeature } from './engineered-feature.ts';
import type { FrequencyStep } from './frequency-step.ts';
import type { LogStep } from './log-step.ts';
import type { NumberStep } from './number-step.ts';
import type { OneHotStep } from './one-hot-step.ts';
import type { ProductStep } from './product-step.ts';
import type { RankStep } from './rank-step.ts';
import type { RatioStep } from './ratio-step.ts';
import type { StandardStep } from './standard-step.ts';
import type { TargetStep } from './target-step.ts';
import type { TextStep } from './text-step.ts';

/**
 * The version of the plan's JSON that this code writes, and the newest that it reads. Version 1 had no engineered
 * features: each output named one `source`.
 */
export const featurePlanVersion = 2;

/** The most columns a plan may read, and the most features it may make. */
export const maximumFeatures = 65_536;

/**
 * How columns of a table become the features of a model: plain JSON, fitted on training rows only, never
 * on the label of the rows it is applied to. The same plan serves batches and single rows.
 */
export interface FeaturePlan {
  readonly version: typeof featurePlanVersion;
  /** The columns that are read, in the order of the training table. */
  readonly inputs: readonly FeatureInput[];
  /** What is done to them, in the order of `outputs`. */
  readonly steps: readonly FeatureStep[];
  /** The features that come out, in the order of the tree matrix's columns. */
  readonly outputs: readonly FeatureOutput[];
  /** What linear learners do with those features on top. */
  readonly linear: readonly LinearStep[];
}

/** A column that a plan reads. */
export interface FeatureInput {
  readonly name: string;
  readonly type: ColumnType;
  /** May the column be absent? Then all its values are missing. */
  readonly optional: boolean;
  /** The words for false and true of a boolean column, as they were read in training. */
  readonly words?: readonly [falseWord: string, trueWord: string];
}

/** XGBoost's feature types: a quantity, an integer, an indicator, a category code. */
export const featureTypes = ['q', 'int', 'i', 'c'] as const;
export type FeatureType = (typeof featureTypes)[number];

/** One feature: its name, the table's columns that it was made of (one or two), and its type. */
export interface FeatureOutput {
  readonly name: string;
  readonly sources: readonly string[];
  readonly type: FeatureType;
}

/** A fitted step from one or two columns to features. */
export type FeatureStep =
  | NumberStep
  | DateTimeStep
  | CategoryStep
  | RatioStep
  | ProductStep
  | DifferenceStep
  | LogStep
  | RankStep
  | ElapsedStep
  | FrequencyStep
  | TargetStep
  | CrossStep
  | TextStep;

/** A fitted step from one feature to what a linear learner reads. */
export type LinearStep = StandardStep | BasisStep | CyclicStep | OneHotStep;

/** What may be chosen when a plan is fitted. */
export interface FeatureOptions {
  /** Levels that fewer training rows have are pooled into one rare level; default 5. */
  readonly minimumCount?: number;
  /** At most this many levels get a code of their own, the most frequent first; default and limit 254. */
  readonly maximumLevels?: number;
  /** Features beside those that every column gets, in this order behind them; one that comes twice counts once. */
  readonly engineered?: readonly EngineeredFeature[];
  /**
   * The names of the features to keep; default all. Steps and columns that no kept feature needs are not in the plan.
   * Names that fitting does not make (a part of a date that does not vary in these rows) are passed over.
   */
  readonly keep?: readonly string[];
  /** Seed of the folds inside which features that look at the label are learnt; default 0. */
  readonly seed?: number;
  /** Rows with the same number of 0 or more stay in one of those folds; -1, and no groups at all, stand alone. */
  readonly groups?: Int32Array;
}
