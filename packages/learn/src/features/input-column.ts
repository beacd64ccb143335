import { ColumnMissing, InvalidValue, isNumberType } from '@verdict/core';
import type { Column, Dataset } from '@verdict/core';
import type { FeatureInput } from './feature-plan.ts';

/**
 * The columns of a dataset that inputs read, by name and in the order of the inputs. An optional column may
 * be absent, and a column without any known value may be stored either way: both are all missing.
 *
 * @throws ColumnMissing, or InvalidValue for numbers where codes are expected or the reverse
 */
export function inputColumns(
  dataset: Dataset,
  inputs: readonly Pick<FeatureInput, 'name' | 'type' | 'optional'>[],
): Column[] {
  const columns = new Map(dataset.columns.map((column) => [column.name, column]));
  return inputs.map((input) => inputColumn(columns, dataset.rowCount, input));
}

function inputColumn(
  columns: ReadonlyMap<string, Column>,
  rowCount: number,
  input: Pick<FeatureInput, 'name' | 'type' | 'optional'>,
): Column {
  const column = columns.get(input.name);
  const numeric = isNumberType(input.type);
  if (column === undefined) {
    if (input.optional) return missingColumn(input.name, numeric, rowCount);
    throw new ColumnMissing({ column: input.name, available: [...columns.keys()] });
  }
  if ((column.kind === 'number') === numeric) return column;
  const known =
    column.kind === 'number'
      ? column.values.findIndex((value) => !Number.isNaN(value))
      : column.codes.findIndex((code) => code >= 0);
  if (known < 0) return missingColumn(input.name, numeric, rowCount);
  throw new InvalidValue({
    row: known + 1,
    column: input.name,
    got: column.kind === 'number' ? column.values[known] : column.levels[column.codes[known]],
    expected: numeric ? `a value of type ${input.type}` : 'text',
    hint: `Read the table with the model's schema, which says that the column is of type ${input.type}.`,
  });
}

function missingColumn(name: string, numeric: boolean, rowCount: number): Column {
  return numeric
    ? { kind: 'number', name, values: new Float64Array(rowCount).fill(NaN) }
    : { kind: 'code', name, codes: new Int32Array(rowCount).fill(-1), levels: [] };
}
