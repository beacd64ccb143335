import { isNumberType } from '@verdict/core';
import type { ColumnSchema, Dataset } from '@verdict/core';
import { numberReader, textReader } from '../features/index.ts';
import type { FeaturePlan, RowRecord } from '../features/index.ts';

/**
 * One value as a dataset holds it: a number (0 or 1 for booleans, milliseconds since 1970 UTC for date-times), a
 * text, or null if it is missing.
 */
export type Cell = number | string | null;

/** The values of one row by the names of their columns. */
export type Cells = ReadonlyMap<string, Cell>;

/** The values of one row of a dataset. */
export function cellsOfRow(dataset: Dataset, row: number): Cells {
  return new Map(
    dataset.columns.map((column): [string, Cell] => {
      if (column.kind === 'code')
        return [column.name, column.codes[row] < 0 ? null : column.levels[column.codes[row]]];
      const value = column.values[row];
      return [column.name, Number.isNaN(value) ? null : value];
    }),
  );
}

/**
 * The values that a model reads from a record, such as a JSON body; an absent field is missing.
 * @throws InvalidValue, naming the column, for a value of another type
 */
export function cellsOfRecord(plan: Pick<FeaturePlan, 'inputs'>, record: RowRecord): Cells {
  return new Map(
    plan.inputs.map((input): [string, Cell] => {
      const value = Object.hasOwn(record, input.name) ? (record[input.name] ?? null) : null;
      if (!isNumberType(input.type)) return [input.name, textReader(input)(value)];
      const number = numberReader(input)(value);
      return [input.name, Number.isNaN(number) ? null : number];
    }),
  );
}

/** A value as its file would write it: the words of booleans, ISO 8601 for date-times, null if missing. */
export function writtenCell(
  cell: Cell,
  schema: Pick<ColumnSchema, 'type' | 'words'> | undefined,
): string | number | null {
  if (typeof cell !== 'number') return cell;
  if (schema?.type === 'boolean') return (schema.words ?? ['false', 'true'])[cell === 0 ? 0 : 1];
  const date = new Date(schema?.type === 'datetime' ? cell : Number.NaN);
  return Number.isNaN(date.getTime()) ? cell : date.toISOString().replace('T00:00:00.000Z', '');
}

/** A written value as a part of a sentence: at most ten significant digits, at most 60 characters. */
export function cellWords(written: string | number | null): string {
  if (written === null) return 'missing';
  if (typeof written === 'number') return String(Number(written.toPrecision(10)));
  if (written.trim() === '') return '(blank)';
  return written.length > 60 ? `${written.slice(0, 40)}…${written.slice(-15)}` : written;
}
