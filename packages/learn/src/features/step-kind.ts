import type { CodeColumn, Column, ColumnType } from '@verdict/core';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { FeatureInput, FeatureOutput } from './feature-plan.ts';

/**
 * One row as a step reads it: a number per input of a number type (missing is NaN) and a text per input of
 * the other types (missing is null). Both are indexed by the input's place in the plan and reused.
 */
export interface RowValues {
  readonly numbers: Float64Array;
  readonly texts: (string | null)[];
}

/** Writes the features of one step into a row of the tree matrix. */
type RowStep = (row: RowValues, target: Float32Array) => void;

/** What a step is fitted on. */
export interface FitRequest {
  readonly input: FeatureInput;
  /** The training rows of the input. */
  readonly column: Column;
  /** Their label (1 positive), for steps that look at it; no kind does so far. */
  readonly label?: Uint8Array | undefined;
  readonly minimumCount: number;
  readonly maximumLevels: number;
  /** Makes a feature name unique in the plan. */
  readonly uniqueName: (wanted: string) => string;
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
  /** The column types that it reads. */
  readonly columnTypes: readonly ColumnType[];
  /** Learns the step from training rows and gives their features (cross-fitted if it looks at the label). */
  fitTransform(request: FitRequest): { step: Step; columns: Float32Array[] };
  /** The features it makes. */
  outputs(step: Step): FeatureOutput[];
  /** What linear learners make of each of its features, in the order of `outputs`. */
  linear(step: Step): LinearRecipe[];
  /** The features of a batch, one array per output. */
  apply(step: Step, column: Column): Float32Array[];
  /** The same for one row: reads input number `slot`, writes from `offset` on. */
  rowStep(step: Step, slot: number, offset: number): RowStep;
  /** Reads a step from JSON that is not trusted. */
  parse(cursor: JsonCursor): Step;
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
