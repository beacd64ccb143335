import type {
  BeeswarmInput,
  CalibrationBin,
  DependenceInput,
  HistogramInput,
  ImportanceItem,
  InteractionInput,
  LearningCurveInput,
  LiftInput,
  PartialDependenceInput,
  PrInput,
  RocInput,
  ThresholdInput,
} from '@verdict/charts';
import type { Fairness, RowReasons, WeakSlices } from '@verdict/learn';
import type { SearchReportInput } from './search-input.ts';

/** Metrics by name; null or NaN where the rows leave a metric undefined. */
export type ReportMetrics = Readonly<Record<string, number | null>>;

/** 95 % intervals by metric name. */
export type ReportIntervals = Readonly<
  Record<string, { readonly low: number | null; readonly high: number | null } | undefined>
>;

/** Metrics and what is known of their uncertainty. */
export interface ReportFigures {
  readonly metrics: ReportMetrics;
  readonly intervals?: ReportIntervals;
}

export interface ReportColumn {
  readonly name: string;
  readonly type: string;
  readonly role: string;
  /** Why the column is left out. */
  readonly reason?: string;
  readonly missing: number;
  readonly distinct: number;
  /** False if `distinct` is an estimate. */
  readonly distinctExact?: boolean;
}

export interface ReportFinding {
  readonly code: string;
  readonly severity: string;
  readonly column?: string;
  readonly message: string;
}

/** One member of the model: `gradient-boosted trees`, with its share in the blend. */
export interface ReportMember {
  readonly name: string;
  readonly weight?: number;
}

/** The threshold and the calibration, and what chose them. */
export interface ReportDecision {
  readonly threshold: number;
  readonly rule: string;
  /** What the four outcomes cost, where the rule is `cost`. */
  readonly costFp?: number;
  readonly costFn?: number;
  readonly costTp?: number;
  readonly costTn?: number;
  /** Where the rule is `capacity`: so many rows of so many; of 1 if it is a share. */
  readonly capacity?: number;
  readonly of?: number;
  /** Where the rule is `precision` or `recall`: the least one. */
  readonly target?: number;
  /** What the rule reached on the rows that chose the threshold, and whether that is what it asks for. */
  readonly reached?: { readonly score: number | null; readonly attained: boolean };
  /** Why the probabilities are calibrated as they are; left out where nothing was asked for. */
  readonly calibration?: {
    /** `auto`, or the kind that was asked for. */
    readonly asked: string;
    readonly kind: string;
    /** Mean log loss on left-out rows by kind; null or NaN for kinds that were not tried. */
    readonly logLoss: Readonly<Record<string, number | null>>;
    readonly gains: readonly {
      readonly kind: string;
      readonly over: string;
      readonly gain: number | null;
      readonly standardError: number | null;
      readonly accepted: boolean;
    }[];
  };
}

interface Bounds {
  readonly low: number | null;
  readonly high: number | null;
}

/** What a way to decide costs per row, and what the model saves against it. */
export interface ReportPolicy {
  readonly cost: number;
  readonly saving: Bounds & { readonly mean: number };
}

/** Costs per row of the rows that judge, in the unit of the costs. */
export interface ReportWorth {
  readonly costs: {
    readonly costFp: number;
    readonly costFn: number;
    readonly costTp: number;
    readonly costTn: number;
  };
  readonly model: Bounds & { readonly cost: number };
  readonly nobody: ReportPolicy;
  readonly everybody: ReportPolicy;
  readonly logistic?: ReportPolicy;
}

/**
 * Everything that a report says. It is nearly what `performance_metrics.json` holds, and can be written as
 * JSON. Parts that may be left out are then left out of the report.
 */
