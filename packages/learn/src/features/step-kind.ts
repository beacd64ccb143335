import type { CodeColumn, Column, ColumnType } from '@verdict/core';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { EngineeredOptions } from './engineered-feature.ts';
import type { FeatureInput, FeatureOutput, FeatureStep } from './feature-plan.ts';

/**
 * One row as a step reads it: a number per input of a number type (missing is NaN) and a text per input of
 * the other types (missing is null). Both are indexed by the input's place in the plan and reused.
 */
export interface RowValues {
  readonly numbers: Float64Array;
  readonly texts: (string | null)[];
}

/** Writes the features of one step into a row of the tree matrix. */
export type RowStep = (row: RowValues, target: Float32Array) => void;

/** What a step is fitted on. */
export interface FitRequest {
  /** One or two of the user's columns, as many as the kind reads. */
  readonly inputs: readonly FeatureInput[];
  /** The training rows of each input. */
  readonly columns: readonly Column[];
  /** What was asked for beside the kind and its inputs. */
  readonly options: EngineeredOptions;
  /** For kinds that look at the label. */
  readonly label?: LabelAccess | undefined;
  readonly minimumCount: number;
  readonly maximumLevels: number;
  /** Makes a feature name unique in the plan. */
  readonly uniqueName: (wanted: string) => string;
}

/** What kinds that look at the label are given of it. */
export interface LabelAccess {
  /** The name of the target column. */
  readonly target: string;
  /** The label of each training row, 1 for positive. */
  readonly labels: Uint8Array;
  readonly weights?: Float64Array | undefined;
  /**
   * The fold of each training row, 0 to `count - 1`, which does not depend on any label. What a row is given
   * while fitting may be learnt from the other folds only. With fewer than two folds there is nothing to learn
   * from: every row's value is missing then.
   */
  readonly folds: { readonly foldOfRow: Uint8Array; readonly count: number };
}

/** What a linear learner should do with one feature. */
export type LinearRecipe =
  | { readonly kind: 'standard' }
  | { readonly kind: 'basis' }
  | { readonly kind: 'cyclic'; readonly period: number }
  | { readonly kind: 'one-hot'; readonly levels: number }
  | { readonly kind: 'none' };

/**
 * A kind of step. `apply` (a batch) and `rowStep` (one row) must agree bit for bit: one suite proves it
 * for every kind in the registry.
 */
export interface StepKind<Step extends { readonly kind: string }> {
  readonly kind: Step['kind'];
  /** The column types that each of its inputs may have. */
  readonly columnTypes: readonly ColumnType[];
  /** How many of the user's columns it reads. */
  readonly inputCount: 1 | 2;
  /** Must it be fitted inside the fold, since it learns from the label? */
  readonly looksAtLabel?: true;
  /** Learns the step from training rows and gives their features (cross-fitted if it looks at the label). */
  fitTransform(request: FitRequest): { step: Step; columns: Float32Array[] };
  /** The features it makes. */
  outputs(step: Step): FeatureOutput[];
  /** What linear learners make of each of its features, in the order of `outputs`. */
  linear(step: Step): LinearRecipe[];
  /** The features of a batch, one array per output. */
  apply(step: Step, columns: readonly Column[]): Float32Array[];
  /** The same for one row: reads the plan's inputs number `slots`, writes from `offset` on. */
  rowStep(step: Step, slots: readonly number[], offset: number): RowStep;
  /** The step without the outputs that `kept` does not name; kinds of one output need none. */
  select?(step: Step, kept: ReadonlySet<string>): Step;
  /** Reads a step from JSON that is not trusted. */
  parse(cursor: JsonCursor): Step;
}

/** The user's columns that a step reads. */
export function stepInputs(step: FeatureStep): readonly string[] {
  return 'inputs' in step ? step.inputs : [step.input];
}

/** The values of a number column; throws for codes, which callers have excluded. */
export function numberValues(column: Column): Float64Array {
  if (column.kind === 'number') return column.values;
  throw new TypeError(`column "${column.name}" holds codes, not numbers`);
}

/** A column of codes as such; throws for numbers, which callers have excluded. */
export function codesOf(column: Column): CodeColumn {
  if (column.kind === 'code') return column;
  throw new TypeError(`column "${column.name}" holds numbers, not codes`);
}
