import { writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { findColumn, isMissing, parseNumber } from '@verdict/core';
import type { NumberColumn } from '@verdict/core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable, scanTable, writeTable } from '../src/index.ts';
import { textAsNumber } from '../src/source.ts';
import { csv, rowsWithTarget, testFolder } from './folder.ts';

const { path, write } = testFolder();

describe('numbers', () => {
  let instance: DuckDBInstance;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
  });
  afterAll(() => instance.closeSync());

  const piece = fc.constantFrom(...'0123456789+-._,eE $%()', 'inf', 'nan', 'NaN', '1_0', '+-', '0x', '\t', '\u00a0', 'e+', 'd', 'f', 'infinity');
  const near = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const exact = fc.double().map(String);

  // oxlint-disable-next-line vitest/expect-expect -- it lies in the property
  it('that DuckDB reads by itself are read by the parser as the same numbers', async () => {
    const connection = await instance.connect();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(near, exact), { minLength: 200, maxLength: 400 }), async (texts) => {
        await connection.run('CREATE OR REPLACE TEMP TABLE n (i INTEGER, c0 VARCHAR)');
        const appender = await connection.createAppender('n');
        for (const [index, text] of texts.entries()) {
          appender.appendInteger(index);
          appender.appendVarchar(text);
          appender.endRow();
        }
        appender.closeSync();
        const reader = await connection.runAndReadAll(`SELECT ${textAsNumber('c0')} FROM n ORDER BY i`);
        const read = reader.getRows().map(([value]) => value);
        const parsed = texts.map((text, index) => (read[index] === null ? null : parseNumber(text)));
        expect(read.map((value, index) => [texts[index], value])).toEqual(
          parsed.map((value, index) => [texts[index], value]),
        );
      }),
      { numRuns: 25 },
    );
    connection.closeSync();
  });

  it('of a file are what the parser says, in training and in batches', async () => {
    const words = fc.oneof(
      fc.double({ noNaN: true }).map(String),
      fc.integer().map((value) => value.toLocaleString('en-US')),
      fc.constantFrom('NA', '', '?', ' 7 ', '$3.50', '(4)', '12%', '1 234,5', 'inf', '-nan', '+5', '.5e1'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 30, maxLength: 60 }), async (texts) => {
        const cells = [...texts, '1.5', '2.5'];
        const file = write('numbers.csv', csv(['x', 'y'], cells.map((cell, row) => [`"${cell}"`, row % 2])));
        const expected = cells.map((cell) => (isMissing(cell) ? NaN : parseNumber(cell)));
        const table = await readTable(file, { target: 'y', types: { x: 'numeric' } });
        expect(Array.from((findColumn(table.dataset, 'x') as NumberColumn).values)).toEqual(expected);
        const scanned: number[] = [];
        for await (const batch of scanTable(file, table.schema)) scanned.push(...(batch.columns[0] as NumberColumn).values);
        expect(scanned).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a table', () => {
  it('written and read again is the same, in every format', async () => {
    const label = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .map((text) => text.replaceAll('\u0000', ' ').trim())
      .filter((text) => text !== '' && text.isWellFormed() && !isMissing(text) && parseNumber(text) === undefined);
    const table = fc.record({
      numbers: fc.array(fc.double({ noDefaultInfinity: true }), { minLength: 25, maxLength: 50 }),
      levels: fc.uniqueArray(label, { minLength: 3, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('csv', 'tsv', 'jsonl', 'csv.gz', 'parquet'), async ({ numbers, levels }, extension) => {
        const values = Float64Array.from(numbers);
        fc.pre(!values.every(Number.isNaN));
        const codes = Int32Array.from(numbers, (_, row) => (row % (levels.length + 1)) - 1);
        const file = path(`round.${extension}`);
        await writeTable(file, [
          [
            { kind: 'number', name: 'x', values },
            { kind: 'code', name: 'c', codes, levels },
            { kind: 'code', name: 'y', codes: Int32Array.from(numbers, (_, row) => row % 2), levels: ['no', 'yes'] },
          ],
        ]);
        const { dataset } = await readTable(file, {
          target: 'y',
          types: { x: 'numeric', c: 'category' },
          // A constant feature would be left out, and a missing time refused.
          roles: { x: values.some(Number.isNaN) ? 'feature' : 'time', c: 'feature' },
        });
        expect((findColumn(dataset, 'x') as NumberColumn).values).toEqual(values);
        const read = findColumn(dataset, 'c');
        const texts = read?.kind === 'code' ? Array.from(read.codes, (code) => read.levels[code]) : [];
        expect(texts).toEqual(Array.from(codes, (code) => levels[code]));
      }),
      { numRuns: 25 },
    );
  });

  it('is the same whatever the thread count', async () => {
    const file = path('threads.csv');
    writeFileSync(
      file,
      rowsWithTarget(120_000, {
        a: (row) => (row % 13 === 0 ? 'NA' : Math.sin(row) * 1000),
        b: (row) => `level ${(row * 7919) % 61}`,
        c: (row) => (row * 31) % 997,
        d: (row) => `2024-0${(row % 9) + 1}-11`,
      }),
    );
    const one = await readTable(file, { target: 'y', threads: 1 });
    for (const threads of [2, 4]) {
      const { schema, profile, findings, source, dataset } = await readTable(file, { target: 'y', threads });
      expect({ schema, profile, findings, source }).toEqual({ schema: one.schema, profile: one.profile, findings: one.findings, source: one.source });
      expect(dataset).toEqual(one.dataset);
    }
  });
});
