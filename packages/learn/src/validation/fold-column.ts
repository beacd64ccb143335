import { InsufficientData, InvalidValue } from '@verdict/core';
import type { Column } from '@verdict/core';
import { compareCodePoints } from '../features/code-points.ts';
import { requireLength } from '../metrics/checks.ts';

/** The most folds of a training: each of them is a model of the bag. */
export const mostFolds = 50;

/**
 * The folds that a column gives: rows of equal value are one fold. The folds are numbered by their values,
 * numbers in ascending order, texts by code point.
 *
 * @returns fold of each row, from 0
 * @throws InvalidValue for a missing value or too many different ones; InsufficientData if all rows have the
 * same value, or a fold lacks a class
 */
export function foldsOfColumn(column: Column, labels: Uint8Array): Uint8Array {
  requireLength(`column "${column.name}"`, rowCountOf(column), labels.length);
  const { names, codes } = namedValues(column);
  const missing = codes.indexOf(-1);
  if (missing >= 0) {
    throw new InvalidValue({
      row: missing + 1,
      column: column.name,
      got: 'nothing',
      expected: 'a fold in every row',
      hint: 'Fill in the fold, or leave the row out.',
    });
  }
  if (names.length < 2) {
    throw new InsufficientData({
      column: column.name,
      problem:
        names.length === 0 ? 'there are no rows.' : `all rows are of one fold, ${JSON.stringify(names[0])}.`,
      hint: 'Folds need at least two different values; leave the column out to have folds drawn.',
    });
  }
  if (names.length > mostFolds) {
    throw new InvalidValue({
      column: column.name,
      got: `${names.length} different values`,
      expected: `at most ${mostFolds} folds`,
      hint: 'If the rows of a value only have to stay together, give the column as the group instead.',
    });
  }
  requireBothClasses(column.name, names, codes, labels);
  return Uint8Array.from(codes);
}

function rowCountOf(column: Column): number {
  return column.kind === 'number' ? column.values.length : column.codes.length;
}

/** The values that occur, in order, and for each row the place of its value there; -1 where it is missing. */
function namedValues(column: Column): { names: string[]; codes: Int32Array } {
  if (column.kind === 'number') {
    const values = [...new Set(column.values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    const places = new Map(values.map((value, place) => [value, place]));
    return {
      names: values.map(String),
      codes: Int32Array.from(column.values, (value) => places.get(value) ?? -1),
    };
  }
  const { levels, codes } = column;
  const names = [...new Set(codes)]
    .filter((code) => code >= 0)
    .map((code) => levels[code])
    .sort(compareCodePoints);
  const places = new Map(names.map((name, place) => [name, place]));
  return { names, codes: codes.map((code) => (code < 0 ? -1 : (places.get(levels[code]) ?? -1))) };
}

function requireBothClasses(
  column: string,
  names: readonly string[],
  codes: Int32Array,
  labels: Uint8Array,
): void {
  const rows = new Uint32Array(names.length);
  const positives = new Uint32Array(names.length);
  codes.forEach((code, row) => {
    rows[code]++;
    positives[code] += labels[row];
  });
  const lacking = positives.findIndex((count, fold) => count === 0 || count === rows[fold]);
  if (lacking < 0) return;
  throw new InsufficientData({
    column,
    problem:
      `the fold ${JSON.stringify(names[lacking])} has ${rows[lacking]} ${rows[lacking] === 1 ? 'row' : 'rows'} ` +
      `and no ${positives[lacking] === 0 ? 'positive' : 'negative'} one among them.`,
    hint: 'Every fold must hold both classes: put small folds together.',
  });
}
