/** A configuration that a search tried. */
export interface ReportTrial {
  readonly number: number;
  /** Who proposed it: `portfolio`, `tpe`, … */
  readonly source: string;
  /** `complete`, or why its score is not one of a whole trial: `pruned`, `stopped`, `failed`. */
  readonly status: string;
  /** Mean over the folds; null or NaN if there is none. */
  readonly score: number | null;
  /** Standard deviation over the folds. */
  readonly deviation: number | null;
  /** Boosting rounds that the score belongs to. */
  readonly rounds: number;
  readonly seconds: number;
  /** Numbers, and names of choices. */
  readonly params: Readonly<Record<string, number | string>>;
  /** True for the one that was chosen. */
  readonly best: boolean;
}

/** A member of an ensemble: a trial, what kind of model it is, and its share. */
export interface ReportEnsembleMember {
  /** Number of the trial; left out for members that no trial proposed. */
  readonly trial?: number;
  /** `gradient-boosted trees`, `random forest`, `logistic regression`, … */
  readonly kind: string;
  readonly weight: number;
}

/** A family of engineered features. */
export interface ReportFeatureFamily {
  readonly family: string;
  /** Features that it proposed. */
  readonly count: number;
  /** What it adds to the score out of fold, positive for better. */
  readonly gain: number | null;
  readonly standardError: number | null;
  readonly kept: boolean;
}

/** What a search tried, chose, and what that was worth. Parts that are left out are left out of the report. */
export interface SearchReportInput {
  /** The figure that the search ranked by: `log_loss`, `roc_auc`, … */
  readonly metric: string;
  /** Default: not for `log_loss`, `logLoss` and `brier`. */
  readonly higherIsBetter?: boolean;
  /** `grid`, `random`, `halving`, `tpe`. */
  readonly strategy: string;
  readonly trials: readonly ReportTrial[];
  /** Share of the spread of the scores that each parameter explains by itself, 0 to 1. */
  readonly importance?: readonly { readonly parameter: string; readonly share: number | null }[];
  /** Score of the configuration that training without a search uses, on the same folds. */
  readonly baselineScore?: number | null;
  /** The winner's score as the search saw it, and on outer folds that chose nothing, with a 95 % interval. */
  readonly optimism?: {
    readonly inner: number;
    readonly outer: number;
    readonly low: number | null;
    readonly high: number | null;
  };
  readonly ensemble?: {
    readonly members: readonly ReportEnsembleMember[];
    /** What it adds to the best single model, positive for better, with a 95 % interval. */
    readonly gain: number;
    readonly low: number | null;
    readonly high: number | null;
    /** False if the single model ships. */
    readonly kept: boolean;
    /** Trees to walk for one row, with the single model and with the ensemble. */
    readonly treesBefore: number;
    readonly treesAfter: number;
  };
  readonly features?: { readonly families: readonly ReportFeatureFamily[] };
  readonly selection?: {
    /** What ranked the features. */
    readonly method: string;
    readonly curve: readonly {
      readonly count: number;
      readonly mean: number | null;
      readonly standardError: number | null;
    }[];
    readonly kept: number;
    readonly dropped: readonly string[];
  };
}

/** Whether greater scores are better. */
export function higherIsBetter({ metric, higherIsBetter: said }: SearchReportInput): boolean {
  return said ?? !['log_loss', 'logLoss', 'brier'].includes(metric);
}

/** Complete trials, best first; equal ones by number. */
export function leaderboard(input: SearchReportInput): ReportTrial[] {
  const sign = higherIsBetter(input) ? 1 : -1;
  return input.trials
    .filter(({ status, score }) => status === 'complete' && Number.isFinite(score))
    .toSorted((a, b) => sign * ((b.score ?? 0) - (a.score ?? 0)) || a.number - b.number);
}
