import { InvalidOption } from '@verdict/core';
import { checkKind, checkObject } from './argument-checks.ts';
import type { SparseColumn } from './matrix.ts';

/** Columns that have room: each is an object of some hundred bytes, also where it lists nothing. */
const MOST_COLUMNS = 2 ** 22;

/** A sparse matrix in compressed rows or columns, as SciPy and others keep it. */
export interface CompressedMatrix {
  readonly rowCount: number;
  readonly columnCount: number;
  /** Where the entries of each row (or column) begin in `indices` and `values`, and the end. */
  readonly starts: Uint32Array | Int32Array | Float64Array;
  /** The column (or row) of each entry. */
  readonly indices: Uint32Array | Int32Array;
  readonly values: Float32Array;
}

/**
 * The columns of a matrix in compressed sparse rows (CSR). What is not listed is 0, as for LightGBM; XGBoost takes
 * it for missing.
 *
 * @throws InvalidOption if the arrays do not fit, or an entry is listed twice
 * @example
 * // scipy.sparse.csr_matrix([[0, 2], [1, 0]])
 * columnsFromRows({
 *   rowCount: 2,
 *   columnCount: 2,
 *   starts: Uint32Array.of(0, 1, 2),
 *   indices: Uint32Array.of(1, 0),
 *   values: Float32Array.of(2, 1),
 * });
 */
export function columnsFromRows(matrix: CompressedMatrix): SparseColumn[] {
  checkCompressed(matrix, 'rows');
  const { rowCount, columnCount, starts, indices, values } = matrix;
  const ends = new Float64Array(columnCount + 1);
  for (let i = 0; i < indices.length; i++) ends[indices[i] + 1]++;
  for (let column = 0; column < columnCount; column++) ends[column + 1] += ends[column];
  const rows = new Uint32Array(indices.length);
  const sorted = new Float32Array(indices.length);
  // Each column's place moves on as rows are added, and ends where the next column begins.
  const places = ends.slice(0, columnCount);
  for (let row = 0; row < rowCount; row++) {
    for (let i = starts[row]; i < starts[row + 1]; i++) {
      const column = indices[i];
      const to = places[column]++;
      if (to > ends[column] && rows[to - 1] === row)
        wrong('indices', `row ${row}, column ${column} twice`, 'once');
      rows[to] = row;
      sorted[to] = values[i];
    }
  }
  return Array.from({ length: columnCount }, (_, column) => ({
    indices: rows.subarray(ends[column], ends[column + 1]),
    values: sorted.subarray(ends[column], ends[column + 1]),
  }));
}

/**
 * The columns of a matrix in compressed sparse columns (CSC), as views of its arrays. What is not listed is 0, as for
 * LightGBM; XGBoost takes it for missing. Within a column rows must ascend.
 *
 * @throws InvalidOption if the arrays do not fit; `binMatrix` and predictions check the order of the rows
 */
export function columnsFromColumns(matrix: CompressedMatrix): SparseColumn[] {
  checkCompressed(matrix, 'columns');
  const { columnCount, starts, indices, values } = matrix;
  return Array.from({ length: columnCount }, (_, column) => ({
    indices: indices.subarray(starts[column], starts[column + 1]),
    values: values.subarray(starts[column], starts[column + 1]),
  }));
}

function checkCompressed(matrix: CompressedMatrix, compressed: 'rows' | 'columns'): void {
  checkObject('matrix', matrix, 'an object { rowCount, columnCount, starts, indices, values }');
  const { rowCount, columnCount, starts, indices, values } = matrix;
  const [lines, places] = compressed === 'rows' ? [rowCount, columnCount] : [columnCount, rowCount];
  const whole = ['Uint32Array', 'Int32Array'];
  checkKind(
    'starts',
    starts ?? null,
    [...whole, 'Float64Array'],
    'a Uint32Array, Int32Array or Float64Array',
  );
  checkKind('indices', indices ?? null, whole, 'a Uint32Array or Int32Array');
  checkKind('values', values ?? null, ['Float32Array'], 'a Float32Array');
  for (const [option, count, most] of [
    ['rowCount', rowCount, Number.MAX_SAFE_INTEGER],
    ['columnCount', columnCount, MOST_COLUMNS],
  ] as const) {
    if (Number.isInteger(count) && count >= 0 && count <= most) continue;
    wrong(option, count, `a whole number from 0 to ${most}`);
  }
  if (starts.length !== lines + 1) wrong('starts', starts.length, `${lines + 1} numbers`);
  if (indices.length !== values.length)
    wrong('values', values.length, `as many as indices, ${indices.length}`);
  if (starts[0] !== 0 || starts[lines] !== indices.length) {
    wrong('starts', [starts[0], starts[lines]], `from 0 to the number of entries, ${indices.length}`);
  }
  for (let line = 0; line < lines; line++) {
    const whole = Number.isInteger(starts[line]) && starts[line] <= starts[line + 1];
    if (!whole) wrong('starts', starts[line], 'whole numbers in ascending order');
  }
  for (let i = 0; i < indices.length; i++) {
    if (!(indices[i] >= 0 && indices[i] < places)) wrong('indices', indices[i], `numbers below ${places}`);
  }
}

function wrong(option: string, got: unknown, expected: string): never {
  throw new InvalidOption({ option, got, expected });
}
