import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { ColumnMissing, InvalidModel, InvalidOption, Random } from '@verdict/core';
import type { Dataset, Schema } from '@verdict/core';
import { parseProfile } from '../src/bundle/profile.ts';
import type { LevelProfile, NumberProfile, Profile } from '../src/bundle/profile.ts';
import { profileOf } from '../src/bundle/profiling.ts';
import { shortestBetween } from '../src/features/shortest-number.ts';
import { JsonCursor } from '../src/json/json-cursor.ts';
import { oddValues, pathsOf, replaceAt } from './support/json-damage.ts';
import { datasetOf, schemaOf, tableOf } from './support/tables.ts';

function numbers(values: readonly number[]): Dataset {
  return {
    rowCount: values.length,
    columns: [{ kind: 'number', name: 'c0', values: Float64Array.from(values) }],
  };
}

function numberProfile(values: readonly number[], options = {}): NumberProfile {
  const { columns } = profileOf(numbers(values), schemaOf(['numeric']), new Float64Array(0), options);
  return columns[0].distribution as NumberProfile;
}

/** How many of the values fall in each bin, counted one by one. */
function recount(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of values)
    if (!Number.isNaN(value)) counts[edges.filter((edge) => value >= edge).length]++;
  return counts;
}

function read(json: unknown): () => Profile {
  return () => parseProfile(new JsonCursor(json, 'profile.json'));
}

/** What becomes of a damaged profile: `taken`, or the name of the error. */
function outcome(json: unknown): string {
  try {
    read(json)();
    return 'taken';
  } catch (error) {
    return error instanceof InvalidModel ? 'InvalidModel' : String(error);
  }
}

/** The distribution of a column of a copy that may be written to. */
function part(copy: Profile, column: number): { edges: number[]; counts: number[]; levels: string[] } {
  return copy.columns[column].distribution as never;
}

const values = fc.array(
  fc.oneof(
    fc.double(),
    fc.integer({ min: 0, max: 9 }),
    fc.constantFrom(Infinity, -Infinity, NaN, Number.MAX_VALUE, -Number.MAX_VALUE, 0, -0, 5e-324),
  ),
  { maxLength: 200 },
);

describe('profiles of numbers', () => {
  it('says of a column that it holds 0 and 1 alone, if enough rows have either', () => {
    const ones = (count: number): number[] => Array.from({ length: 40 }, (_, i) => Number(i < count));
    expect(numberProfile([...ones(9), NaN])).toEqual({
      kind: 'number',
      missing: 1,
      edges: [0.5],
      counts: [31, 9],
      binary: true,
    });
    for (const other of [
      ones(4),
      ones(0),
      [...ones(20), 2],
      [...ones(20), 0.5],
      ones(20).map((value) => value + 1),
    ])
      expect(numberProfile(other)).not.toHaveProperty('binary');
    const profile = profileOf(numbers(ones(9)), schemaOf(['integer']), new Float64Array(0));
    expect(read(JSON.parse(JSON.stringify(profile)))()).toEqual(profile);
    for (const damage of [{ binary: false }, { binary: 1 }, { edges: [1.5] }, { edges: [], counts: [40] }]) {
      const [column] = profile.columns;
      const damaged = { ...column, distribution: { ...column.distribution, ...damage } };
      expect(outcome({ ...profile, columns: [damaged] })).toBe('InvalidModel');
    }
  });

  it('count every row, have enough rows in each bin, and no row’s value as an edge', () => {
    fc.assert(
      fc.property(
        values,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        (list, minimumCount, maximumBins) => {
          const { edges, counts, missing } = numberProfile(list, { minimumCount, maximumBins });
          const known = list.filter((value) => !Number.isNaN(value));
          expect(counts).toEqual(recount(list, edges));
          expect(missing).toBe(list.length - known.length);
          expect(counts.length).toBeLessThanOrEqual(maximumBins);
          expect(counts.length === 1 || Math.min(...counts) >= minimumCount).toBe(true);
          expect(edges.filter((edge) => known.includes(edge) || !Number.isFinite(edge))).toEqual([]);
        },
      ),
      { numRuns: 500, seed: 21 },
    );
  });

  it('follow quantiles', () => {
    const random = new Random(1);
    const { edges, counts } = numberProfile(Array.from({ length: 2000 }, () => random.float()));
    expect(counts).toEqual(new Array<number>(20).fill(100));
    edges.forEach((edge, i) => expect(edge).toBeCloseTo((i + 1) / 20, 1));
  });

  it('give a value that many rows have a bin of its own', () => {
    const list = [...new Array<number>(50).fill(0), ...new Array<number>(50).fill(1), 2, 3, 4, 5, 6, 7];
    expect(numberProfile(list)).toEqual({
      kind: 'number',
      missing: 0,
      edges: [0.5, 1.5],
      counts: [50, 50, 6],
    });
  });

  it('have one bin for few, equal or no values', () => {
    expect(numberProfile([1, 2, 3, 4, 5, 6, 7, 8, 9]).counts).toEqual([9]);
    expect(numberProfile(new Array<number>(99).fill(3))).toEqual({
      kind: 'number',
      missing: 0,
      edges: [],
      counts: [99],
    });
    expect(numberProfile([]).counts).toEqual([0]);
    expect(numberProfile([NaN])).toEqual({ kind: 'number', missing: 1, edges: [], counts: [0] });
  });

  it('put edges at short decimals strictly between two numbers', () => {
    expect(shortestBetween(41, 42)).toBe(41.5);
    expect(shortestBetween(1234.567, 1234.892)).toBe(1234.7);
    expect(shortestBetween(-Infinity, 3)).toBeLessThan(3);
    expect(shortestBetween(-1, 1)).toBe(0);
    expect(shortestBetween(0, 5e-324)).toBeUndefined();
    expect(shortestBetween(Number.MAX_VALUE, Infinity)).toBeUndefined();
    expect(shortestBetween(-Infinity, -Number.MAX_VALUE)).toBeUndefined();
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const edge = shortestBetween(low, high);
        expect(edge === undefined || (edge > low && edge < high)).toBe(true);
      }),
    );
  });
});

