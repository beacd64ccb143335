/**
 * A table in memory, column by column. Arrays may lie on shared memory, so that worker threads read
 * them without a copy.
 */
export interface Dataset {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

export type Column = NumberColumn | CodeColumn;

/** Numbers, 0/1 for booleans, milliseconds since 1970 UTC for date-times. Missing is NaN. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  readonly values: Float64Array;
}

/** Strings as codes into a dictionary. Missing is -1. */
export interface CodeColumn {
  readonly kind: 'code';
  readonly name: string;
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/** The column of that name, or undefined. */
export function findColumn(dataset: Dataset, name: string): Column | undefined {
  return dataset.columns.find((column) => column.name === name);
}

/** The given rows of a dataset, in the given order; dictionaries are shared, not rebuilt. */
export function takeRows(dataset: Dataset, rows: Uint32Array): Dataset {
  return {
    rowCount: rows.length,
    columns: dataset.columns.map((column) =>
      column.kind === 'number'
        ? { ...column, values: Float64Array.from(rows, (row) => column.values[row]) }
        : { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]) },
    ),
  };
}
