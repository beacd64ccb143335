import type { JsonCursor } from '../json/json-cursor.ts';
import type { LinearRecipe } from './step-kind.ts';

/** One row as a linear learner reads it; both arrays are reused. */
export interface LinearRow {
  readonly numeric: Float64Array;
  readonly codes: Int32Array;
}

/** A row of zeros. */
export function emptyLinearRow(numeric: number, codes: number): LinearRow {
  return { numeric: new Float64Array(numeric), codes: new Int32Array(codes) };
}

/** The columns that a linear step makes of one feature. */
interface LinearColumns {
  readonly numeric: Float64Array[];
  readonly codes: { readonly codes: Int32Array; readonly levels: number }[];
}

/** Writes what one step makes of a row of the tree matrix. */
type LinearRowStep = (features: Float32Array, target: LinearRow) => void;

/** Where a step lies: the feature it reads, and the first column and block that it writes. */
export interface LinearPlace {
  readonly feature: number;
  readonly numeric: number;
  readonly codes: number;
}

/**
 * A kind of linear step, over one feature of the tree matrix. Like `StepKind`: `apply` and `rowStep` agree
 * bit for bit.
 */
export interface LinearKind<Step extends { readonly kind: string }> {
  readonly kind: Step['kind'];
  /** Learns the step from the training rows of a feature. */
  fit(feature: string, column: Float32Array, recipe: LinearRecipe): Step;
  /** The training mean of each numeric column, from which contributions are counted. */
  numericMeans(step: Step): number[];
  /** The training share of each level of each code block, from which contributions are counted. */
  codeShares(step: Step): (readonly number[])[];
  apply(step: Step, column: Float32Array): LinearColumns;
  rowStep(step: Step, place: LinearPlace): LinearRowStep;
  /** Reads a step from JSON that is not trusted. */
  parse(cursor: JsonCursor): Step;
}
