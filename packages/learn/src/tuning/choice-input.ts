import type { FitSettings, Rows } from '../training/index.ts';
import type { Budget } from './budget.ts';
import type { CheckedTuning, TuneOptions } from './tune-options.ts';

/** What a search on some rows is asked for. */
export interface ChoiceInput {
  readonly rows: Rows;
  readonly settings: FitSettings;
  readonly tuning: CheckedTuning;
  readonly budget: Budget;
  /** What is left of the budget for choosing goes to several such choices, one after another; to this one so much. */
  readonly share: number;
  /** Fits of what was chosen that the budget must have room for, a fit of these rows being 1. */
  readonly fits: () => number;
  /** Whether what was chosen is explained within the budget. */
  readonly explains: boolean;
  /** Seconds of computing at the end of the budget that are for what comes after the fits. */
  readonly afterwards: number;
  readonly journal?: TuneOptions['journal'];
  readonly signal?: AbortSignal | undefined;
  readonly onTrial?: TuneOptions['onTrial'];
}
