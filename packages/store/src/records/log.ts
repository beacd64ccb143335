import type { JsonObject, Millis } from './json.ts';

/** One scored row with what it was scored from. */
export interface PredictionRecord {
  /** Unique in the log. Rows of a batch have ids of their own. At most 200 characters. */
  readonly requestId: string;
  readonly at: Millis;
  readonly model: string;
  readonly version: number;
  /** The alias that it was asked by, or null. */
  readonly alias: string | null;
  /** The features as they came: JSON text, so that it is made once and never looked into. */
  readonly features: string;
  /** Probability of the positive class. */
  readonly probability: number;
  readonly threshold: number;
  /** 1 when the probability reaches the threshold, otherwise 0. */
  readonly prediction: number;
  /** The label that was answered. */
  readonly label: string;
  /** Id of the key that asked, or null. */
  readonly key: string | null;
  /** What else is worth keeping (flags of unknown categories, reasons), as JSON text, or null. */
  readonly details: string | null;
}

/** What became of the records of one `append`. */
export interface Appended {
  /** How many records are in the log for the first time. */
  readonly added: number;
  /** Ids of records that were there already, the same in every field: appending again changed nothing. */
  readonly known: readonly string[];
  /** Ids under which the log holds a different record; these records were not written. */
  readonly conflicts: readonly string[];
}

export interface PredictionFilter {
  readonly model?: string;
  readonly version?: number;
  /** From this moment on. */
  readonly from?: Millis;
  /** Before this moment. */
  readonly to?: Millis;
}

/** What is old, and how much of it goes at once. */
export interface PruneOptions {
  /** What is of this moment or later stays. */
  readonly before: Millis;
  /** The most predictions, together with feedback that has none: at most 10,000. */
  readonly most: number;
  /** Who removes, for the audit entry. */
  readonly by: string;
}

/** What one batch has removed. */
export interface Pruned {
  readonly predictions: number;
  readonly feedback: number;
  /** There may be more that is as old. */
  readonly more: boolean;
}

/** The actual outcome of a prediction, told later. */
export interface FeedbackRecord {
  /** Unique id of this message, so that a repeated append keeps it once. */
  readonly id: string;
  readonly requestId: string;
  /** The actual label, as the schema spells it. */
  readonly outcome: string;
  readonly at: Millis;
  /** Who told. */
  readonly by: string;
  readonly note: string | null;
}

export interface FeedbackEntry extends FeedbackRecord {
  /** Order of arrival: of several for a request, the last to arrive counts. */
  readonly sequence: number;
}

export interface FeedbackFilter {
  readonly model?: string;
  readonly from?: Millis;
  readonly to?: Millis;
}

/** A prediction with the outcome that counts for it. */
export interface Outcome {
  readonly prediction: PredictionRecord;
  readonly feedback: FeedbackEntry;
}

/** Something that somebody did. */
export interface AuditRecord {
  readonly actor: string;
  /** `alias.move`, `version.archive`, `key.add`, `predictions.prune`, ... */
  readonly action: string;
  /** What it was done to. */
  readonly target: string;
  readonly details: JsonObject;
  readonly requestId: string | null;
}

export interface AuditEntry extends AuditRecord {
  readonly sequence: number;
  readonly at: Millis;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly from?: Millis;
  readonly to?: Millis;
}

/** Part of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Give it as `cursor` to read on; null at the end. */
  readonly next: string | null;
}

export interface PageOptions {
  readonly cursor?: string;
  /** Default: 100; at most 10,000. */
  readonly limit?: number;
  /** Default: `newest`. */
  readonly order?: 'newest' | 'oldest';
}
