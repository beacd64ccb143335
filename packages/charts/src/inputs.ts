/** Numbers in a list, a typed array or a parsed JSON file. NaN and null stand for what is not defined. */
export type Numbers = ArrayLike<number | null>;

/** A 95 % confidence interval. */
export interface IntervalInput {
  readonly low: number;
  readonly high: number;
}

/** Rows by what was true and what was said; weights where rows are weighted. */
export interface ConfusionInput {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
  /** The labels of the two classes. */
  readonly positive: string;
  readonly negative: string;
  /** The probability from which on a row is called positive. */
  readonly threshold?: number;
}

/** Receiver operating characteristic. */
export interface RocInput {
  /** Shares of the negative and of the positive rows that are called positive, from (0, 0) to (1, 1). */
  readonly curve: { readonly falsePositiveRate: Numbers; readonly truePositiveRate: Numbers };
  /** Area under the curve. */
  readonly auc: number | null;
  readonly interval?: IntervalInput;
  /** Where the chosen threshold lies. */
  readonly operating?: { readonly falsePositiveRate: number; readonly truePositiveRate: number };
}

/** Precision against recall. */
export interface PrInput {
  readonly curve: { readonly precision: Numbers; readonly recall: Numbers };
  /** Area under the curve by steps (average precision). */
  readonly averagePrecision: number | null;
  readonly interval?: IntervalInput;
  readonly operating?: { readonly precision: number | null; readonly recall: number | null };
  /** Share of positive rows, between 0 and 1: the precision of a model that knows nothing. */
  readonly prevalence: number;
}

/** Counts of rows by probability. */
export interface HistogramInput {
  /** One more entry than the counts; bins of equal width from 0 to 1 if not given. */
  readonly edges?: Numbers;
  readonly positive: Numbers;
  readonly negative: Numbers;
}

/** One bin of a reliability diagram. */
export interface CalibrationBin {
  /** Mean predicted probability in the bin. */
  readonly predicted: number;
  /** Share of positive rows in the bin. */
  readonly observed: number;
  /** Rows in the bin. */
  readonly count: number;
  /** 95 % interval of the observed share; Wilson's, computed from `count`, if not given. */
  readonly low?: number;
  readonly high?: number;
}

/** Predicted probability against observed share. Empty bins may be left out or hold NaN. */
export interface CalibrationInput {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error over these bins. */
  readonly ece?: number | null;
  /** Mean squared distance between probability and outcome. */
  readonly brier?: number | null;
  readonly histogram?: HistogramInput;
}

/** Metrics by threshold, in ascending or descending order of threshold. */
export interface ThresholdInput {
  readonly curve: {
    readonly threshold: Numbers;
    readonly precision: Numbers;
    readonly recall: Numbers;
    readonly f1: Numbers;
    readonly mcc: Numbers;
    /** Cost per row, in the unit in which the costs were given. */
    readonly cost?: Numbers;
  };
  readonly chosen?: number;
  /** The figures at exactly the chosen threshold; those of the nearest one in the curve if not given. */
  readonly at?: {
    readonly precision: number | null;
    readonly recall: number | null;
    readonly f1: number | null;
    readonly mcc: number | null;
  };
  /** The rule that chose, in words: `highest MCC`. */
  readonly rule?: string;
}

/** What is gained by acting on the rows with the highest probability first. */
export interface LiftInput {
  readonly curve: {
    /** Share of all rows acted on, ascending from 0 to 1. */
    readonly share: Numbers;
    /** Share of all positive rows among them. */
    readonly gain: Numbers;
  };
  /** Share of positive rows, between 0 and 1. */
  readonly prevalence: number;
}

/** How much the model leans on one column. */
export interface ImportanceItem {
  readonly column: string;
  /** Rise of the metric's loss when the column is shuffled, with its 95 % interval. */
  readonly permutation?: { readonly mean: number; readonly low: number; readonly high: number };
  /** Reduction of the loss by all splits on the column; any unit. */
  readonly totalGain?: number;
  /** Mean absolute contribution to the log-odds. */
  readonly shap?: number;
}

