import type { Column, Dataset } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { findEqualColumns } from '../src/duplicates.ts';
import { readTable, scanTable } from '../src/index.ts';
import { csv, testFolder } from './folder.ts';

const { write } = testFolder();
const width = 1500;
const names = Array.from({ length: width }, (_, column) => `c${column}`);
const cell = (row: number, column: number): string =>
  column % 3 === 0 ? String((row * 7 + column) % 11) : column % 3 === 1 ? `k${(row + column) % 4}` : `${row}.${column}5`;
const rows = Array.from({ length: 40 }, (_, row) => [
  ...names.map((_, column) => cell(row, column)),
  row % 2 === 0 ? 'yes' : 'no',
]);

async function batchesOf(batches: AsyncIterable<Dataset>): Promise<Dataset[]> {
  const all: Dataset[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

describe('a table of 1,500 columns', () => {
  it('is read, cell for cell', async () => {
    const file = write('wide.csv', csv([...names, 'y'], rows));
    const table = await readTable(file, { target: 'y' });
    const kept = new Map(table.dataset.columns.map((column) => [column.name, column]));
    expect(kept.size).toBeGreaterThan(20);
    for (const [name, column] of kept) {
      if (name === 'y') continue;
      const place = Number(name.slice(1));
      const read = rows.map((_, row) =>
        column.kind === 'number' ? column.values[row] : column.levels[column.codes[row]],
      );
      const expected = rows.map((_, row) => (place % 3 === 1 ? cell(row, place) : Number(cell(row, place))));
      expect(read).toEqual(expected);
    }
    const [batch] = await batchesOf(scanTable(file, table.schema, { batchRows: 1_000_000 }));
    expect(batch.rowCount).toBe(40);
    const numbers = (columns: readonly Column[]): unknown[] =>
      columns.filter(({ kind }) => kind === 'number');
    const features = table.dataset.columns.filter(({ name }) => name !== 'y');
    expect(batch.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual(
      features.map(({ name, kind }) => `${name} ${kind}`),
    );
    expect(numbers(batch.columns)).toEqual(numbers(features));
  });

  it('comes in batches of bounded size', async () => {
    const columns = names.slice(0, 400);
    const tall = Array.from({ length: 275 }, () => rows.map((row) => [...row.slice(0, 400), row.at(-1)]));
    const file = write('tall.csv', csv([...columns, 'y'], tall.flat()));
    const { schema } = await readTable(write('few.csv', csv([...columns, 'y'], tall[0])), {
      target: 'y',
      roles: Object.fromEntries(columns.map((name) => [name, 'feature'])),
    });
    const batches = (await batchesOf(scanTable(file, schema))).map(({ rowCount }) => rowCount);
    expect(batches).toEqual([10_485, 515]);
  });
});

describe('columns with the same values', () => {
  const numbers = (name: string, values: number[]) =>
    ({ kind: 'number', name, values: Float64Array.from(values) }) as const;
  const codes = (name: string, values: number[], levels: string[]) =>
    ({ kind: 'code', name, codes: Int32Array.from(values), levels }) as const;

  it('are found, each with its first', () => {
    expect(
      findEqualColumns([
        numbers('a', [1, NaN, 3]),
        numbers('b', [1, NaN, 4]),
        numbers('c', [1, NaN, 3]),
        codes('d', [0, 1, -1], ['x', 'y']),
        codes('e', [0, 1, -1], ['x', 'y']),
        codes('f', [0, 1, -1], ['x', 'z']),
        numbers('g', [1, NaN, 3]),
        numbers('h', [0, 1, 2]),
        numbers('i', [-0, 1, 2]),
      ]),
    ).toEqual([
      ['c', 'a'],
      ['e', 'd'],
      ['g', 'a'],
    ]);
  });
});
