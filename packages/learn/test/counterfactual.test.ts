import type { ColumnType, Dataset } from '@verdict/core';
import { takeRows } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { profileOf } from '../src/bundle/index.ts';
import { candidateValues } from '../src/reasons/candidate-values.ts';
import { cellsOfRow, findCounterfactuals, writtenCell } from '../src/reasons/index.ts';
import type { Counterfactual } from '../src/reasons/index.ts';
import { createScorer } from '../src/scorer/index.ts';
import { smallModel } from './support/small-model.ts';

const types: ColumnType[] = ['numeric', 'integer', 'boolean', 'category', 'datetime'];
const { bundle: full, dataset, schema, labels } = smallModel({ types, rows: 400 });
// A coarse profile, so that brute force can try everything.
const profile = profileOf(dataset, schema, Float64Array.from(labels), { maximumBins: 6 });
const bundle = { ...full, profile };
const scorer = createScorer(bundle);
const rowOf = (row: number): Dataset => takeRows(dataset, Uint32Array.of(row));
const decisions = scorer.scoreBatch(dataset).decisions;
const profiles = new Map(profile.columns.map((column) => [column.name, column]));

/** Every set of at most three changes to candidate values, scored one by one. */
function everyFlip(row: number): { columns: string[]; cost: number }[] {
  const options = schema.columns.map((column) =>
    candidateValues(cellsOfRow(dataset, row).get(column.name) ?? null, column, profiles.get(column.name)),
  );
  const sets: { place: number; cell: number | string; cost: number }[][] = [[]];
  options.forEach((values, place) => {
    const before = [...sets];
    for (const { cell, cost } of values)
      for (const set of before) if (set.length < 3) sets.push([...set, { place, cell, cost }]);
  });
  const record = (set: (typeof sets)[number]): Dataset => ({
    rowCount: 1,
    columns: rowOf(row).columns.map((column, place) => {
      const change = set.find((one) => one.place === place);
      if (change === undefined) return column;
      return column.kind === 'number'
        ? { ...column, values: Float64Array.of(Number(change.cell)) }
        : { ...column, codes: Int32Array.of(0), levels: [String(change.cell)] };
    }),
  });
  return sets
    .filter((set) => set.length > 0 && scorer.scoreBatch(record(set)).decisions[0] !== decisions[row])
    .map((set) => ({
      columns: set.map(({ place }) => schema.columns[place].name),
      cost: set.reduce((sum, { cost }) => sum + cost, 0),
    }));
}

/** The row with the changes made, scored as a record. */
function decisionAfter(row: number, { changes }: Counterfactual): number {
  const record = Object.fromEntries(
    schema.columns.map((column) => {
      const changed = changes.find((change) => change.column === column.name);
      const cell = cellsOfRow(dataset, row).get(column.name) ?? null;
      return [column.name, changed === undefined ? writtenCell(cell, column) : changed.to];
    }),
  );
  return scorer.scoreRow(record).decision;
}

