import type { ColumnType } from '@verdict/core';
import type { BasisStep } from './basis-step.ts';
import type { CategoryStep } from './category-step.ts';
import type { CyclicStep } from './cyclic-step.ts';
import type { DateTimeStep } from './datetime-step.ts';
import type { NumberStep } from './number-step.ts';
import type { OneHotStep } from './one-hot-step.ts';
import type { StandardStep } from './standard-step.ts';

/** The version of the plan's JSON that this code reads and writes. */
export const featurePlanVersion = 1;

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

/** One feature: its name, the table's column it was made of, and its type. */
export interface FeatureOutput {
  readonly name: string;
  readonly source: string;
  readonly type: FeatureType;
}

/** A fitted step from one column to features. */
export type FeatureStep = NumberStep | DateTimeStep | CategoryStep;

/** A fitted step from one feature to what a linear learner reads. */
export type LinearStep = StandardStep | BasisStep | CyclicStep | OneHotStep;

/** What may be chosen when a plan is fitted. */
export interface FeatureOptions {
  /** Levels that fewer training rows have are pooled into one rare level; default 5. */
  readonly minimumCount?: number;
  /** At most this many levels get a code of their own, the most frequent first; default and limit 254. */
  readonly maximumLevels?: number;
}
