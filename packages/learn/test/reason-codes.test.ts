import type { ColumnSchema } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnProfile, NumberProfile, Profile } from '../src/bundle/index.ts';
import {
  cellsOfRecord,
  cellsOfRow,
  cellWords,
  reasonWriter,
  strongestFirst,
  writtenCell,
} from '../src/reasons/index.ts';
import type { Cell } from '../src/reasons/index.ts';
import { binOf, placeOf, quantileOf } from '../src/reasons/value-place.ts';
import { smallModel } from './support/small-model.ts';
import { recordOf } from './support/tables.ts';

/** Twenty bins of five rows each: 0 to 1, 1 to 2 and so on. */
const twenty: NumberProfile = {
  kind: 'number',
  missing: 0,
  edges: Array.from({ length: 19 }, (_, i) => i + 1),
  counts: new Array<number>(20).fill(5),
};
const day = 86_400_000;

const columns: [ColumnSchema, ColumnProfile['distribution']][] = [
  [{ name: 'minutes', type: 'numeric', role: 'feature', optional: false }, twenty],
  [
    { name: 'plan', type: 'boolean', role: 'feature', optional: false, words: ['no', 'yes'] },
    { kind: 'levels', missing: 0, levels: ['false', 'true'], counts: [90, 10], other: 0 },
  ],
  [
    { name: 'state', type: 'category', role: 'feature', optional: true },
    { kind: 'levels', missing: 10, levels: ['NJ', 'TX', 'OH'], counts: [600, 290, 8], other: 102 },
  ],
  [
    { name: 'since', type: 'datetime', role: 'feature', optional: true },
    { ...twenty, edges: twenty.edges.map((edge) => edge * day) },
  ],
  [
    { name: 'few', type: 'numeric', role: 'feature', optional: false },
    { kind: 'number', missing: 0, edges: [], counts: [4] },
  ],
  [
    { name: 'active', type: 'integer', role: 'feature', optional: false },
    { kind: 'number', missing: 0, edges: [0.5], counts: [60, 40], binary: true },
  ],
];
const schema = {
  columns: columns.map(([column]) => column),
  target: { name: 'churn', positive: 'yes', negative: 'no' },
};
const profile: Profile = {
  rowCount: 1010,
  minimumCount: 5,
  columns: columns.map(([{ name, type }, distribution]) => ({ name, type, distribution })),
  score: twenty,
};
const bundle = { schema, profile };

/** The words for one value of a column that raises the score. */
function wordsFor(column: string, cell: Cell, options = {}): string {
  const { raising } = reasonWriter(bundle, options)(new Map([[column, cell]]), [{ column, contribution: 1 }]);
  return raising[0].words;
}

describe('reasons in words', () => {
  it.each([
    ['minutes', 19.5, 'minutes 19.5 is very high (above 95 % of rows)'],
    ['minutes', 16, 'minutes 16 is high (above 80 % of rows)'],
    ['minutes', 10.1, 'minutes 10.1 is typical'],
    ['minutes', 3.25, 'minutes 3.25 is low (below 80 % of rows)'],
    ['minutes', -4, 'minutes -4 is very low (below 95 % of rows)'],
    ['minutes', 0.1 + 0.2, 'minutes 0.3 is very low (below 95 % of rows)'],
    ['minutes', null, 'minutes is missing'],
    ['plan', 0, 'plan is no (as in 90 % of rows)'],
    ['plan', 1, 'plan is yes (as in 10 % of rows)'],
    ['state', 'NJ', 'state is NJ (as in 60 % of rows)'],
    ['state', 'OH', 'state is OH (as in 1 % of rows)'],
    ['state', 'Atlantis', 'state is Atlantis, a rare or new value'],
    ['state', '  ', 'state is (blank), a rare or new value'],
    ['state', null, 'state is missing'],
    ['since', 18.5 * day, 'since 1970-01-19T12:00:00.000Z is late (after 90 % of rows)'],
    ['since', 0, 'since 1970-01-01 is very early (before 95 % of rows)'],
    ['few', 3, 'few is 3'],
    ['active', 1, 'active is 1, not 0 (as in 40 % of rows)'],
    ['active', 0, 'active is 0, not 1 (as in 60 % of rows)'],
    ['active', 2, 'active is 2, a rare or new value'],
    ['stranger', 3, 'stranger is 3'],
  ])('%s %s', (column, cell, words) => {
    expect(wordsFor(column, cell)).toBe(`${words}: raises the probability of churn = yes`);
  });

  it.each([
    ['minutes', 19.5, 'minutes is very high (above 95 % of rows)'],
    ['minutes', 10.1, 'minutes is typical'],
    ['plan', 1, 'plan is yes (as in 10 % of rows)'],
    ['state', 'NJ', 'state is NJ (as in 60 % of rows)'],
    ['state', 'Atlantis', 'state has a rare value'],
    ['few', 3, 'the value of few'],
  ])('without the value of %s %s', (column, cell, words) => {
    const reason = reasonWriter(bundle, { hideValues: true })(new Map([[column, cell]]), [
      { column, contribution: 1 },
    ]).raising[0];
    expect(reason.words).toBe(`${words}: raises the probability of churn = yes`);
    expect(reason.value === null).toBe(!words.includes(' is yes') && !words.includes('NJ'));
  });

  it('cuts a long value', () => {
    expect(wordsFor('state', 'x'.repeat(5000)).length).toBeLessThan(200);
    expect(cellWords('x'.repeat(60))).toBe('x'.repeat(60));
  });

  it('gives codes beside the words, the strongest first, no more than asked for', () => {
    const cells = new Map<string, Cell>([
      ['minutes', 19.5],
      ['plan', 1],
      ['state', null],
      ['since', 3 * day],
    ]);
    const contributions = [
      { column: 'plan', contribution: 0.4 },
      { column: 'minutes', contribution: 1.2 },
      { column: 'since', contribution: 0.009 },
      { column: 'state', contribution: -0.3 },
    ];
    const { raising, lowering } = reasonWriter(bundle)(cells, contributions);
    expect(raising).toMatchObject([
      { column: 'minutes', direction: 'raises', contribution: 1.2, value: 19.5, comparison: 'very-high' },
      { column: 'plan', direction: 'raises', contribution: 0.4, value: 'yes', comparison: 'uncommon' },
    ]);
    expect(lowering).toEqual([
      {
        column: 'state',
        direction: 'lowers',
        contribution: -0.3,
        value: null,
        comparison: 'missing',
        words: 'state is missing: lowers the probability of churn = yes',
      },
    ]);
    expect(strongestFirst({ raising, lowering: [{ ...lowering[0], contribution: -0.5 }] })).toMatchObject([
      { contribution: 1.2 },
      { contribution: -0.5 },
      { contribution: 0.4 },
    ]);
    expect(reasonWriter(bundle, { most: 1 })(cells, contributions).raising).toHaveLength(1);
  });
});

