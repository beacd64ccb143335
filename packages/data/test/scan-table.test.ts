import { findColumn } from '@verdict/core';
import type { Dataset, Schema } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { readTable, scanTable, writeTable } from '../src/index.ts';
import type { ScanOptions } from '../src/index.ts';
import { csv, errorOf, leftovers, rowsWithTarget, testFolder } from './folder.ts';

const { path, write } = testFolder();

async function all(file: string, schema: Schema, options: ScanOptions = {}): Promise<Dataset[]> {
  const batches: Dataset[] = [];
  for await (const batch of scanTable(file, schema, options)) batches.push(batch);
  return batches;
}

function cells(batches: readonly Dataset[], name: string): unknown[] {
  return batches.flatMap((batch): unknown[] => {
    const column = findColumn(batch, name);
    if (column === undefined) return [];
    return column.kind === 'number'
      ? Array.from(column.values)
      : Array.from(column.codes, (code) => (code < 0 ? null : column.levels[code]));
  });
}

const schema: Schema = {
  columns: [
    { name: 'id', type: 'identifier', role: 'ignored', reason: 'a key', optional: false },
    { name: 'size', type: 'numeric', role: 'feature', optional: true },
    { name: 'count', type: 'integer', role: 'feature', optional: false },
    { name: 'flag', type: 'boolean', role: 'feature', optional: true, words: ['no', 'yes'] },
    { name: 'colour', type: 'category', role: 'feature', optional: true },
    { name: 'day', type: 'datetime', role: 'feature', optional: true },
    { name: 'w', type: 'numeric', role: 'weight', optional: false },
    { name: 'y', type: 'category', role: 'target', optional: false },
  ],
  target: { name: 'y', positive: '1', negative: '0' },
};

