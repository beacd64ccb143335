/** A configuration that a search tried. */
export interface ReportTrial {
  readonly number: number;
  /** Who proposed it: `portfolio`, `tpe`, … */
  readonly source: string;
  /** `complete`, or why its score is not one of a whole trial: `pruned`, `stopped`, `failed`. */
  readonly status: string;
  /** Of the trees alone, the mean over the folds; null or NaN if there is none. */
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
  /** By how much the log loss of a row falls out of fold, by the whole model. */
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
  /** Score of trial 0, which has the parameters of training without a search, as the other trials' scores are. */
  readonly baselineScore?: number | null;
  /** Whole models out of fold, on the rows that chose: the one that was searched for, and plain training's. */
  readonly outOfFold?: { readonly chosen: number; readonly plain: number };
  /** Means over outer folds, of whole models: on their own rows out of fold, and on the rows of the outer fold. */
  readonly nested?: {
    readonly folds: number;
    readonly inner: number;
    readonly outer: number;
    readonly plainInner: number;
    readonly plainOuter: number;
    /** By how much a search looks better than it is, and the standard error of that. */
    readonly optimism: number;
    readonly standardError: number;
  };
  readonly ensemble?: {
    readonly members: readonly ReportEnsembleMember[];
    /** By how much the log loss of a row falls against the best single trial, and its one-sided 95 % bound. */
    readonly gain: number;
    readonly atLeast: number | null;
    /** False if the single model ships. */
    readonly kept: boolean;
    /** True if there was no time to fit all members that might have been chosen. */
    readonly limited: boolean;
    /** Trees to walk for one row, with the single model and with the ensemble. */
    readonly treesBefore: number;
    readonly treesAfter: number;
  };
  readonly features?: { readonly families: readonly ReportFeatureFamily[] };
  readonly selection?: {
    /** What ranked the features. */
    readonly method: string;
    /** Log loss of modest trees by number of features; errors are of the difference to the best number. */
    readonly curve: readonly {
      readonly count: number;
      readonly mean: number | null;
      readonly standardError: number | null;
    }[];
    readonly kept: number;
    readonly dropped: readonly string[];
  };
  /** The method that was to select features, where there was no time for it. */
  readonly selectionSkipped?: string;
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
