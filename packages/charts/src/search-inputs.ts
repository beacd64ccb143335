/** One configuration that a search has tried. */
export interface TrialPoint {
  /** From 0 or 1, in the order in which they were proposed. */
  readonly number: number;
  /** Who proposed it: `portfolio`, `tpe`, … */
  readonly source: string;
  /** `complete`, or why the score is not one of a whole trial: `pruned`, `stopped`, `failed`. */
  readonly status: string;
  /** Cross-validated; null or NaN if there is none. */
  readonly score: number | null;
  /** Numbers, and names of choices. What a trial did not set is left out. */
  readonly params: Readonly<Record<string, number | string>>;
  /** True for the one that was chosen. */
  readonly best: boolean;
}

/** Trials and the figure they are ranked by. */
export interface SearchTrialsInput {
  /** Name of the figure: `log_loss`. */
  readonly metric: string;
  readonly higherIsBetter: boolean;
  readonly trials: readonly TrialPoint[];
  /** Score of trial 0, if it has the parameters of training without a search. */
  readonly baselineScore?: number | null;
}

export interface ParallelCoordinatesInput extends SearchTrialsInput {
  /** Names of parameters, the most important first; those not named follow by name. */
  readonly order?: readonly string[];
}

/** How much of the spread of the scores each parameter explains by itself. */
export interface ParameterImportanceInput {
  readonly metric: string;
  /** Shares between 0 and 1. */
  readonly items: readonly { readonly parameter: string; readonly share: number | null }[];
}

/** The log loss by how many features are used. */
export interface SelectionCurveInput {
  /** What ranked the features. */
  readonly method: string;
  readonly curve: readonly {
    readonly count: number;
    readonly mean: number | null;
    /** Of the difference to the best number; 0 for the best. */
    readonly standardError: number | null;
  }[];
  /** How many are kept. */
  readonly kept: number;
}