describe('where a value lies', () => {
  it('knows nothing of a number in a profile of levels, nor of a text in one of numbers', () => {
    expect(placeOf('a', { name: 'x', type: 'numeric', distribution: twenty })).toEqual({
      comparison: 'unknown',
    });
    expect(placeOf(1, undefined)).toEqual({ comparison: 'unknown' });
    const empty = { kind: 'levels', missing: 3, levels: [], counts: [], other: 0 } as const;
    expect(placeOf('a', { name: 'x', type: 'category', distribution: empty })).toEqual({
      comparison: 'rare',
    });
  });

  it('puts values into the bins that profiles count, with quantiles that never fall', () => {
    const value = fc.oneof(fc.double({ min: -5, max: 25, noNaN: true }), fc.integer({ min: -5, max: 25 }));
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const bin = binOf(low, twenty.edges);
        expect(twenty.edges[bin - 1] ?? -Infinity).toBeLessThanOrEqual(low);
        expect(twenty.edges[bin] ?? Infinity).toBeGreaterThan(low);
        expect(quantileOf(low, twenty)).toBeLessThanOrEqual(quantileOf(high, twenty));
        expect(quantileOf(low, twenty)).toBeGreaterThanOrEqual(0);
        expect(quantileOf(high, twenty)).toBeLessThanOrEqual(1);
      }),
    );
    expect(quantileOf(7.5, twenty)).toBeCloseTo(0.375, 12);
    expect(quantileOf(3, { kind: 'number', missing: 1, edges: [], counts: [0] })).toBe(0.5);
  });
});

describe('cells', () => {
  it('are the same from a row of a dataset and from a record', () => {
    const { bundle: model, table, dataset } = smallModel({ rows: 60, rounds: 1 });
    for (let row = 0; row < 60; row++) {
      const inputs = new Set(model.plan.inputs.map(({ name }) => name));
      const cells = [...cellsOfRow(dataset, row)].filter(([name]) => inputs.has(name));
      expect(cellsOfRecord(model.plan, recordOf(table, row))).toEqual(new Map(cells));
    }
  });

  it('are missing where a record has no field of its own', () => {
    const inputs = [
      { name: 'constructor', type: 'category', optional: true },
      { name: 'n', type: 'numeric', optional: true },
    ] as const;
    expect([...cellsOfRecord({ inputs }, { n: undefined })]).toEqual([
      ['constructor', null],
      ['n', null],
    ]);
    expect(() => cellsOfRecord({ inputs }, { n: {} })).toThrow(/column "n"/);
  });

  it('are written as their file would', () => {
    expect(writtenCell(1, { type: 'boolean' })).toBe('true');
    expect(writtenCell(0, { type: 'boolean', words: ['nein', 'ja'] })).toBe('nein');
    expect(writtenCell(1.5, { type: 'numeric' })).toBe(1.5);
    expect(writtenCell(9e15, { type: 'datetime' })).toBe(9e15);
    expect(writtenCell('a', undefined)).toBe('a');
    expect(writtenCell(null, undefined)).toBeNull();
  });
});
