import { InvalidOption } from '@verdict/core';
import type { CodeColumn, Column, Dataset } from '@verdict/core';
import { fairnessOf } from '@verdict/learn';
import type { Fairness, FairnessRows, JudgedRows } from '@verdict/learn';

/** Refuses the target among the columns that fairness is judged by: its groups are the labels. @throws InvalidOption */
export function requireGroupColumns(fairness: readonly string[] | undefined, target: string): void {
  if (fairness?.includes(target) !== true) return;
  throw new InvalidOption({
    option: 'fairness',
    got: target,
    expected: 'a column that says who a row is about, not the target',
  });
}

/**
 * The fairness of a trained model by columns that were read beside the table.
 *
 * @param table the columns in the rows of the table
 * @param test the columns in the test rows, where such rows judge
 */
export function columnFairness(
  judged: JudgedRows,
  table: readonly CodeColumn[],
  test: readonly CodeColumn[] | undefined,
): Fairness[] {
  const { rows } = judged;
  const columns =
    test ??
    (rows === undefined
      ? table
      : table.map((column) => ({ ...column, codes: Int32Array.from(rows, (row) => column.codes[row]) })));
  return fairnessByColumns(columns, judged);
}

/** The fairness of judged rows by each of some columns. */
export function fairnessByColumns(columns: readonly CodeColumn[], rows: FairnessRows): Fairness[] {
  return columns.map((column) => fairnessOf(column, rows));
}

const isText = (column: Column): column is CodeColumn => column.kind === 'code';

/** Parts a table into its first columns and the last `count`, which were kept as texts. */
export function partKept(
  { rowCount, columns }: Dataset,
  count: number,
): { readonly dataset: Dataset; readonly kept: readonly CodeColumn[] } {
  const own = columns.length - count;
  return { dataset: { rowCount, columns: columns.slice(0, own) }, kept: columns.slice(own).filter(isText) };
}
