import { findColumn } from '@verdict/core';
import type { CodeColumn, NumberColumn } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { inspectTable, readTable, scanTable } from '../src/index.ts';
import type { Finding, ReadOptions, Table } from '../src/index.ts';
import { csv, errorOf, rowsWithTarget, testFolder } from './folder.ts';

const { write } = testFolder();
let files = 0;

async function read(text: string, options: ReadOptions = {}): Promise<Table> {
  files += 1;
  return readTable(write(`q${files}.csv`, text), { target: 'y', ...options });
}

function finding(table: Table, code: string): Finding | undefined {
  return table.findings.find((one) => one.code === code);
}

const labels = (pattern: readonly string[], count = 60): string =>
  csv(['x', 'y'], Array.from({ length: count }, (_, row) => [row * 1.5, pattern[row % pattern.length]]));

describe('the target', () => {
  it.each<[string, readonly string[], string, string, string]>([
    ['the word for yes', ['no', 'yes'], 'yes', 'no', 'word'],
    ['true, however frequent', ['True', 'True', 'False'], 'True', 'False', 'word'],
    ['1 beside 0', ['1', '1', '0'], '1', '0', 'one'],
    ['1 beside -1', ['1', '1', '-1'], '1', '-1', 'one'],
    ['the rarer of 1 and 2', ['1', '1', '2'], '2', '1', 'rarer'],
    ['the rarer text', ['good', 'good', 'bad'], 'bad', 'good', 'rarer'],
    ['the last of equals', ['a', 'b'], 'b', 'a', 'order'],
  ])('takes %s for positive', async (_, pattern, positive, negative, rule) => {
    const table = await read(labels(pattern));
    expect(table.schema.target).toEqual({ name: 'y', positive, negative });
    expect(finding(table, 'POSITIVE_CLASS')?.details).toEqual({ positive, negative, rule });
  });

  it('takes the given label, also in another spelling of the number', async () => {
    expect((await read(labels(['a', 'b']), { positive: 'a' })).schema.target.positive).toBe('a');
    const { schema, source } = await read(labels(['0', '1', '1.0', ' 0']), { positive: '0.0' });
    expect(schema.target).toEqual({ name: 'y', positive: '0', negative: '1' });
    expect(source.labelledRows).toBe(60);
    const error = await errorOf(read(labels(['good', 'bad']), { positive: 'goood' }));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toContain('"bad" or "good" (did you mean "good"?)');
  });

  it('takes words for yes and no for the same in any case, and says so', async () => {
    const mixed = ['True', 'FALSE', 'true', 'false', 'TRUE', 'False', 'True', 'False'];
    const table = await read(labels(mixed, 80));
    expect(table.schema.target).toEqual({ name: 'y', positive: 'True', negative: 'False' });
    expect(table.source.labelledRows).toBe(80);
    expect(finding(table, 'LABEL_SPELLINGS')).toMatchObject({
      severity: 'warning',
      column: 'y',
      details: { spellings: 6, labels: ['False', 'True'] },
    });
    expect([...(findColumn(table.dataset, 'y') as CodeColumn).codes.subarray(0, 8)]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    expect((await read(labels(mixed, 80), { positive: 'fALSE' })).schema.target.positive).toBe('False');
    expect(finding(await read(labels(['True', 'False'])), 'LABEL_SPELLINGS')).toBeUndefined();
    expect((await errorOf(read(labels(['Yes', 'yes'])))).message).toContain('only one class');
    // Other words are told apart by their case, and so are words beside yes and no.
    expect((await read(labels(['A', 'a']))).schema.target).toEqual({ name: 'y', positive: 'a', negative: 'A' });
    expect((await errorOf(read(labels(['yes', 'no', 'NO', 'maybe'])))).message).toContain('it has 4');

    const later = write('later.csv', csv(['x', 'y'], [[1, 'TRUE'], [2, 'false'], [3, 'fAlSe']]));
    for await (const batch of scanTable(later, table.schema, { withTarget: true })) {
      expect([...(findColumn(batch, 'y') as CodeColumn).codes]).toEqual([1, 0, 0]);
    }
  });

  it('refuses what is not a yes/no question, listing values and counts', async () => {
    const three = await errorOf(read(labels(['a', 'b', 'b', 'c'])));
    expect(three.code).toBe('INVALID_TARGET');
    expect(three.message).toContain('it has 3: "b" (30), "a" (15), "c" (15).');
    const many = await errorOf(read(csv(['x', 'y'], Array.from({ length: 50 }, (_, row) => [row, `v${row}`]))));
    expect(many.message).toContain('and 40 more');
    expect((await errorOf(read(labels(['a'])))).message).toContain('only one class: all 60 labelled rows are "a"');
    expect((await errorOf(read(labels(['', 'NA'])))).message).toContain('missing in every row');
    expect((await errorOf(read('x,y\n1,yes\n'))).code).toBe('INVALID_TARGET');
    const nested = write('nested.jsonl', '{"x":1,"y":[1]}\n{"x":2,"y":[0]}\n');
    expect((await errorOf(readTable(nested, { target: 'y' }))).message).toContain('nested or binary');
  });

  it('leaves rows without a label out and counts them, keeping the others in order', async () => {
    const table = await read(csv(['x', 'y'], Array.from({ length: 5000 }, (_, row) => [row / 2, ['a', 'b', '', 'a', 'NA'][row % 5]])));
    expect(table.source).toMatchObject({ rows: 5000, labelledRows: 3000, unlabelledRows: 2000 });
    expect(finding(table, 'ROWS_WITHOUT_TARGET')?.details).toEqual({ rows: 2000 });
    const { values } = findColumn(table.dataset, 'x') as NumberColumn;
    expect(Array.from(values.subarray(0, 6))).toEqual([0, 0.5, 1.5, 2.5, 3, 4]);
    expect(values.length).toBe(3000);
  });

  it('reports the balance of the classes', async () => {
    expect(finding(await read(labels(['a', 'b', 'b', 'b'])), 'CLASS_BALANCE')?.details).toMatchObject({ positive: 15, negative: 45, positiveShare: 0.25 });
    expect(finding(await read(labels([...Array<string>(29).fill('a'), 'b'])), 'CLASS_IMBALANCE')?.severity).toBe('warning');
  });
});

describe('columns', () => {
  it('are left out with a reason: identifier, constant, all missing, duplicate, text', async () => {
    const table = await read(
      rowsWithTarget(100, {
        a: (row) => row % 7,
        id: (row) => row,
        one: () => 'x',
        none: () => '',
        twin: (row) => `${row % 7}.0`,
        c: (row) => `w${row % 5}`,
        d: (row) => ` w${row % 5}`,
        note: (row) => `some words about row ${row}`,
      }),
    );
    const codes = table.findings.filter(({ code }) => code.startsWith('COLUMN_')).map(({ code, column }) => [code, column]);
    expect(codes).toEqual([
      ['COLUMN_IDENTIFIER', 'id'],
      ['COLUMN_CONSTANT', 'one'],
      ['COLUMN_ALL_MISSING', 'none'],
      ['COLUMN_DUPLICATE', 'twin'],
      ['COLUMN_DUPLICATE', 'd'],
      ['COLUMN_TEXT', 'note'],
    ]);
    expect(table.schema.columns.find(({ name }) => name === 'twin')?.reason).toBe('it has the same values as "a"');
    expect(table.dataset.columns.map(({ name }) => name)).toEqual(['a', 'c', 'y']);
  });

  it('that vary only where the label is missing are constant', async () => {
    const table = await read(csv(['a', 'b', 'y'], Array.from({ length: 40 }, (_, row) => [row % 4 === 0 ? 9 : 1, row % 3, ['', 'yes', 'no', 'no'][row % 4]])));
    expect(table.schema.columns[0]).toMatchObject({ role: 'ignored', reason: 'all labelled rows have the same value' });
  });

  it('must leave one to learn from', async () => {
    const error = await errorOf(read(rowsWithTarget(50, { id: (row) => row, one: () => 1 })));
    expect(error.code).toBe('INSUFFICIENT_DATA');
    expect(error.message).toContain('no usable feature ("id": ');
    expect((await errorOf(read('y\nyes\nno\nno\n'))).message).toContain('no usable feature');
  });

  it('with missing, infinite or very many values are reported', async () => {
    const table = await read(
      rowsWithTarget(400, {
        half: (row) => (row % 5 < 3 ? '' : row % 4),
        some: (row) => (row % 10 === 0 ? 'NA' : row % 6),
        far: (row) => (row === 8 ? 'inf' : row === 9 ? '-Infinity' : row / 7),
        town: (row) => `t${row % 150}`,
      }),
    );
    expect(finding(table, 'MISSING_VALUES')).toMatchObject({ columns: ['half', 'some'], details: { shares: { half: 0.6, some: 0.1 } } });
    expect(finding(table, 'MOSTLY_MISSING')?.column).toBe('half');
    expect(finding(table, 'INFINITE_VALUES')).toMatchObject({ column: 'far', details: { rows: 2 } });
    expect(finding(table, 'HIGH_CARDINALITY')).toMatchObject({ column: 'town', details: { levels: 150 } });
    expect((findColumn(table.dataset, 'far') as NumberColumn).values.slice(8, 10)).toEqual(Float64Array.of(Infinity, -Infinity));
  });

  it('that know the answer are suspected, and kept', async () => {
    const table = await read(rowsWithTarget(90, { refund: (row) => (row % 3 === 0 ? 50 + row : 1), a: (row) => row % 4 }));
    expect(finding(table, 'SUSPECTED_LEAKAGE')?.column).toBe('refund');
    expect(table.schema.columns[0].role).toBe('feature');
  });
});

describe('duplicate rows', () => {
  it('get one group, missing equal to missing', async () => {
    const rows = [[1, 'a', 'yes'], [2, '', 'no'], [1, 'a', 'yes'], [1, 'a', 'no'], [2, 'NA', 'no'], [3, 'b', 'no'], [1, 'a', 'yes']];
    const table = await read(csv(['x', 'c', 'y'], rows));
    expect(Array.from(table.duplicateGroups ?? [])).toEqual([0, 1, 0, -1, 1, -1, 0]);
    expect(finding(table, 'DUPLICATE_ROWS')?.details).toEqual({ groups: 2, repeatedRows: 3 });
    expect((await read(labels(['a', 'b']))).duplicateGroups).toBeUndefined();
  });

  it('share their time, where there is one', async () => {
    const rows = [[1, 5, 'yes'], [1, 6, 'yes'], [1, 5, 'yes'], [2, 5, 'no'], [2, 7, 'no'], [2, 7, 'no']];
    const table = csv(['x', 't', 'y'], rows);
    const timed = await read(table, { time: 't' });
    expect(Array.from(timed.duplicateGroups ?? [])).toEqual([0, -1, 0, -1, 1, 1]);
    expect(finding(timed, 'DUPLICATE_ROWS')?.message).toBe('2 rows repeat another in all features, the time "t" and the target; identical rows are kept in one fold.');
    const untimed = await read(table, { drop: ['t'] });
    expect(Array.from(untimed.duplicateGroups ?? [])).toEqual([0, 0, 0, 1, 1, 1]);
    expect(finding(untimed, 'DUPLICATE_ROWS')?.message).toBe('4 rows repeat another in all features and the target; identical rows are kept in one fold.');
  });

  it('are in the folds of a column, if one says these', async () => {
    const table = csv(['x', 'part', 'y'], [[1, 0, 'yes'], [1, 1, 'yes'], [2, 0, 'no'], [3, 1, 'no']]);
    expect(finding(await read(table, { fold: 'part' }), 'DUPLICATE_ROWS')?.message).toBe(
      '1 row repeats another in all features and the target; "part" decides their folds, which may differ.',
    );
  });
});

describe('roles', () => {
  const columns = { x: (row: number) => row % 9, w: (row: number) => 10 ** ((row % 7) - 3), who: (row: number) => 100 + (row % 30), day: (row: number) => `2024-01-${String((row % 28) + 1).padStart(2, '0')}` };
  it('put weight, group and time into the dataset, not among the features', async () => {
    const { schema, dataset } = await read(rowsWithTarget(90, columns), { weight: 'w', group: 'who', time: 'day' });
    expect(schema.columns.map(({ role }) => role)).toEqual(['feature', 'weight', 'group', 'time', 'target']);
    expect((findColumn(dataset, 'w') as NumberColumn).values.slice(0, 3)).toEqual(Float64Array.of(0.001, 0.01, 0.1));
    expect(dataset.columns).toHaveLength(5);
  });

  it('ask for a fold in every row', async () => {
    const table = (fold: (row: number) => unknown) => rowsWithTarget(90, { x: (row) => row % 9, site: fold });
    const { schema } = await read(table((row) => `s${row % 4}`), { fold: 'site' });
    expect(schema.columns.map(({ role }) => role)).toEqual(['feature', 'fold', 'target']);
    for (const value of [1, 'north']) {
      const error = await errorOf(read(table((row) => (row === 30 ? '' : value)), { fold: 'site' }));
      expect(error.code).toBe('INVALID_VALUE');
      expect(error.message).toContain('row 31, column "site": expected a fold in every row');
    }
    expect((await errorOf(read(table(() => 1), { fold: 'site', group: 'site' }))).code).toBe('INVALID_OPTION');
  });

  it.each(['-1', 'inf', 'nan', '', 'abc'])('refuse the weight %j', async (bad) => {
    const rows = rowsWithTarget(60, { x: (row) => row % 9, w: (row) => (row === 30 ? bad : 1) });
    const error = await errorOf(read(rows, { weight: 'w' }));
    expect(error.code).toBe('INVALID_VALUE');
    expect(error.message).toMatch(/row 31, column "w": expected a (weight|number)/);
  });

  it('give the row of the file where other rows have no label', async () => {
    const text = csv(['x', 'w', 'y'], Array.from({ length: 40 }, (_, row) => [row % 5, row === 21 ? -2 : 1, row % 2 === 0 ? '' : row % 3 === 0 ? 'a' : 'b']));
    expect((await errorOf(read(text, { weight: 'w' }))).message).toContain('row 22');
  });

  it('are one to a column, and one column to each', async () => {
    const text = rowsWithTarget(90, columns);
    for (const options of [
      { weight: 'y' },
      { weight: 'w', drop: ['w'] },
      { weight: 'w', roles: { x: 'weight' } },
      { roles: { w: 'target' } },
    ] as const) {
      expect((await errorOf(read(text, options))).code).toBe('INVALID_OPTION');
    }
    const file = write('by-role.csv', text);
    expect((await readTable(file, { roles: { y: 'target' } })).schema.target.positive).toBe('yes');
  });

  it('refuse weights that are all zero, and times that are words', async () => {
    expect((await errorOf(read(rowsWithTarget(40, { x: (row) => row % 9, w: () => 0 }), { weight: 'w' }))).message).toContain('at least one weight above 0');
    expect((await errorOf(read(rowsWithTarget(40, { x: (row) => row % 9, t: (row) => `w${row % 4}` }), { time: 't' }))).message).toContain('time');
    const nested = write('role.jsonl', '{"x":1,"g":[1],"y":"a"}\n{"x":2,"g":[2],"y":"b"}\n');
    expect((await errorOf(readTable(nested, { target: 'y', group: 'g' }))).message).toContain('nested values are not read');
  });

  it('refuse a name that several columns have', async () => {
    const text = 'a,y,b,y,w,w\n1,2,3,yes,1,1\n2,3,4,no,1,1\n';
    expect((await errorOf(read(text))).message).toContain('column "y": 2 columns have this name, the others in place 4.');
    const twice = text.replace('b,y', 'b,z').replace('a,y', 'a,x').replace('z', 'y');
    expect((await errorOf(read(twice, { weight: 'w' }))).message).toContain('column "w": 2 columns have this name');
  });

  it.each([
    ['a bad date among dates', (row: number) => (row === 6 ? '2024-13-45' : `2024-01-${10 + (row % 9)}`), /row \d+, column "t": expected a date .*got "2024-13-45"/],
    ['a word among numbers', (row: number) => (row === 6 ? 'abc' : String(row)), /row \d+, column "t": expected a number, got "abc"/],
    ['dates with slashes', (row: number) => `03/${10 + (row % 9)}/2024`, /row 1, column "t": expected .*cannot be mixed up, got "03\/1\d\/2024"/],
  ])('names the row and the value of %s in a time column', async (_, t, message) => {
    const error = await errorOf(read(rowsWithTarget(40, { x: (row) => row % 9, t }), { time: 't' }));
    expect(error.message).toMatch(message);
  });
});

describe('a header', () => {
  it('that looks like data is reported', async () => {
    const table = await read('1.5,y\n2.5,yes\n3.5,no\n');
    expect(finding(table, 'HEADER_LOOKS_LIKE_DATA')).toBeUndefined();
    const { findings } = await inspectTable(write('headless.csv', '1.5,2,yes\n2.5,3,no\n'));
    expect(findings.map(({ code }) => code)).toEqual(['HEADER_LOOKS_LIKE_DATA']);
  });
});

describe('privacy', () => {
  const text = rowsWithTarget(200, {
    salary: (row) => (row === 99 ? 987_654 : 1000 + (row % 40)),
    town: (row) => (row === 42 ? 'Atlantis' : `t${row % 4}`),
    vip: (row) => (row < 3 ? 'yes' : 'no'),
    far: (row) => (row === 5 ? '98765x' : row * 1.5),
  });
  it('shows no value that fewer than five rows have', async () => {
    const { profile, findings } = await read(text, { roles: { far: 'feature' } });
    const shown = JSON.stringify([profile, findings]);
    for (const secret of ['987654', 'Atlantis', '98765x']) expect(shown).not.toContain(secret);
    expect(profile.find(({ name }) => name === 'vip')?.top).toEqual([{ value: 'no', count: 197 }]);
    const looked = JSON.stringify(await inspectTable(write('private.csv', text)));
    for (const secret of ['987654', 'Atlantis', '98765x']) expect(looked).not.toContain(secret);
  });
  it('shows them when asked', async () => {
    const { profile, findings } = await read(text, { roles: { far: 'feature' }, revealRare: true });
    const shown = JSON.stringify([profile, findings]);
    for (const secret of ['987654', 'Atlantis', '98765x']) expect(shown).toContain(secret);
  });
});
