import type { FitSettings, Rows } from '../training/index.ts';
import type { Budget } from './budget.ts';
import type { CheckedTuning, TuneOptions } from './tune-options.ts';

/** What a search on some rows is asked for. */
export interface ChoiceInput {
  readonly rows: Rows;
  readonly settings: FitSettings;
  readonly tuning: CheckedTuning;
  readonly budget: Budget;
  /** Seconds of computing at the end of the budget that are for what comes after the fits. */
  readonly afterwards: number;
  readonly journal?: TuneOptions['journal'];
  readonly signal?: AbortSignal | undefined;
  readonly onTrial?: TuneOptions['onTrial'];
}