describe('profiles of levels', () => {
  it('list levels by count and pool those that few rows have', () => {
    const rows = [...'aaaaaaabbbbbcccccxxyz'].map((level) => [level as string | null]);
    rows.push([null]);
    const { columns } = profileOf(
      datasetOf({ types: ['category'], rows }),
      schemaOf(['category']),
      new Float64Array(0),
    );
    expect(columns).toEqual([
      {
        name: 'c0',
        type: 'category',
        distribution: { kind: 'levels', missing: 1, levels: ['a', 'b', 'c'], counts: [7, 5, 5], other: 4 },
      },
    ]);
  });

  it('treat a boolean’s values as levels', () => {
    const profile = profileOf(
      numbers([0, 0, 0, 0, 0, 0, 1, 1, NaN]),
      schemaOf(['boolean']),
      new Float64Array(0),
    );
    expect(profile.columns[0].distribution).toEqual({
      kind: 'levels',
      missing: 1,
      levels: ['false'],
      counts: [6],
      other: 2,
    });
  });

  it('list at most so many', () => {
    const rows = Array.from({ length: 600 }, (_, i) => [`level ${i % 120}`]);
    const { columns } = profileOf(
      datasetOf({ types: ['text'], rows }),
      schemaOf(['text']),
      new Float64Array(0),
    );
    const { levels, counts, other } = columns[0].distribution as LevelProfile;
    expect([levels.length, counts.length, other]).toEqual([100, 100, 100]);
  });
});

describe('a profile', () => {
  it('describes feature columns and the score', () => {
    const schema: Schema = {
      columns: [
        { name: 'c1', type: 'numeric', role: 'ignored', optional: false },
        { name: 'c0', type: 'datetime', role: 'feature', optional: false },
      ],
      target: { name: 'y', positive: '1', negative: '0' },
    };
    const scores = Float64Array.from({ length: 40 }, (_, i) => i / 40);
    const profile = profileOf(numbers([1, 2]), schema, scores, { maximumBins: 2 });
    expect(profile.columns.map(({ name, type }) => [name, type])).toEqual([['c0', 'datetime']]);
    expect(profile.score).toEqual({ kind: 'number', missing: 0, edges: [0.49], counts: [20, 20] });
    expect([profile.rowCount, profile.minimumCount]).toEqual([2, 5]);
    expect(() => profileOf({ rowCount: 1, columns: [] }, schema, scores)).toThrow(ColumnMissing);
  });

  it('never shows what fewer rows have than allowed, and reads back as it was', () => {
    const types = ['category', 'boolean', 'integer', 'text'] as const;
    fc.assert(
      fc.property(tableOf(types, { maxLength: 80 }), (table) => {
        const dataset = datasetOf(table);
        const profile = profileOf(dataset, schemaOf(types), new Float64Array(3).fill(0.5));
        for (const { distribution } of profile.columns) {
          expect(distribution.counts.length === 1 || distribution.counts.every((count) => count >= 5)).toBe(
            true,
          );
          const other = distribution.kind === 'levels' ? distribution.other : 0;
          const total = distribution.counts.reduce((a, b) => a + b, distribution.missing + other);
          expect(total).toBe(dataset.rowCount);
        }
        const text = JSON.stringify(profile);
        expect(parseProfile(new JsonCursor(JSON.parse(text), 'profile.json'))).toEqual(profile);
      }),
      { numRuns: 100, seed: 22 },
    );
  });

  it('refuses options out of bounds', () => {
    for (const options of [
      { minimumCount: 0 },
      { maximumBins: 1001 },
      { maximumBins: 0.5 },
      { maximumLevels: 0 },
    ])
      expect(() => numberProfile([1], options)).toThrow(InvalidOption);
  });

  it('is refused when damaged', () => {
    const rows = Array.from({ length: 30 }, (_, i) => [i, i % 2 === 0 ? 'a' : 'b']);
    const profile: Profile = profileOf(
      datasetOf({ types: ['numeric', 'category'], rows }),
      schemaOf(['numeric', 'category']),
      new Float64Array(30).fill(0.5),
    );
    const saved: unknown = JSON.parse(JSON.stringify(profile));
    const outcomes = pathsOf(saved).flatMap((path) =>
      oddValues.map((value) => outcome(replaceAt(saved, path, value))),
    );
    expect(outcomes.filter((name) => name !== 'taken' && name !== 'InvalidModel')).toEqual([]);
    expect(outcomes.filter((name) => name === 'InvalidModel').length).toBeGreaterThan(500);
    const damage = (change: (copy: Profile) => void): (() => unknown) => {
      const copy = structuredClone(profile);
      change(copy);
      return read(copy);
    };
    expect(damage(({ columns }) => (columns as unknown[]).push(columns[0]))).toThrow(/a column comes twice/);
    expect(damage(({ score }) => (score.counts as number[]).push(1))).toThrow(/expected 1 counts, got 2/);
    expect(damage((copy) => part(copy, 0).edges.reverse())).toThrow(/the edges do not rise/);
    expect(damage((copy) => (part(copy, 0).counts[0] = -1))).toThrow(/-1 is below 0/);
    expect(damage((copy) => (part(copy, 0).counts[0] = 0.5))).toThrow(/expected an integer/);
    expect(damage((copy) => (part(copy, 1).levels[0] = 'b'))).toThrow(/a level comes twice/);
  });
});
