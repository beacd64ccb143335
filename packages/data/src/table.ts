import type { CodeColumn, ColumnRole, ColumnType, Dataset, Schema } from '@verdict/core';

/** Values that fewer rows have are shown in no profile and no finding, unless asked for. */
export const rareBelow = 5;

/** How a file is to be read; everything may be left out. */
export interface ReadOptions {
  readonly target?: string;
  /** The label of the positive class. Default: see `findTargetLabels`. */
  readonly positive?: string;
  /** Columns to leave out. */
  readonly drop?: readonly string[];
  /** Types that replace the inferred ones. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** Roles that replace the inferred ones; `feature` brings back a column that would be left out. */
  readonly roles?: Readonly<Record<string, ColumnRole>>;
  readonly weight?: string;
  readonly group?: string;
  readonly time?: string;
  readonly fold?: string;
  /** Columns that are wanted as texts too, whatever becomes of them otherwise. Default: none. */
  readonly keep?: readonly string[];
  /** Default: as many as there are cores. The result does not depend on it. */
  readonly threads?: number;
  /** Lets profile and findings show values that fewer than five rows have. Default: false. */
  readonly revealRare?: boolean;
  /** Bytes of memory that may be used. Default: what the machine can free, within the limit of its container. */
  readonly memory?: number;
  /** Bytes that the caller will need for each value of a feature after the table is read. Default: 0. */
  readonly bytesPerValue?: number;
  /** Called with the number of rows read so far. */
  readonly onProgress?: (rows: number) => void;
  readonly signal?: AbortSignal;
}

/** Something about the data that a person should know. */
export interface Finding {
  /** Stable, upper-case identifier of the kind of finding. */
  readonly code: string;
  readonly severity: 'info' | 'warning';
  readonly column?: string;
  readonly columns?: readonly string[];
  /** One sentence for people. */
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

/** What is known of one column of the file, without a value that fewer than five rows have. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Why the column is left out. */
  readonly reason?: string;
  readonly rows: number;
  readonly missing: number;
  readonly distinct: number;
  /** False if `distinct` is an estimate (off by a few percent). */
  readonly distinctExact: boolean;
  /** Bounds; where fewer than five rows have the very smallest or largest value, rounded outwards. */
  readonly min?: number;
  readonly max?: number;
  /** True for a bound that is rounded outwards; left out for one that is as the rows have it. */
  readonly minRounded?: true;
  readonly maxRounded?: true;
  readonly mean?: number;
  /** The most frequent values that at least five rows have. */
  readonly top?: readonly { readonly value: string; readonly count: number }[];
}

export interface SourceInfo {
  readonly format: 'csv' | 'jsonl' | 'parquet';
  readonly files: number;
  readonly bytes: number;
  readonly rows: number;
  readonly labelledRows: number;
  readonly unlabelledRows: number;
  /** SHA-256 in hexadecimal over names, types and values of the dataset, whatever file they came from. */
  readonly fingerprint: string;
}

/** A table read for training. */
export interface Table {
  /** Labelled rows; all columns whose role is not `ignored`. The target's levels are [negative, positive]. */
  readonly dataset: Dataset;
  readonly schema: Schema;
  /** Every column of the file, ignored ones too. */
  readonly profile: readonly ColumnProfile[];
  readonly findings: readonly Finding[];
  readonly source: SourceInfo;
  /** For each row the number of its group of identical rows (features, time and target), -1 if it has none. */
  readonly duplicateGroups?: Int32Array;
  /** The columns of the option `keep`, in labelled rows: texts just as the file has them; empty is missing. */
  readonly kept?: readonly CodeColumn[];
}
