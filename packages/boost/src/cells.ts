/** A table of floats, by whatever means it is stored. */
export interface Cells {
  readonly rowCount: number;
  readonly featureCount: number;
  /** Writes rows `begin` … `begin + count - 1` of a feature to `target[at]`, `target[at + step]`, … */
  read(feature: number, begin: number, count: number, target: Float32Array, at: number, step: number): void;
}

/** The cells of float columns. */
export function columnCells(columns: readonly Float32Array[], rowCount: number): Cells {
  return {
    rowCount,
    featureCount: columns.length,
    read(feature, begin, count, target, at, step) {
      const column = columns[feature];
      if (step === 1) target.set(column.subarray(begin, begin + count), at);
      else for (let i = 0, to = at; i < count; i++, to += step) target[to] = column[begin + i];
    },
  };
}

/** The cells of a single row. */
export function rowCells(row: Float32Array): Cells {
  return {
    rowCount: 1,
    featureCount: row.length,
    read(feature, _begin, count, target, at) {
      if (count > 0) target[at] = row[feature];
    },
  };
}

/** Writes rows `begin` … `begin + count - 1` one after another, all features of each. */
export function readRows(cells: Cells, begin: number, count: number, target: Float32Array): void {
  const { featureCount } = cells;
  for (let f = 0; f < featureCount; f++) cells.read(f, begin, count, target, f, featureCount);
}
