// Made by tools/client-types.mjs from the schemas of packages/contracts. Do not edit.

/** A number, a text, true or false, a date as ISO 8601 text, or null where it is not known. */
export type FeatureValue = number | string | boolean | null;

/** Values by column. `GET /models/{model}/schema` says which. */
export type Features = { readonly [name: string]: FeatureValue };

export type Warning = {
  readonly code: 'unknown_category' | 'out_of_range' | 'unknown_field';
  readonly field: string;
  readonly message: string;
};

export type RowReply = {
  /** 1 when `probability[1]` reaches the threshold. */
  readonly prediction: number;
  /** The label of the prediction, as the training data spells it. */
  readonly label: string;
  /** Of the negative class, then of the positive class. */
  readonly probability: readonly [number, number];
  /** The larger of the two probabilities. */
  readonly confidence: number;
  /** Of this row: the id of the request, `:` and the place of the row. */
  readonly requestId: string;
  /** Left out where there is nothing to say. */
  readonly warnings?: readonly Warning[];
};

export type PredictReply = {
  /** 1 when `probability[1]` reaches the threshold. */
  readonly prediction: number;
  /** The label of the prediction, as the training data spells it. */
  readonly label: string;
  /** Of the negative class, then of the positive class. */
  readonly probability: readonly [number, number];
  /** The larger of the two probabilities. */
  readonly confidence: number;
  /** Probability from which on the prediction is 1. */
  readonly threshold: number;
  readonly model: string;
  readonly version: string;
  /** Identifies the request: the `x-request-id` that came with it if that was well-formed and new, else a UUID (version 7). */
  readonly requestId: string;
  /** Left out where there is nothing to say. */
  readonly warnings?: readonly Warning[];
};

export type BatchReply = {
  /** In the order of the rows. */
  readonly predictions: readonly RowReply[];
  /** Probability from which on the prediction is 1. */
  readonly threshold: number;
  readonly model: string;
  readonly version: string;
  /** Identifies the request: the `x-request-id` that came with it if that was well-formed and new, else a UUID (version 7). */
  readonly requestId: string;
};

export type Reason = {
  readonly column: string;
  readonly direction: 'raises' | 'lowers';
  readonly contribution: number;
  readonly value: string | number | null;
  /** How the value compares with the training rows. */
  readonly comparison: string;
  readonly words: string;
};

export type ExplainReply = {
  /** 1 when `probability[1]` reaches the threshold. */
  readonly prediction: number;
  /** The label of the prediction, as the training data spells it. */
  readonly label: string;
  /** Of the negative class, then of the positive class. */
  readonly probability: readonly [number, number];
  /** The larger of the two probabilities. */
  readonly confidence: number;
  /** Probability from which on the prediction is 1. */
  readonly threshold: number;
  readonly model: string;
  readonly version: string;
  /** Identifies the request: the `x-request-id` that came with it if that was well-formed and new, else a UUID (version 7). */
  readonly requestId: string;
  /** Left out where there is nothing to say. */
  readonly warnings?: readonly Warning[];
  /** Log odds before calibration: the bias and all contributions, added up. */
  readonly margin: number;
  /** The margin before anything is known. */
  readonly bias: number;
  /** Strongest first. */
  readonly contributions: readonly {
    readonly column: string;
    /** In log odds. */
    readonly contribution: number;
  }[];
  /** Strongest first, in either direction. */
  readonly reasons: {
    readonly raising: readonly Reason[];
    readonly lowering: readonly Reason[];
  };
};

export type FeedbackRequest = {
  /** The prediction that is meant. */
  readonly requestId: string;
  /** What really happened: one of the two labels, or 1 and true for the positive, 0 and false for the negative. */
  readonly outcome: string | number | boolean;
  /** Of this message, so that a repeated one is kept once. Default: a new one. */
  readonly id?: string;
  /** When it happened, milliseconds since 1970-01-01 UTC. Default: now. */
  readonly at?: number;
  readonly note?: string;
};

export type FeedbackReply = {
  readonly requestId: string;
  readonly id: string;
  /** The label that was noted. */
  readonly outcome: string;
  /** True if this very message was there already. */
  readonly known: boolean;
};

export type ServedModel = {
  readonly model: string;
  readonly alias: string | null;
  readonly version: string;
};

export type HealthReply = {
  /** Degraded: it serves, but something needs a look, such as a new version that does not load. */
  readonly status: 'ok' | 'degraded' | 'unavailable';
  /** Of Verdict. */
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly models: readonly ServedModel[];
  /** How predictions are logged: off, async or durable. */
  readonly log: string;
  readonly problems: readonly string[];
};

export type AliasReply = {
  readonly model: string;
  readonly alias: string;
  readonly version: number;
  readonly sequence: number;
};

export type ModelReply = {
  readonly model: string;
  readonly at: number | null;
  readonly latest: number;
  readonly aliases: readonly AliasReply[];
};

export type ModelsReply = {
  readonly models: readonly ModelReply[];
};

export type Problem = {
  /** Where, such as `features.tenure` or `rows[3].plan`. */
  readonly field: string;
  readonly message: string;
  /** What is allowed there. */
  readonly expected?: string;
  /** What came, cut to 60 characters. */
  readonly got?: string;
};

/** What was refused, and why. */
export type ErrorReply = {
  readonly error: {
    /** Stable, for programs. */
    readonly code: string;
    /** For people; may change. */
    readonly message: string;
    /** Where the first problem is. */
    readonly field?: string;
    /** What is allowed there. */
    readonly expected?: string;
    /** What came, cut to 60 characters. */
    readonly got?: string;
    /** All problems, at most 20, where there are several. */
    readonly problems?: readonly Problem[];
    readonly requestId: string;
  };
};