describe('scanTable', () => {
  it('gives back what training read, in batches of any size', async () => {
    const file = write(
      'same.csv',
      rowsWithTarget(5000, {
        a: (row) => (row % 11 === 0 ? 'NA' : row / 3),
        money: (row) => `"$${(row * 1000).toLocaleString('en-US')}"`,
        b: (row) => ['yes', 'no', ''][row % 3],
        c: (row) => (row % 4 === 0 ? 'a long name of a level' : `w${row % 5}`),
        d: (row) => `2024-01-${String((row % 28) + 1).padStart(2, '0')}`,
      }),
    );
    const table = await readTable(file, { target: 'y' });
    for (const batchRows of [700, 2048, 100_000]) {
      const batches = await all(file, table.schema, { withTarget: true, batchRows });
      expect(batches.map(({ rowCount }) => rowCount).slice(0, -1).every((rows) => rows === batchRows)).toBe(true);
      for (const { name } of table.dataset.columns) expect(cells(batches, name)).toEqual(cells([table.dataset], name));
    }
    const plain = await all(file, table.schema);
    expect(plain[0].columns.map(({ name }) => name)).toEqual(['a', 'money', 'b', 'c', 'd']);
  });

  it('takes columns in any order, ignores others, and fills optional ones that are absent', async () => {
    const file = write('order.csv', 'extra,colour,count,id\nx,red,2.5,1\ny,never seen,"1,000",2\n');
    const batches = await all(file, schema);
    expect(batches[0].columns.map(({ name }) => name)).toEqual(['size', 'count', 'flag', 'colour', 'day']);
    expect(cells(batches, 'size')).toEqual([NaN, NaN]);
    expect(cells(batches, 'count')).toEqual([2.5, 1000]);
    expect(cells(batches, 'colour')).toEqual(['red', 'never seen']);
    const none = await all(write('order2.csv', 'count\n1\n'), schema);
    expect(cells(none, 'colour')).toEqual([null]);
  });

  it('reads the target and weights, with rows that have no label', async () => {
    const file = write('target.csv', csv(['count', 'w', 'y'], [[1, 0.5, 1], [2, 0, '1.0'], [3, 2, ' 0'], [4, 1, 'NA']]));
    const batches = await all(file, schema, { withTarget: true });
    expect(cells(batches, 'y')).toEqual(['1', '1', '0', null]);
    expect(findColumn(batches[0], 'y')).toMatchObject({ levels: ['0', '1'] });
    expect(cells(batches, 'w')).toEqual([0.5, 0, 2, 1]);
  });

  it('names a required column that is absent', async () => {
    const error = await errorOf(all(write('absent.csv', 'Counts,size\n1,2\n'), schema));
    expect(error).toMatchObject({ code: 'COLUMN_MISSING', hint: 'Did you mean "Counts"?' });
    expect(error.message).toContain('"count"');
    const target = await errorOf(all(write('absent2.csv', 'count\n1\n'), schema, { withTarget: true }));
    expect(target.message).toContain('"w"');
  });

  it.each<[string, string, string, string]>([
    ['count', 'abc', 'row 3001', 'expected a number, got "abc"'],
    ['size', '1_000', 'row 3001', 'expected a number, got "1_000"'],
    ['flag', 'perhaps', 'row 3001', 'expected "no" or "yes", got "perhaps"'],
    ['day', '01/02/2024', 'row 3001', 'expected a date'],
    ['w', '-1', 'row 3001', 'expected a weight'],
    ['w', '', 'row 3001', 'expected a weight'],
    ['y', 'maybe', 'row 3001', 'expected "0" or "1", got "maybe"'],
  ])('places a value of %s that is not of its type: %j', async (name, bad, row, text) => {
    const good: Record<string, string> = { size: '1.5', count: '3', flag: 'yes', day: '2024-01-01', w: '1', y: '1' };
    const names = Object.keys(good);
    const rows = Array.from({ length: 4000 }, (_, index) => names.map((key) => (index === 3000 && key === name ? bad : good[key])));
    const error = await errorOf(all(write('bad.csv', csv(names, rows)), schema, { withTarget: true, batchRows: 900 }));
    expect(error.code).toBe('INVALID_VALUE');
    expect(error.message).toContain(`bad.csv, ${row}, column "${name}": `);
    expect(error.message).toContain(text);
  });

  it('reads other formats by the same types', async () => {
    const file = path('scan.parquet');
    await writeTable(file, [
      [
        { kind: 'number', name: 'count', values: Float64Array.of(1, 2) },
        { kind: 'number', name: 'flag', values: Float64Array.of(1, NaN), as: 'boolean' },
        { kind: 'number', name: 'colour', values: Float64Array.of(7, 1.5) },
        { kind: 'number', name: 'day', values: Float64Array.of(86_400_000, NaN), as: 'datetime' },
        { kind: 'code', name: 'size', codes: Int32Array.of(0, -1), levels: ['1,250'] },
      ],
    ]);
    const batches = await all(file, schema);
    expect(['count', 'flag', 'colour', 'day', 'size'].map((name) => cells(batches, name))).toEqual([
      [1, 2],
      [1, NaN],
      ['7', '1.5'],
      [86_400_000, NaN],
      [1250, NaN],
    ]);
    const nested = write('scan.jsonl', '{"count":{"n":1}}\n');
    expect((await errorOf(all(nested, schema))).message).toContain('a column of nested values');
  });

  it('gives nothing for no rows, everything of a table without features, and cleans up when left early', async () => {
    expect(await all(write('none.csv', 'count\n'), schema)).toEqual([]);
    const bare = { ...schema, columns: schema.columns.filter(({ role }) => role === 'ignored') };
    const rows = await all(write('bare.csv', 'count\n1\n2\n'), bare);
    expect(rows).toEqual([{ rowCount: 2, columns: [] }]);
    const file = write('long.csv', csv(['count'], Array.from({ length: 9000 }, (_, row) => [row])));
    for await (const batch of scanTable(file, schema, { batchRows: 100 })) {
      expect(batch.rowCount).toBe(100);
      break;
    }
    expect(leftovers()).toEqual([]);
    expect((await errorOf(all(file, schema, { signal: AbortSignal.abort() }))).code).toBe('INTERRUPTED');
  });

  it('notices that a file is broken far from its beginning', async () => {
    const lines = csv(['count'], Array.from({ length: 90_000 }, (_, row) => [row])).split('\n');
    lines[80_000] = '1,2';
    const error = await errorOf(all(write('broken.csv', lines.join('\n')), schema));
    expect(error.message).toContain('row 80000: expected 1 value as in the header, got 2');
  });
});