export interface ReportInput {
  /** Heading; made from the target if not given. */
  readonly title?: string;
  readonly target: { readonly name: string; readonly positive: string; readonly negative: string };
  readonly data: {
    /** Name of the file, without its folder. */
    readonly file: string;
    readonly rows: number;
    readonly labelledRows: number;
    readonly unlabelledRows: number;
    /** Labelled rows of the positive class. */
    readonly positives: number;
    readonly fingerprint?: string;
    readonly columns: readonly ReportColumn[];
  };
  readonly findings: readonly ReportFinding[];
  /** The figures that the report opens with, and the rows they come from. */
  readonly headline: ReportFigures & {
    readonly source: 'hold-out' | 'test file' | 'cross-validation' | 'outer folds' | 'sample';
    readonly rows: number;
    readonly positives: number;
    /** Of the judged model, which is not the one that ships where rows were set aside. */
    readonly threshold: number;
    readonly confusion: {
      readonly tp: number;
      readonly fp: number;
      readonly tn: number;
      readonly fn: number;
    };
    readonly curves: {
      readonly roc?: RocInput['curve'];
      readonly pr?: PrInput['curve'];
      readonly calibration?: readonly CalibrationBin[];
      readonly threshold?: ThresholdInput['curve'];
      readonly lift?: LiftInput['curve'];
    };
    readonly histogram?: HistogramInput;
    /** What the decisions cost on these rows, where costs are known. */
    readonly worth?: ReportWorth;
  };
  readonly baselines: {
    /** Always saying the more frequent class. */
    readonly majority?: ReportMetrics;
    readonly logistic?: ReportFigures & {
      /** The model's figures minus these on the same resampled rows, with 95 % intervals. */
      readonly differences?: Readonly<
        Record<
          string,
          { readonly difference: number; readonly low: number; readonly high: number } | undefined
        >
      >;
    };
  };
  readonly crossValidation?: {
    readonly folds: number;
    readonly scores: Readonly<
      Record<string, { readonly mean: number | null; readonly standardDeviation: number | null }>
    >;
    /** Mean on training rows minus mean on validation rows. */
    readonly trainTestGap?: ReportMetrics;
    /** What was chosen on these very rows, which makes their figures a little too good. */
    readonly chosenOnTheseRows?: readonly string[];
  };
  /** How rows were parted into those that train and those that judge, in sentences. */
  readonly validation?: readonly string[];
  /** Where a search chose the configuration. */
  readonly search?: SearchReportInput;
  readonly decision: ReportDecision;
  readonly importance: readonly ImportanceItem[];
  /** Rows that permutation importance was measured on. */
  readonly permutedRows?: number;
  readonly contributions?: BeeswarmInput;
  readonly interactions?: InteractionInput;
  /** Of the columns that move the scores most, in that order. */
  readonly dependence?: readonly DependenceInput[];
  readonly partialDependence?: readonly Omit<PartialDependenceInput, 'positive'>[];
  /** Why some rows are scored as they are. */
  readonly reasons?: readonly {
    /** The row with the highest or the lowest probability, or the one nearest to the threshold. */
    readonly which: 'highest' | 'threshold' | 'lowest';
    readonly probability: number;
    readonly decision: string;
    readonly reasons: RowReasons;
  }[];
  readonly weakSlices?: WeakSlices;
  readonly fairness?: readonly Fairness[];
  readonly learning?: LearningCurveInput;
  readonly model: {
    readonly members: readonly ReportMember[];
    readonly trees?: number;
    readonly features?: number;
    /** Names of the features that a search has made of columns and kept, which say how: `debt / income`. */
    readonly engineered?: readonly string[];
    /** How probabilities are calibrated: `none`, `sigmoid`, `beta` or `isotonic`. */
    readonly calibration?: string;
    readonly parameters?: Readonly<Record<string, unknown>>;
    /** Where the model comes from, if it was not trained here: all in words. */
    readonly imported?: {
      /** Name of the file, without its folder. */
      readonly file: string;
      readonly format: string;
      readonly objective: string;
      readonly rounds: string;
      readonly sha256: string;
    };
  };
  readonly reproducibility: {
    readonly seed: number;
    /** Names and versions: `verdict` to `0.1.0`. */
    readonly versions: Readonly<Record<string, string>>;
    /** The command that does the same again. */
    readonly command?: string;
  };
}
