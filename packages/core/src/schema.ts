/** What a column's values are. */
export const columnTypes = [
  'numeric',
  'integer',
  'boolean',
  'category',
  'datetime',
  'text',
  'identifier',
  'constant',
] as const;
export type ColumnType = (typeof columnTypes)[number];

/**
 * What a column is for: something to learn from, what is predicted, how much a row counts, which rows stay
 * together, when a row happened, which fold of the cross-validation it is in, or nothing.
 */
export const columnRoles = ['feature', 'target', 'weight', 'group', 'time', 'fold', 'ignored'] as const;
export type ColumnRole = (typeof columnRoles)[number];

/**
 * One column of a table. `numeric`, `integer`, `boolean` and `datetime` are stored as numbers, the other
 * types as codes (see `Dataset`).
 */
export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Why an ignored column is ignored, in words for the report. */
  readonly reason?: string;
  /** The words that stand for false and true in a boolean column, as they were read. */
  readonly words?: readonly [falseWord: string, trueWord: string];
  /** True if at least one value was missing in training: then the column may be absent at prediction. */
  readonly optional: boolean;
}

/** The yes/no question: which column, and which of its two labels is the positive one. */
export interface TargetSchema {
  readonly name: string;
  readonly positive: string;
  readonly negative: string;
}

/** All columns in file order, and the question asked of them. */
export interface Schema {
  readonly columns: readonly ColumnSchema[];
  readonly target: TargetSchema;
}

/** True for the types that are stored as numbers. */
export function isNumberType(type: ColumnType): boolean {
  return type === 'numeric' || type === 'integer' || type === 'boolean' || type === 'datetime';
}
