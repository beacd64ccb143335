import { findColumn } from '@verdict/core';
import type { CodeColumn, NumberColumn } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { inspectTable, readTable } from '../src/index.ts';
import type { ReadOptions, Table } from '../src/index.ts';
import { errorOf, rowsWithTarget, testFolder } from './folder.ts';

const { write } = testFolder();
const count = 240;
let files = 0;

async function read(
  columns: Readonly<Record<string, (row: number) => unknown>>,
  options: ReadOptions = {},
  rows = count,
): Promise<Table> {
  files += 1;
  return readTable(write(`t${files}.csv`, rowsWithTarget(rows, columns)), { target: 'y', ...options });
}

const pad = (row: number): string => String(row).padStart(2, '0');

/** A shuffled row number: unique, without an order that looks like a key’s. */
const scattered = (row: number): number => ((row * 7919) % 99_991) * 37 + 1200;

const odd = (row: number): unknown => (row === 150 || row === 171 ? 'abc' : row * 1.5);
const found = (table: Table): unknown =>
  table.findings.find(({ code }) => code === 'ALMOST_NUMERIC')?.details;

describe('types from all rows', () => {
  it.each<[string, (row: number) => unknown, string, string]>([
    ['x', (row) => row * 1.25, 'numeric', 'feature'],
    ['x', (row) => row % 17, 'integer', 'feature'],
    ['x', (row) => (row % 5 === 0 ? 'NA' : row % 17), 'integer', 'feature'],
    ['x', (row) => ['', '?', 'null', 'nan', '-'][row % 7] ?? row / 8, 'numeric', 'feature'],
    ['x', (row) => row % 2, 'integer', 'feature'],
    ['x', (row) => ['yes', 'no'][row % 2], 'boolean', 'feature'],
    ['x', (row) => ['TRUE', 'False'][row % 2], 'boolean', 'feature'],
    ['x', (row) => ['t', 'f', ''][row % 3], 'boolean', 'feature'],
    ['x', (row) => ['Y', 'N'][row % 2], 'boolean', 'feature'],
    ['x', (row) => ['yes', 'false'][row % 2], 'category', 'feature'],
    ['x', (row) => ['yes', 'no', 'maybe'][row % 3], 'category', 'feature'],
    ['x', (row) => ['yes', ''][row % 2], 'category', 'feature'],
    ['x', (row) => `$${(row * 13.5).toFixed(2)}`, 'numeric', 'feature'],
    ['x', (row) => `"${(row * 1000 + 5000).toLocaleString('en-US')}"`, 'integer', 'feature'],
    ['x', (row) => `${row / 10}%`, 'numeric', 'feature'],
    ['x', (row) => (row === count - 1 ? '€1.5' : row % 9), 'numeric', 'feature'],
    ['x', (row) => `0${1000 + (row % 90)}`, 'category', 'feature'],
    ['zip', (row) => (row === 233 ? '01234' : 20_000 + (row % 50)), 'category', 'feature'],
    ['x', (row) => `2024-01-${pad((row % 28) + 1)}`, 'datetime', 'feature'],
    ['x', (row) => `2024-01-01T${pad(row % 24)}:${pad(row % 60)}:00+02:00`, 'datetime', 'feature'],
    ['x', (row) => `${(row % 28) + 1}.3.2023`, 'datetime', 'feature'],
    ['x', (row) => (row === 200 ? 'later' : `2024-01-${pad((row % 28) + 1)}`), 'category', 'feature'],
    ['x', (row) => `c${row % 12}`, 'category', 'feature'],
    ['x', () => 'same', 'constant', 'ignored'],
    ['x', () => 5, 'constant', 'ignored'],
    ['x', () => '', 'constant', 'ignored'],
    ['x', () => 'NA', 'constant', 'ignored'],
    ['x', (row) => (row % 4 === 0 ? '' : 5), 'integer', 'feature'],
    ['income', scattered, 'integer', 'feature'],
    ['income', (row) => scattered(row) + 0.5, 'numeric', 'feature'],
    ['customer_id', scattered, 'identifier', 'ignored'],
    ['n', (row) => 1000 + row, 'identifier', 'ignored'],
    ['n', (row) => 1000 + ((row * 77) % count), 'identifier', 'ignored'],
    ['n', (row) => row * 3, 'integer', 'feature'],
    ['x', (row) => `user-${scattered(row)}`, 'identifier', 'ignored'],
    ['x', (row) => `${scattered(row).toString(16)}-4fe2-a1`, 'identifier', 'ignored'],
    ['x', (row) => `the customer number ${row} called about her bill`, 'text', 'ignored'],
  ])('%s of %s is %s (%s)', async (name, value, type, role) => {
    const { schema } = await read({ [name]: value, other: (row) => row % 5 });
    expect(schema.columns[0]).toMatchObject({ name, type, role });
    expect(schema.columns[0].reason !== undefined).toBe(role === 'ignored');
  });

  it('reads formatted numbers, booleans and times as what they mean', async () => {
    const { dataset } = await read({
      money: (row) => (row % 3 === 0 ? `"($1,${100 + row}.50)"` : 'N/A'),
      share: (row) => (row % 2 === 0 ? '12.5%' : '7'),
      flag: (row) => [' Yes', 'no', ''][row % 3],
      when: (row) => (row % 2 === 0 ? '2024-01-01' : 'NA'),
    });
    const first = (name: string): number[] => Array.from((findColumn(dataset, name) as NumberColumn).values.slice(0, 4));
    expect(first('money')).toEqual([-1100.5, NaN, NaN, -1103.5]);
    expect(first('share')).toEqual([12.5, 7, 12.5, 7]);
    expect(first('flag')).toEqual([1, 0, NaN, 1]);
    expect(first('when')).toEqual([Date.UTC(2024, 0, 1), NaN, Date.UTC(2024, 0, 1), NaN]);
  });

  it('orders levels by count, then by code point, and trims blanks', async () => {
    const { dataset } = await read({ c: (row) => ['b', ' a', 'z ', 'z', 'B'][row % 5] });
    expect((findColumn(dataset, 'c') as CodeColumn).levels).toEqual(['z', 'B', 'a', 'b']);
  });

  it('lies on shared memory', async () => {
    const { dataset } = await read({ a: (row) => row / 3, c: (row) => `w${row % 5}` });
    for (const column of dataset.columns) {
      expect((column.kind === 'number' ? column.values : column.codes).buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it.each([
    ['month/day/year', (row: number) => `0${(row % 9) + 1}/${10 + (row % 20)}/2023`, 'month/day/year', 'category'],
    ['day-month-year with a time', (row: number) => `${10 + (row % 19)}-0${(row % 9) + 1}-23 10:15`, 'day/month/year', 'category'],
    ['either', (row: number) => `0${(row % 9) + 1}/0${(row % 7) + 1}/2023`, undefined, 'category'],
    ['hardly ever the same', (row: number) => `0${(row % 9) + 1}/20/${1900 + row}`, 'month/day/year', 'identifier'],
  ])('names columns of dates whose order is not certain: %s', async (_, when, order, type) => {
    const table = await read({ when, z: (row) => row % 3 }, {}, 900);
    expect(table.schema.columns[0].type).toBe(type);
    const almost = table.findings.find(({ code }) => code === 'ALMOST_DATE');
    expect(almost).toMatchObject({ severity: 'warning', column: 'when', details: { count: 900 } });
    expect(almost?.details?.['order']).toBe(order);
    expect(almost?.message).toMatch(/2023-02-20/);
    expect(almost?.message).toContain(type === 'category' ? 'taken for categories' : 'left out');
  });

  it('tells which values keep a column from being a date', async () => {
    const when = (row: number): string => (row === 150 ? 'soon' : `2023-01-${10 + (row % 20)}`);
    const table = await read({ when, z: (row) => row % 3 }, {}, 400);
    expect(table.findings.find(({ code }) => code === 'ALMOST_DATE')).toMatchObject({
      column: 'when',
      message: '"when" would be a date but for 1 value, first in row 151: correct them, or set its type.',
      details: { count: 1, rows: [151], values: [] },
    });
    const other = await read({ when: (row) => `${(row % 9) + 1}/40/2023`, z: (row) => row % 3 }, {}, 400);
    expect(other.findings.some(({ code }) => code === 'ALMOST_DATE')).toBe(false);
  });

  it('tells which values keep a column from being numeric, and hides rare ones', async () => {
    const hidden = await read({ x: odd, z: (row) => row % 3 }, {}, 400);
    expect(hidden.schema.columns[0]).toMatchObject({ type: 'text', reason: 'nearly all values are numbers, but not all' });
    expect(hidden.findings.some(({ code, column }) => code === 'ALMOST_NUMERIC' && column === 'x')).toBe(true);
    const kept = await read({ x: odd, z: (row) => row % 3 }, { roles: { x: 'feature' } }, 400);
    expect(found(kept)).toEqual({ count: 2, rows: [151, 172], values: [] });
    const shown = await read({ x: odd, z: (row) => row % 3 }, { roles: { x: 'feature' }, revealRare: true }, 400);
    expect(found(shown)).toEqual({ count: 2, rows: [151, 172], values: ['abc'] });
  });
});

describe('overrides', () => {
  it('change types', async () => {
    const { schema, dataset } = await read(
      { a: (row) => row % 4, b: (row) => row % 2, c: (row) => `2024-01-${pad((row % 28) + 1)}`, d: (row) => `0${row % 8}` },
      { types: { a: 'category', b: 'boolean', c: 'category', d: 'numeric' } },
    );
    expect(schema.columns.map(({ type }) => type)).toEqual(['category', 'boolean', 'category', 'numeric', 'category']);
    expect((findColumn(dataset, 'a') as CodeColumn).levels).toEqual(['0', '1', '2', '3']);
    expect((findColumn(dataset, 'd') as NumberColumn).values.slice(6, 9)).toEqual(Float64Array.of(6, 7, 0));
  });

  it.each<[string, (row: number) => unknown, 'numeric' | 'integer' | 'boolean' | 'datetime', string]>([
    ['a word among numbers', (row) => (row === 200 ? 'abc' : row), 'numeric', 'row 201, column "x": expected a number, got "abc"'],
    ['words', () => 'abc', 'numeric', 'row 1, column "x": expected a number, got "abc"'],
    ['decimals', (row) => (row === 100 ? 1.5 : row), 'integer', 'row 101, column "x": expected a whole number, got 1.5'],
    ['other words', (row) => ['m', 'f'][row % 2], 'boolean', 'row 1, column "x": expected true or false, got "m"'],
    ['numbers for times', (row) => 20_240_000 + row, 'datetime', 'row 1, column "x": expected a date'],
    ['an ambiguous date', (row) => (row === 7 ? '01/02/2024' : '2024-01-01'), 'datetime', 'row 8, column "x": expected a date'],
  ])('refuse what the type cannot hold: %s', async (_, value, type, text) => {
    const error = await errorOf(read({ x: value, z: (row) => row % 3 }, { types: { x: type } }));
    expect(error.code).toBe('INVALID_VALUE');
    expect(error.message).toContain(text);
  });

  it('bring columns back, or leave them out', async () => {
    const { schema, dataset } = await read(
      { id: (row) => row, note: (row) => `a long text of row ${row}`, a: (row) => row % 5, b: (row) => row % 7 },
      { roles: { id: 'feature', note: 'feature', a: 'ignored' }, drop: ['b'] },
    );
    expect(schema.columns.map(({ role }) => role)).toEqual(['feature', 'feature', 'ignored', 'ignored', 'target']);
    expect((findColumn(dataset, 'id') as CodeColumn).levels).toHaveLength(count);
    expect(schema.columns[3].reason).toBe('it was left out on request');
    expect(dataset.columns.map(({ name }) => name)).toEqual(['id', 'note', 'y']);
  });

  it('keep columns of one value, or of none, that are asked for', async () => {
    const { schema, dataset } = await read(
      { a: (row) => row % 5, same: () => 7, none: () => '' },
      { roles: { same: 'feature', none: 'feature' }, types: { same: 'numeric', none: 'numeric' } },
    );
    expect(schema.columns.map(({ role }) => role)).toEqual(['feature', 'feature', 'feature', 'target']);
    const [same, none] = ['same', 'none'].map((name) => findColumn(dataset, name) as NumberColumn);
    expect(new Set(same.values)).toEqual(new Set([7]));
    expect(none.values.every(Number.isNaN)).toBe(true);
  });

  it('name columns that must be there, and types and roles that exist', async () => {
    const columns = { amount: (row: number) => row / 3 };
    expect(await errorOf(read(columns, { drop: ['amont'] }))).toMatchObject({ code: 'COLUMN_MISSING', hint: 'Did you mean "amount"?' });
    expect(await errorOf(read(columns, { target: 'Y2' }))).toMatchObject({ code: 'COLUMN_MISSING' });
    expect((await errorOf(read(columns, { types: { amount: 'money' as 'numeric' } }))).message).toContain('one of numeric');
    expect((await errorOf(read(columns, { roles: { amount: 'star' as 'feature' } }))).message).toContain('one of feature');
    expect((await errorOf(read(columns, { drop: ['y'] }))).code).toBe('INVALID_OPTION');
    expect((await errorOf(readTable(write('no-target.csv', 'a\n1\n'), {}))).code).toBe('INVALID_OPTION');
  });
});

describe('very many different texts', () => {
  const many = 52_000;
  it('are keys, texts or times without a dictionary of them', async () => {
    const lines = ['key,when,price,y'];
    for (let row = 0; row < many; row++) {
      const when = new Date(row * 1000).toISOString();
      lines.push(`k${row},${when},$${row}.5,${row % 2 === 0 ? 'a' : 'b'}`);
    }
    lines.push(',,,a');
    const { schema, dataset, profile } = await readTable(write('wide.csv', lines.join('\n')), { target: 'y' });
    expect(schema.columns.map(({ type }) => type)).toEqual(['identifier', 'datetime', 'numeric', 'category']);
    expect(profile[0]).toMatchObject({ distinct: many, missing: 1, distinctExact: true });
    const when = (findColumn(dataset, 'when') as NumberColumn).values;
    expect(when.subarray(0, many).every((value, row) => value === row * 1000)).toBe(true);
    expect(when[many]).toBeNaN();
    expect((findColumn(dataset, 'price') as NumberColumn).values[many - 1]).toBe(many - 0.5);
    const asked = await readTable(write('wide.csv', lines.join('\n')), { target: 'y', roles: { key: 'group' }, drop: ['when'] });
    const group = findColumn(asked.dataset, 'key') as CodeColumn;
    expect(group.levels).toHaveLength(many);
    expect(group.levels[group.codes[777]]).toBe('k777');
    const error = await errorOf(inspectTable(write('wide.csv', lines.join('\n')), { types: { key: 'datetime' } }));
    expect(error.message).toContain('row 1, column "key"');
  });
});
