import type { ShownColumn } from './shown-column.ts';

/** How the contribution of one of the user's columns depends on its value, row by row. */
export interface Dependence extends ShownColumn {
  /** Contribution to the log-odds of each row. */
  readonly contributions: readonly number[];
  /** The column that it acts together with most, for the colours of the same rows. */
  readonly by?: ShownColumn & {
    /** How it was found: by exact interactions, or by SHAP's approximation where those are too dear. */
    readonly foundBy: 'interactions' | 'approximation';
  };
}
