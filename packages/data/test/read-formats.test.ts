import { copyFileSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { findColumn } from '@verdict/core';
import type { Dataset } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { inspectTable, readTable, writeTable } from '../src/index.ts';
import { csv, leftovers, rowsWithTarget, testFolder } from './folder.ts';

const { path, write } = testFolder();

function cells(dataset: Dataset, name: string): unknown[] {
  const column = findColumn(dataset, name);
  if (column === undefined) return [];
  return column.kind === 'number'
    ? Array.from(column.values)
    : Array.from(column.codes, (code) => (code < 0 ? null : column.levels[code]));
}

const rows = [
  [1.5, 'red', '2024-01-01', 'yes'],
  [2.5, 'blue', '2024-01-02', 'no'],
  ['', 'red', '2024-01-03', 'no'],
  [4.5, '', '2024-01-04', 'yes'],
];
const header = ['size', 'colour', 'day', 'bought'];
const plain = csv(header, rows);

/** What must come out, whatever the format. */
const expected = {
  size: [1.5, 2.5, NaN, 4.5],
  colour: ['red', 'blue', 'red', null],
  day: [1, 2, 3, 4].map((day) => Date.UTC(2024, 0, day)),
  bought: ['yes', 'no', 'no', 'yes'],
  schema: [
    ['size', 'numeric', 'feature', true],
    ['colour', 'category', 'feature', true],
    ['day', 'datetime', 'feature', false],
    ['bought', 'category', 'target', false],
  ],
  target: { name: 'bought', positive: 'yes', negative: 'no' },
  levels: ['no', 'yes'],
  counts: [4, 4, 0],
};

function summary({ dataset, schema, source }: Awaited<ReturnType<typeof readTable>>): unknown {
  const target = findColumn(dataset, 'bought');
  return {
    size: cells(dataset, 'size'),
    colour: cells(dataset, 'colour'),
    day: cells(dataset, 'day'),
    bought: cells(dataset, 'bought'),
    schema: schema.columns.map(({ name, type, role, optional }) => [name, type, role, optional]),
    target: schema.target,
    levels: target?.kind === 'code' ? target.levels : undefined,
    counts: [source.rows, source.labelledRows, source.unlabelledRows],
  };
}

const jsonLines = rows
  .map(([size, colour, day, bought]) =>
    JSON.stringify({ size: size === '' ? null : size, ...(colour === '' ? {} : { colour }), day, bought }),
  )
  .join('\n');

const variants: readonly (readonly [string, string, string | Uint8Array])[] = [
  ['plain CSV', 'a.csv', plain],
  ['without a last line end', 'b.csv', plain.trimEnd()],
  ['CRLF', 'c.csv', plain.replaceAll('\n', '\r\n')],
  ['line ends of both kinds', 'c2.csv', plain.replace('\n', '\r\n')],
  ['old line ends', 'c3.csv', plain.replaceAll('\n', '\r')],
  ['a byte order mark', 'd.csv', `\ufeff${plain}`],
  ['semicolons', 'e.csv', plain.replaceAll(',', ';')],
  ['bars', 'f.csv', plain.replaceAll(',', '|')],
  ['tabs', 'g.tsv', plain.replaceAll(',', '\t')],
  ['tabs under another name', 'h.txt', plain.replaceAll(',', '\t')],
  ['quoted fields', 'i.csv', plain.replace(/[^,\n]+/g, '"$&"')],
  ['blank lines', 'j.csv', plain.replace('\n', '\n\n')],
  ['gzip', 'k.csv.gz', gzipSync(plain)],
  ['gzip of two members', 'l.csv.gz', Buffer.concat([gzipSync(plain.slice(0, 40)), gzipSync(plain.slice(40))])],
  ['gzip under another name', 'm.data', gzipSync(plain)],
  ['UTF-16 LE with a mark', 'n.csv', Buffer.from(`\ufeff${plain}`, 'utf16le')],
  ['UTF-16 BE with a mark', 'o.csv', Buffer.from(`\ufeff${plain}`, 'utf16le').swap16()],
  ['UTF-16 LE without a mark', 'p.csv', Buffer.from(plain, 'utf16le')],
  ['UTF-16 in gzip', 'q.csv.gz', gzipSync(Buffer.from(`\ufeff${plain}`, 'utf16le'))],
  ['JSON lines', 'r.jsonl', jsonLines],
  ['JSON lines by content', 's.txt', jsonLines],
  ['JSON lines in gzip', 't.ndjson.gz', gzipSync(jsonLines)],
  ['a JSON array', 'u.json', `[${jsonLines.replaceAll('\n', ',')}]`],
];

describe('formats', () => {
  it.each(variants)('reads %s', async (_, name, content) => {
    expect(summary(await readTable(write(name, content), { target: 'bought' }))).toEqual(expected);
  });

  it('gives the same fingerprint whatever the format, and another for other content', async () => {
    const prints = new Set<string>();
    for (const [, name, content] of variants) {
      prints.add((await readTable(write(name, content), { target: 'bought' })).source.fingerprint);
    }
    expect(prints.size).toBe(1);
    const [print] = prints;
    expect(print).toMatch(/^[0-9a-f]{64}$/);
    const other = await readTable(write('v.csv', plain.replace('4.5', '4.6')), { target: 'bought' });
    expect(other.source.fingerprint).not.toBe(print);
  });

  it('reads Parquet with its own types', async () => {
    const file = path('typed.parquet');
    const days = Float64Array.from([1, 2, 3, 4], (day) => Date.UTC(2024, 0, day));
    await writeTable(file, [
      [
        { kind: 'number', name: 'size', values: Float64Array.of(1.5, 2.5, NaN, 4.5) },
        { kind: 'code', name: 'colour', codes: Int32Array.of(0, 1, 0, -1), levels: ['red', 'blue'] },
        { kind: 'number', name: 'day', values: days, as: 'datetime' },
        { kind: 'code', name: 'bought', codes: Int32Array.of(1, 0, 0, 1), levels: ['no', 'yes'] },
      ],
    ]);
    expect(summary(await readTable(file, { target: 'bought' }))).toEqual(expected);
  });

  it('reads a Parquet target of booleans', async () => {
    const file = path('flag.parquet');
    await writeTable(file, [
      [
        { kind: 'number', name: 'x', values: Float64Array.of(1.5, 2.5, 3, 4.5) },
        { kind: 'number', name: 'churned', values: Float64Array.of(1, 0, NaN, 0), as: 'boolean' },
      ],
    ]);
    const { schema, source, dataset } = await readTable(file, { target: 'churned' });
    expect(schema.target).toEqual({ name: 'churned', positive: 'true', negative: 'false' });
    expect(source).toMatchObject({ rows: 4, labelledRows: 3, unlabelledRows: 1 });
    expect(cells(dataset, 'x')).toEqual([1.5, 2.5, 4.5]);
  });

  it('reads several files of a glob in order, with columns in any order', async () => {
    write('part-2.csv', 'bought,size\nno,3\nyes,4\n');
    write('part-1.csv', 'size,bought\n1,yes\n2.5,no\n');
    const { dataset, source } = await readTable(path('part-*.csv'), { target: 'bought' });
    expect(cells(dataset, 'size')).toEqual([1, 2.5, 3, 4]);
    expect(source).toMatchObject({ files: 2, rows: 4 });
  });

  it('reads a file whose name looks like a pattern', async () => {
    copyFileSync(write('w.csv', plain), path('w[1].csv'));
    expect(summary(await readTable(path('w[1].csv'), { target: 'bought' }))).toEqual(expected);
  });

  it('keeps Unicode, quoted line ends and a header over two lines', async () => {
    const file = write('x.csv', '"größe\n(cm)","名前","y"\n1,"a\nb",yes\n2,"😀, ""ok""",no\n3,"a\nb",no\n');
    const { dataset } = await readTable(file, { target: 'y' });
    expect(cells(dataset, 'größe\n(cm)')).toEqual([1, 2, 3]);
    expect(cells(dataset, '名前')).toEqual(['a\nb', '😀, "ok"', 'a\nb']);
  });

  it('makes names unique and says so', async () => {
    const { schema, findings } = await readTable(write('y.csv', 'a,,a,y\n1,2,3,yes\n4,5,7,no\n5,5,8,no\n'), { target: 'y' });
    expect(schema.columns.map(({ name }) => name)).toEqual(['a', 'column_2', 'a_2', 'y']);
    expect(findings.filter(({ code }) => code === 'COLUMN_RENAMED').map(({ column }) => column)).toEqual(['column_2', 'a_2']);
  });

  it('reads cells of a million characters and of four-byte characters', async () => {
    const long = 'x'.repeat(1_000_000);
    const wide = '😀'.repeat(1_000_000);
    const file = write('z.csv', csv(['note', 'a', 'y'], [[long, 1, 'yes'], [wide, 2, 'no'], ['s', 3, 'no'], ['s', 4.5, 'no']]));
    const { dataset } = await readTable(file, { target: 'y' });
    expect(cells(dataset, 'note')).toEqual([long, wide, 's', 's']);
  });

  it('leaves nested columns out with a reason', async () => {
    const file = write('nested.jsonl', '{"x":1,"tags":["a"],"o":{"k":1},"y":"yes"}\n{"x":2,"tags":[],"o":{"k":2},"y":"no"}\n');
    const { schema, findings } = await readTable(file, { target: 'y' });
    expect(schema.columns.filter(({ role }) => role === 'ignored').map(({ name, reason }) => [name, reason])).toEqual([
      ['tags', 'nested values are not read'],
      ['o', 'nested values are not read'],
    ]);
    expect(findings.filter(({ code }) => code === 'COLUMN_UNREADABLE')).toHaveLength(2);
  });

  it('finds a key that only late rows have, and values of mixed JSON types', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) =>
      JSON.stringify({ x: i % 10, y: i % 2 === 0, ...(i > 29_000 ? { late: `w${i % 3}` } : {}), mixed: i % 2 === 0 ? 'a' : 5 }),
    );
    const { schema, dataset } = await readTable(write('late.jsonl', lines.join('\n')), { target: 'y' });
    expect(schema.columns.find(({ name }) => name === 'late')).toMatchObject({ type: 'category', optional: true });
    expect(new Set(cells(dataset, 'mixed'))).toEqual(new Set(['a', '5']));
    expect(schema.target.positive).toBe('true');
  });

  it('reads standard input once, from a pipe', () => {
    const program = `import { readTable } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
      const table = await readTable('-', { target: 'bought' });
      console.log(JSON.stringify([table.source, table.schema.target]));`;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { input: gzipSync(plain), encoding: 'utf8' });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ rows: 4, format: 'csv' }, { positive: 'yes' }]);
  });

  it('reports progress and leaves nothing behind', async () => {
    const seen: number[] = [];
    const file = write('many.csv', rowsWithTarget(5000, { a: (i) => i * 0.5, b: (i) => `w${i % 4}` }));
    await readTable(file, { target: 'y', onProgress: (count) => seen.push(count) });
    expect(seen.at(-1)).toBe(5000);
    expect(seen.length).toBeGreaterThan(1);
    expect(leftovers()).toEqual([]);
  });

  it('looks at a file without a target, also when it has no rows', async () => {
    const { profile, source } = await inspectTable(write('only-header.csv', 'a,b\n'));
    expect(source).toMatchObject({ rows: 0, format: 'csv' });
    expect(profile.map(({ name, type }) => [name, type])).toEqual([['a', 'constant'], ['b', 'constant']]);
    const full = await inspectTable(path('a.csv'), { revealRare: true });
    expect(full.profile.map(({ type }) => type)).toEqual(['numeric', 'category', 'datetime', 'boolean']);
    expect(full.profile[0]).toMatchObject({ min: 1.5, max: 4.5, missing: 1, distinct: 3 });
  });
});

describe('the repository’s sample', () => {
  const sample = new URL('../../../data/churn.csv', import.meta.url);
  it('reads as it is known to be', async () => {
    const lines = readFileSync(sample, 'utf8').trimEnd().split('\n').length - 1;
    const { source, schema, findings } = await readTable(sample.pathname, { target: 'churn' });
    expect(source.labelledRows).toBe(lines);
    expect(schema.target).toEqual({ name: 'churn', positive: 'yes', negative: 'no' });
    expect(schema.columns.filter(({ role }) => role === 'ignored')).toEqual([]);
    expect(schema.columns.find(({ name }) => name === 'international_plan')).toMatchObject({ type: 'boolean', words: ['no', 'yes'] });
    expect(findings.map(({ code }) => code)).toEqual(['POSITIVE_CLASS', 'CLASS_BALANCE']);
  });
});