describe('counterfactuals', () => {
  it('flip the decision, by few columns that were not frozen', () => {
    let found = 0;
    for (let row = 0; row < 60; row++) {
      const result = findCounterfactuals(scorer, bundle, rowOf(row), { freeze: ['c0'] });
      expect(result.decision).toBe(bundle.decision.labels[decisions[row] === 1 ? 'positive' : 'negative']);
      expect(result.wanted).not.toBe(result.decision);
      expect(result.fixed).toContainEqual({ column: 'c0', reason: 'frozen' });
      const sizes = result.found.map(({ changes }) => changes.length);
      expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
      for (const one of result.found) {
        found++;
        expect(decisionAfter(row, one)).toBe(1 - decisions[row]);
        const names = one.changes.map(({ column }) => column);
        expect(names).not.toContain('c0');
        expect(names).not.toContain('c4');
        expect(new Set(names).size).toBe(names.length);
        expect(one.probability >= result.threshold).toBe(decisions[row] === 0);
        for (const { from, to } of one.changes) expect(to).not.toBe(from);
      }
    }
    expect(found).toBeGreaterThan(30);
  });

  it('are the cheapest of all that brute force finds among the candidates', () => {
    const sizes = [0, 0, 0, 0];
    for (let row = 0; row < 400; row += 11) {
      const every = everyFlip(row);
      const { found, exhaustiveUpTo } = findCounterfactuals(scorer, bundle, rowOf(row), {
        mostVariants: 10_000_000,
      });
      const size = every.reduce((least, { columns }) => Math.min(least, columns.length), 4);
      const cheapest = every
        .filter(({ columns }) => columns.length === size)
        .reduce((least, { cost }) => Math.min(least, cost), Infinity);
      const [first = { changes: new Array<never>(4), cost: Infinity }] = found;
      expect(first.changes).toHaveLength(size);
      expect(Math.abs(first.cost - cheapest) < 1e-9 || first.cost === cheapest).toBe(true);
      expect(found.length > 0 || exhaustiveUpTo === 3).toBe(true);
      sizes[size - 1]++;
      // No set of columns holds another one.
      const sets = found.map(({ changes }) => changes.map(({ column }) => column));
      const nested = sets.filter((set) =>
        sets.some((other) => other !== set && set.every((column) => other.includes(column))),
      );
      expect(nested).toEqual([]);
    }
    expect(sizes[0]).toBeGreaterThan(5);
    expect(sizes[1]).toBeGreaterThan(2);
  });

  it('grow from the most promising changes where not all can be tried, and need all that they change', () => {
    let larger = 0;
    for (let row = 0; row < 80; row++) {
      const full = findCounterfactuals(scorer, bundle, rowOf(row), { mostVariants: 10_000_000 });
      const part = findCounterfactuals(scorer, bundle, rowOf(row), { mostVariants: 60 });
      expect(part.exhaustiveUpTo).toBeLessThanOrEqual(full.exhaustiveUpTo);
      // What is found in a part of the search is never cheaper than the best of all.
      const best = part.found.filter(({ changes }) => changes.length === full.found[0].changes.length);
      for (const { cost } of best) expect(cost).toBeGreaterThan(full.found[0].cost - 1e-9);
      for (const one of part.found) {
        expect(decisionAfter(row, one)).toBe(1 - decisions[row]);
        if (one.changes.length < 3) continue;
        larger++;
        for (const left of one.changes) {
          const fewer = { ...one, changes: one.changes.filter((change) => change !== left) };
          expect(decisionAfter(row, fewer)).toBe(decisions[row]);
        }
      }
    }
    expect(larger).toBeGreaterThan(0);
  });

  it('say so when none is found, and what was left alone', () => {
    const row = Array.from(decisions.keys()).find(
      (place) =>
        cellsOfRow(dataset, place).get('c1') === null && cellsOfRow(dataset, place).get('c0') !== null,
    )!;
    const result = findCounterfactuals(scorer, bundle, rowOf(row), { freeze: ['c0', 'c2', 'c3'] });
    expect(result.found).toEqual([]);
    expect(result.columns).toEqual([]);
    expect(result.fixed).toEqual([
      { column: 'c0', reason: 'frozen' },
      { column: 'c1', reason: 'missing' },
      { column: 'c2', reason: 'frozen' },
      { column: 'c3', reason: 'frozen' },
      { column: 'c4', reason: 'type' },
    ]);
  });

  it('refuse a column that the model does not know, other sizes and more than one row', () => {
    expect(() => findCounterfactuals(scorer, bundle, rowOf(0), { freeze: ['c9'] })).toThrow(/"c9"/);
    expect(() => findCounterfactuals(scorer, bundle, rowOf(0), { mostColumns: 4 })).toThrow(/1, 2 or 3/);
    expect(() => findCounterfactuals(scorer, bundle, dataset)).toThrow(/one row/);
  });

  it('change no more columns than asked for, and return no more than asked for', () => {
    for (let row = 0; row < 40; row++) {
      const { found } = findCounterfactuals(scorer, bundle, rowOf(row), { mostColumns: 1, most: 2 });
      expect(found.length).toBeLessThanOrEqual(2);
      expect(found.every(({ changes }) => changes.length === 1)).toBe(true);
    }
  });
});

describe('candidate values', () => {
  const numbers = { kind: 'number', missing: 0, edges: [1.5, 3.25, 8], counts: [5, 5, 5, 5] } as const;
  const profileOf = (type: ColumnType, distribution: typeof numbers | object): never =>
    ({ name: 'x', type, distribution }) as never;

  it('are edges of numbers, whole numbers beside them for integers', () => {
    const cells = (type: 'numeric' | 'integer', cell: number): unknown[] =>
      candidateValues(cell, { type }, profileOf(type, numbers)).map((value) => value.cell);
    expect(cells('numeric', 3.25)).toEqual([1.5, 8]);
    expect(cells('integer', 3)).toEqual([1, 2, 4, 8]);
  });

  it('cost the distance of the quantiles, and never nothing', () => {
    const values = candidateValues(0, { type: 'numeric' }, profileOf('numeric', numbers));
    expect(values.map(({ cost }) => cost)).toEqual([0.125, 0.375, 0.625]);
    const near = candidateValues(-7, { type: 'integer' }, profileOf('integer', numbers));
    expect(near[0]).toEqual({ cell: 1, cost: 0.01 });
  });

  it('are the levels that at least 1 % of the rows have', () => {
    const levels = { kind: 'levels', missing: 9, levels: ['a', 'b', 'c'], counts: [600, 392, 8], other: 0 };
    expect(candidateValues('a', { type: 'category' }, profileOf('category', levels))).toEqual([
      { cell: 'b', cost: 1 },
    ]);
    const words = { kind: 'levels', missing: 0, levels: ['true', 'false'], counts: [60, 40], other: 0 };
    expect(candidateValues(1, { type: 'boolean' }, profileOf('boolean', words))).toEqual([
      { cell: 0, cost: 1 },
    ]);
  });

  it('are none for what is missing, dates, texts and unknown columns', () => {
    const levels = { kind: 'levels', missing: 0, levels: ['a', 'b'], counts: [50, 50], other: 0 };
    expect(candidateValues(null, { type: 'numeric' }, profileOf('numeric', numbers))).toEqual([]);
    expect(candidateValues(3, { type: 'datetime' }, profileOf('datetime', numbers))).toEqual([]);
    expect(candidateValues('a', { type: 'text' }, profileOf('text', levels))).toEqual([]);
    expect(candidateValues(3, { type: 'numeric' }, undefined)).toEqual([]);
    expect(candidateValues('a', { type: 'numeric' }, profileOf('numeric', numbers))).toEqual([]);
  });
});
