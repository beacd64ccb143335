import { isSparse } from './matrix.ts';
import type { MatrixColumn, SparseColumn } from './matrix.ts';

/** A table of floats, by whatever means it is stored. */
export interface Cells {
  readonly rowCount: number;
  readonly featureCount: number;
  /** Writes rows `begin` … `begin + count - 1` of a feature to `target[at]`, `target[at + step]`, … */
  read(feature: number, begin: number, count: number, target: Float32Array, at: number, step: number): void;
}

/** The cells of dense and sparse columns. */
export function columnCells(columns: readonly MatrixColumn[], rowCount: number): Cells {
  return {
    rowCount,
    featureCount: columns.length,
    read(feature, begin, count, target, at, step) {
      const column = columns[feature];
      if (isSparse(column)) readSparse(column, begin, count, target, at, step);
      else if (step === 1) target.set(column.subarray(begin, begin + count), at);
      else for (let i = 0, to = at; i < count; i++, to += step) target[to] = column[begin + i];
    },
  };
}

function readSparse(
  { indices, values }: SparseColumn,
  begin: number,
  count: number,
  target: Float32Array,
  at: number,
  step: number,
): void {
  for (let i = 0, to = at; i < count; i++, to += step) target[to] = 0;
  let low = 0;
  for (let high = indices.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (indices[middle] < begin) low = middle + 1;
    else high = middle;
  }
  for (const end = begin + count; low < indices.length && indices[low] < end; low++) {
    target[at + (indices[low] - begin) * step] = values[low];
  }
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
