import type { TargetSchema } from '@verdict/core';
import type {
  CorrectedTTestResult,
  DeLongResult,
  Interval,
  McNemarResult,
  MetricName,
  Metrics,
  PairedDifference,
} from '@verdict/learn';

/** How several models compare, best first. */
export interface Comparison {
  readonly target: TargetSchema;
  /** The figure that ranks the models and is tested. */
  readonly metric: MetricName;
  /** `rows`: the models were judged on the same rows just now. `recorded`: by the figures in their bundles. */
  readonly basis: 'rows' | 'recorded';
  /** The rows, where rows were given. */
  readonly rows?: ComparedRows;
  readonly models: readonly ComparedModel[];
  /** Each other model against the best, in the order of the models. */
  readonly pairs: readonly ComparedPair[];
  /** What follows, in words; the first one is the conclusion. */
  readonly sentences: readonly string[];
  /** What makes the conclusion worthless, such as rows that a model was trained on. */
  readonly warnings: readonly string[];
  /** What limits the conclusion. */
  readonly notes: readonly string[];
}

/** The rows on which models were compared. */
export interface ComparedRows {
  readonly file: string;
  readonly rows: number;
  readonly positives: number;
  /** Rows that have no target and were left out. */
  readonly unlabelledRows: number;
  /** Whether rows count by a column of weights. */
  readonly weighted: boolean;
}

/** A model as it was judged. */
export interface ComparedModel {
  /** The folder, as it was given. */
  readonly model: string;
  readonly verdictVersion: string;
  readonly seed: number;
  readonly dataFingerprint: string;
  /** Columns of the user that the model reads. */
  readonly columns: number;
  readonly threshold: number;
  readonly metrics: Metrics;
  /** 95 %, by bootstrap. */
  readonly intervals: Record<MetricName, Interval>;
  /** Where recorded figures come from. */
  readonly recorded?: { readonly source: string; readonly rows: number };
}

/** The best model beside another one. All differences are best minus other. */
export interface ComparedPair {
  readonly best: string;
  readonly other: string;
  readonly differences: Readonly<Record<MetricName, PairedDifference>>;
  /** What decides: a test of the metric's difference. */
  readonly test: MetricTest & Adjusted;
  /** `better` if the best one's lead is real at the 5 % level, after correction for several comparisons. */
  readonly outcome: 'better' | 'no difference found';
  /** Where rows were given and count alike. */
  readonly delong?: DeLongResult;
  readonly mcnemar?: McNemarResult & Adjusted;
  readonly crossValidation: FoldComparison;
}

/** The test of one difference. */
export interface MetricTest {
  /** `unpaired` where only the intervals of two sets of rows are known. */
  readonly method: 'DeLong' | 'paired bootstrap' | 'unpaired';
  readonly difference: number;
  /** 95 % interval of the difference. */
  readonly low: number;
  readonly high: number;
  readonly pValue: number;
}

/** What is said of a p-value where several models are compared. */
export interface Adjusted {
  /** After Holm's correction over all pairs of the models. */
  readonly adjustedPValue: number;
}

/** What the folds of two cross-validations say, or why they say nothing. */
export type FoldTest =
  | ({ readonly comparable: true; readonly folds: number } & CorrectedTTestResult)
  | { readonly comparable: false; readonly reason: string };

/** The same where several models are compared. */
export type FoldComparison =
  (Extract<FoldTest, { comparable: true }> & Adjusted) | Extract<FoldTest, { comparable: false }>;