export interface ImportanceInput {
  readonly items: readonly ImportanceItem[];
  /** What permutation importance is measured in: `log loss`. */
  readonly metric?: string;
}

/** Contributions of one column, row by row. */
export interface BeeswarmColumn {
  readonly name: string;
  /** Contributions to the log-odds. */
  readonly contributions: Numbers;
  /**
   * The row's value as a rank between 0 (lowest) and 1 (highest); for categories, the rank of the level by its
   * share of positives. NaN or null if the value is missing.
   */
  readonly ranks: Numbers;
}

export interface BeeswarmInput {
  readonly columns: readonly BeeswarmColumn[];
}

/** The loss by boosting round, one list per fold; folds may differ in length. */
export interface LearningCurveInput {
  readonly training: readonly Numbers[];
  readonly validation: readonly Numbers[];
  /** For each fold, the number of rounds that its model kept, counted from 1. */
  readonly rounds?: readonly number[];
  /** What the loss is: `log loss` if not given. */
  readonly metric?: string;
}

/** Predicted probabilities of the two classes. */
export interface ScoreInput {
  readonly histogram: HistogramInput;
  readonly positive: string;
  readonly negative: string;
  readonly threshold?: number;
}

/** Missing values by column. */
export interface MissingInput {
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly missing: number }[];
}

/** The values of a column as they may be shown, and how many rows have each. */
export type ScaleInput =
  | {
      readonly kind: 'number' | 'datetime';
      /** Ascending; milliseconds since 1970 UTC for date-times. */
      readonly values: readonly number[];
      readonly counts: readonly number[];
    }
  | {
      readonly kind: 'level';
      /** Null stands for all levels that are not named. */
      readonly levels: readonly (string | null)[];
      readonly counts: readonly number[];
    };

/** A column and where rows lie on its scale; -1 where a value is missing. */
export interface ShownColumnInput {
  readonly column: string;
  readonly scale: ScaleInput;
  readonly places: readonly number[];
}

/** The contributions of one column against its values. */
export interface DependenceInput extends ShownColumnInput {
  /** Contributions to the log-odds of the same rows. */
  readonly contributions: Numbers;
  /** The column that colours the rows. */
  readonly by?: ShownColumnInput;
  /** The number in the picture's file name; 1 if not given. */
  readonly number?: number;
}

/** How strongly columns act together. */
export interface InteractionInput {
  readonly columns: readonly string[];
  /** Columns x columns, in log-odds: two columns together; on the diagonal, one alone. */
  readonly values: readonly Numbers[];
  /** Rows that the figures are means over. */
  readonly rows: number;
}

/** The probability against the values that one column is set to. */
export interface PartialDependenceInput {
  readonly column: string;
  readonly scale: ScaleInput;
  /** Mean probability at each place of the scale. */
  readonly mean: Numbers;
  /** The curve of each row. */
  readonly curves: readonly Numbers[];
  /** Mean probability without a value. */
  readonly missing?: number;
  /** The label whose probability it is. */
  readonly positive: string;
  /** Draw what each curve gains over its first place; false if not given. */
  readonly centred?: boolean;
  /** The number in the picture's file name; 1 if not given. */
  readonly number?: number;
}

/** How one row comes to its probability. */
export interface WaterfallInput {
  /** The number of the row. */
  readonly row: number;
  readonly prediction: string;
  /** Log-odds and probability that all rows start from. */
  readonly bias: number;
  readonly biasProbability: number;
  readonly steps: readonly {
    /** The column; all others together if not given. */
    readonly column?: string;
    /** How many columns the step stands for. */
    readonly columns: number;
    /** The row's value in words. */
    readonly value?: string;
    readonly contribution: number;
    /** The log-odds before and after the step. */
    readonly from: number;
    readonly to: number;
  }[];
  readonly margin: number;
  readonly probability: number;
}
