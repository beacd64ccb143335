import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset, Schema } from '@verdict/core';
import { InsufficientData, InvalidOption, Random } from '@verdict/core';
import { blendMargins, chooseBlend } from '../src/training/blend.ts';
import { summariseFolds } from '../src/training/fold-scores.ts';
import { checkOptions } from '../src/training/options.ts';
import { groupsOf, labelsOf, timesOf, weightsOf } from '../src/training/roles.ts';
import { assignFolds, holdOut } from '../src/training/row-split.ts';
import { share } from '../src/training/shared-memory.ts';
import { timeBlocks } from '../src/training/time-blocks.ts';
import { evaluate, metricNames } from '../src/metrics/index.ts';
import type { Split } from '../src/validation/index.ts';
import { refusalOf } from './support/refusal.ts';

/** Summed log loss plus the pull of the blend, straight from the definition. */
function objective(
  labels: Uint8Array,
  trees: Float64Array,
  linear: Float64Array,
  weights: Float64Array,
  [a, b, c]: readonly number[],
): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let loss = 0;
  for (let row = 0; row < labels.length; row++) {
    const probability = 1 / (1 + Math.exp(-(a * trees[row] + b * linear[row] + c)));
    loss -= weights[row] * Math.log(labels[row] === 1 ? probability : 1 - probability);
  }
  return (loss * labels.length) / total + 5 * ((a - 1) ** 2 + b ** 2);
}

describe('chooseBlend', () => {
  const draw = (seed: number, rows: number, treeSignal: number, linearSignal: number) => {
    const random = new Random(seed);
    const trees = Float64Array.from({ length: rows }, () => random.normal() * 1.5);
    const linear = Float64Array.from({ length: rows }, () => random.normal() * 1.5);
    const labels = Uint8Array.from(trees, (tree, row) =>
      random.float() < 1 / (1 + Math.exp(-(treeSignal * tree + linearSignal * linear[row] - 0.5))) ? 1 : 0,
    );
    const weights = Float64Array.from({ length: rows }, () => 0.1 + random.float() * 3);
    return { trees, linear, labels, weights };
  };

  it('is the best point of the quadrant: no neighbour that is allowed is better', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 20, max: 200 }),
        fc.double({ min: -1, max: 2, noNaN: true }),
        fc.double({ min: -1, max: 2, noNaN: true }),
        (seed, rows, treeSignal, linearSignal) => {
          const { trees, linear, labels, weights } = draw(seed, rows, treeSignal, linearSignal);
          const blend = chooseBlend(labels, trees, linear, weights);
          expect(blend.trees).toBeGreaterThanOrEqual(0);
          expect(blend.linear).toBeGreaterThanOrEqual(0);
          const at = [blend.trees, blend.linear, blend.offset];
          const best = objective(labels, trees, linear, weights, at);
          for (const step of [1e-3, 0.1]) {
            for (let i = 0; i < 3; i++) {
              for (const sign of [-1, 1]) {
                const near = at.map((value, j) => (i === j ? value + sign * step : value));
                if (near[0] < 0 || near[1] < 0) continue;
                expect(objective(labels, trees, linear, weights, near)).toBeGreaterThan(best - 1e-7);
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds the weights that made the labels when there are many rows', () => {
    const { trees, linear, labels } = draw(3, 40_000, 0.8, 0.4);
    const blend = chooseBlend(labels, trees, linear, undefined);
    expect(blend.trees).toBeCloseTo(0.8, 1);
    expect(blend.linear).toBeCloseTo(0.4, 1);
    expect(blend.offset).toBeCloseTo(-0.5, 1);
  });

  it('stays finite where the margins are certain, constant or useless', () => {
    const labels = Uint8Array.of(0, 1, 0, 1);
    for (const trees of [
      [-1e6, 1e6, -1e6, 1e6],
      [0, 0, 0, 0],
      [1, -1, 1, -1],
      [700, 700, 700, 700],
    ]) {
      const blend = chooseBlend(labels, Float64Array.from(trees), new Float64Array(4), undefined);
      expect([blend.trees, blend.linear, blend.offset].every(Number.isFinite)).toBe(true);
    }
    const margins = blendMargins(Float64Array.of(1, 2), Float64Array.of(10, 20), {
      trees: 2,
      linear: 3,
      offset: 1,
    });
    expect([...margins]).toEqual([33, 65]);
  });
});

const schema: Schema = {
  target: { name: 'y', positive: 'yes', negative: 'no' },
  columns: [
    { name: 'x', type: 'numeric', role: 'feature', optional: false },
    { name: 'who', type: 'category', role: 'group', optional: true },
    { name: 'w', type: 'numeric', role: 'weight', optional: false },
    { name: 'when', type: 'category', role: 'time', optional: true },
    { name: 'y', type: 'category', role: 'target', optional: false },
  ],
};
const dataset: Dataset = {
  rowCount: 5,
  columns: [
    { kind: 'number', name: 'x', values: Float64Array.of(1, 2, 3, 4, 5) },
    { kind: 'code', name: 'who', codes: Int32Array.of(0, 1, 0, 2, -1), levels: ['a', 'b', 'c'] },
    { kind: 'number', name: 'w', values: Float64Array.of(1, 2, 1, 2, 1) },
    { kind: 'code', name: 'when', codes: Int32Array.of(1, 0, 2, 2, -1), levels: ['2024', '2020', '2025'] },
    { kind: 'code', name: 'y', codes: Int32Array.of(1, 0, 1, 0, 0), levels: ['no', 'yes'] },
  ],
};

describe('roles', () => {
  it('reads labels and weights', () => {
    expect([...labelsOf(dataset, schema)]).toEqual([1, 0, 1, 0, 0]);
    expect(weightsOf(dataset, schema)).toEqual(Float64Array.of(1, 2, 1, 2, 1));
    expect(() => labelsOf({ rowCount: 0, columns: [] }, schema)).toThrow(/"y"/);
  });

  it('orders text times by code point', () => {
    expect([...timesOf(dataset, schema)!]).toEqual([0, 1, 2, 2, Number.NaN]);
  });

  const same = (groups: Int32Array | undefined): string =>
    [...groups!].map((group, row) => (group < 0 ? row : groups!.indexOf(group))).join(' ');

  it('joins groups and duplicates through any chain', () => {
    const timeless = { ...schema, columns: schema.columns.filter(({ role }) => role !== 'time') };
    expect(same(groupsOf(dataset, timeless, undefined))).toBe('0 1 0 3 4');
    // Rows 2 and 3 are copies, rows 0 and 2 share a group: all three stay together.
    expect(same(groupsOf(dataset, timeless, Int32Array.of(-1, -1, 7, 7, -1)))).toBe('0 1 0 0 4');
    const noGroup = { ...schema, columns: schema.columns.filter(({ role }) => role !== 'group') };
    expect(groupsOf(dataset, noGroup, undefined)).toBeUndefined();
    expect(groupsOf(dataset, noGroup, Int32Array.of(0, 0, -1, -1, -1))).toEqual(
      Int32Array.of(0, 0, -1, -1, -1),
    );
  });

  it('does not join groups through copies where rows have times, which copies share', () => {
    const copies = Int32Array.of(-1, -1, 7, 7, -1);
    expect(same(groupsOf(dataset, schema, copies))).toBe('0 1 0 3 4');
    const ungrouped: Dataset = {
      ...dataset,
      columns: dataset.columns.map((column) =>
        column.kind === 'code' && column.name === 'who'
          ? { ...column, codes: Int32Array.of(0, 1, -1, -1, 0) }
          : column,
      ),
    };
    expect(same(groupsOf(ungrouped, schema, copies))).toBe('0 1 2 2 0');
  });

  it('groups by numbers, missing ones alone', () => {
    const numbers: Dataset = {
      rowCount: 4,
      columns: [{ kind: 'number', name: 'who', values: Float64Array.of(5, 7, 5, Number.NaN) }],
    };
    expect([...groupsOf(numbers, schema, undefined)!]).toEqual([0, 1, 0, -1]);
  });
});

interface TimedRow {
  readonly group: number;
  readonly time: number;
}

/** What is made, or undefined where the rows do not suffice. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof InsufficientData) return undefined;
    throw error;
  }
}

/** Names of what holds. */
function holding(laws: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(laws).filter((law) => laws[law]);
}

/** What is wrong with rows that are held out of such that have times and groups. */
function brokenByHoldOut(rows: readonly TimedRow[], gap: number, { train, test }: Split): string[] {
  const judging = new Set(Array.from(test, (row) => rows[row].group).filter((group) => group >= 0));
  const first = Math.min(...Array.from(test, (row) => rows[row].time));
  const last = Math.max(...Array.from(train, (row) => rows[row].time));
  const trains = new Set(train);
  const earlier = [...rows.keys()].filter((row) => rows[row].time < first);
  const after = (time: number): number => earlier.filter((row) => rows[row].time > time).length;
  return holding({
    'it learns from the future': last >= first,
    'a late row does not judge': test.length + earlier.length < rows.length,
    'a group is on both sides': earlier.some((row) => trains.has(row) && judging.has(rows[row].group)),
    'the gap is too short': after(last) < gap,
    'a row is left out for nothing': earlier.some(
      (row) => !trains.has(row) && !judging.has(rows[row].group) && after(rows[row].time) >= gap,
    ),
  });
}

/** What is wrong with blocks of time in which groups are whole. */
function brokenByBlocks(rows: readonly TimedRow[], count: number, folds: Uint8Array): string[] {
  const pairs = rows.flatMap((one, i) =>
    rows.slice(0, i).map((other, j) => [one, other, folds[i], folds[j]] as const),
  );
  const alone = pairs.filter(([one, other]) => one.group < 0 && other.group < 0);
  return holding({
    'a fold is empty': new Set(folds).size < count,
    'a group is in two folds': pairs.some(
      ([one, other, a, b]) => one.group >= 0 && one.group === other.group && a !== b,
    ),
    'a time is in two folds': alone.some(([one, other, a, b]) => one.time === other.time && a !== b),
    'a later row is in an earlier block': alone.some(
      ([one, other, a, b]) => (one.time - other.time) * (a - b) < 0,
    ),
  });
}

describe('holdOut and assignFolds', () => {
  const options = checkOptions({ seed: 1, folds: 3 }, 2);
  const labels = Uint8Array.from({ length: 60 }, (_, row) => (row % 4 === 0 ? 1 : 0));
  const times = Float64Array.from({ length: 60 }, (_, row) => 1000 - row);

  it('holds out the latest rows when there are times, and cuts the rest into blocks', () => {
    const split = holdOut({ labels, groups: undefined, times }, options);
    expect([...split!.test].sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    const folds = assignFolds({ labels, groups: undefined, times }, options);
    expect(Array.from(folds.slice(0, 20)).every((fold) => fold === 2)).toBe(true);
    expect(Array.from(folds.slice(40)).every((fold) => fold === 0)).toBe(true);
  });

  it('refuses a hold-out by time that has one class', () => {
    const late = Uint8Array.from({ length: 60 }, (_, row) => (row < 30 ? 1 : 0));
    expect(() => holdOut({ labels: late, groups: undefined, times }, options)).toThrow(InsufficientData);
  });

  it('holds nothing out when asked not to', () => {
    expect(holdOut({ labels, groups: undefined, times }, { ...options, testSize: 0 })).toBeUndefined();
  });

  it('says how many folds are possible', () => {
    const few = Uint8Array.from({ length: 60 }, (_, row) => (row < 2 ? 1 : 0));
    expect(() => assignFolds({ labels: few, groups: undefined, times: undefined }, options)).toThrow(
      /2 positive and 58 negative/,
    );
    const hintOf = (of: Partial<typeof options>): unknown =>
      refusalOf(() =>
        assignFolds({ labels: few, groups: undefined, times: undefined }, { ...options, ...of }),
      );
    expect(hintOf({})).toMatchObject({ hint: 'Use --folds 2, or give more rows.' });
    // Where most rows were set aside, that is why the others are too few.
    expect(hintOf({ testSize: 0.9999 })).toMatchObject({
      hint: 'Set fewer rows aside with a smaller --test-size than 0.9999, or give more rows.',
    });
    const groups = Int32Array.from({ length: 60 }, (_, row) => (labels[row] === 1 ? 0 : row + 1));
    expect(() => assignFolds({ labels, groups, times: undefined }, options)).toThrow(
      /groups that allow 1 folds/,
    );
  });

  it('keeps groups in one fold', () => {
    const groups = Int32Array.from({ length: 60 }, (_, row) => row >> 2);
    const folds = assignFolds({ labels, groups, times: undefined }, options);
    for (let row = 0; row < 60; row++) expect(folds[row]).toBe(folds[(row >> 2) << 2]);
  });

  it('takes the folds of a column, and holds out whole ones', () => {
    const foldColumn = {
      kind: 'number',
      name: 'site',
      values: Float64Array.from(labels, (_, row) => Math.floor(row / 12) * 10),
    } as const;
    const relations = { labels, groups: undefined, times: undefined, foldColumn };
    expect(assignFolds(relations, options)).toEqual(
      Uint8Array.from(labels, (_, row) => Math.floor(row / 12)),
    );
    expect(assignFolds({ ...relations, times }, options)).toEqual(assignFolds(relations, options));
    const split = holdOut(relations, options)!;
    expect(new Set(split.test.map((row) => Math.floor(row / 12))).size).toBe(1);
    expect(split.test).toHaveLength(12);
    expect(holdOut({ ...relations, times }, options)!.test.length).toBe(12);
    const two = { ...foldColumn, values: foldColumn.values.map((value) => Math.min(value, 10)) };
    expect(() => holdOut({ ...relations, foldColumn: two }, options)).toThrow('fewer than two are left');
  });

  it('holds out the latest rows and cuts blocks of time without a group on both sides', () => {
    const someRow = fc.record({
      label: fc.constantFrom(0, 1),
      group: fc.integer({ min: -1, max: 30 }),
      time: fc.integer({ min: 0, max: 40 }),
    });
    let [held, dealt] = [0, 0];
    fc.assert(
      fc.property(fc.array(someRow, { minLength: 8, maxLength: 90 }), fc.nat(6), (list, gap) => {
        const rows = {
          labels: Uint8Array.from(list, ({ label }) => label),
          groups: Int32Array.from(list, ({ group }) => group),
          times: Float64Array.from(list, ({ time }) => time),
        };
        const split = attempt(() => holdOut(rows, options, gap));
        const folds = attempt(() => assignFolds(rows, options));
        held += split === undefined ? 0 : 1;
        dealt += folds === undefined ? 0 : 1;
        expect(split === undefined ? [] : brokenByHoldOut(list, gap, split)).toEqual([]);
        expect(folds === undefined ? [] : brokenByBlocks(list, options.folds, folds)).toEqual([]);
      }),
      { numRuns: 300 },
    );
    // Most rows allow both.
    expect(held).toBeGreaterThan(150);
    expect(dealt).toBeGreaterThan(250);
  });

  it('puts a group into the block of its middle row', () => {
    const ordered = Float64Array.from({ length: 12 }, (_, row) => row);
    const groups = new Int32Array(12).fill(-1);
    for (const row of [1, 4, 5, 6, 11]) groups[row] = 3;
    expect([...timeBlocks(ordered, 3, groups)]).toEqual([0, 1, 0, 0, 1, 1, 1, 2, 2, 2, 2, 1]);
  });

  it('names the groups where nothing is left to train on, or no two folds', () => {
    const groups = Int32Array.from(labels, (_, row) => row % 6);
    expect(refusalOf(() => holdOut({ labels, groups, times }, options))).toMatchObject({
      message: expect.stringContaining(
        'no earlier row is left to train on without the 48 of groups that judge.',
      ),
      hint: 'Choose another --test-size, give more rows, or leave --group or --time out.',
    });
    // All positive rows, but for those that judge, are of one group.
    const one = Int32Array.from(labels, (label) => (label === 1 ? 0 : -1));
    expect(() => holdOut({ labels, groups: one, times }, options)).toThrow(
      'the earlier rows, which train without the 12 of groups that judge, all have the same label',
    );
    const whole = new Int32Array(60);
    expect(() => assignFolds({ labels, groups: whole, times }, options)).toThrow(
      '3 folds are blocks of time in which groups are whole, each at the time of its middle row; that is one and the same',
    );
    // Where times alone are too few, it is they that are named.
    expect(() => assignFolds({ labels, groups: whole, times: new Float64Array(60) }, options)).toThrow(
      'different times',
    );
  });

  it('cuts equal times into whole blocks', () => {
    const blocks = timeBlocks(Float64Array.of(1, 1, 1, 2, 2, 3), 2);
    expect(new Set([blocks[0], blocks[1], blocks[2]]).size).toBe(1);
    expect(blocks[5]).toBe(1);
  });
});

describe('checkOptions', () => {
  it('fills in defaults', () => {
    expect(checkOptions({}, 4)).toEqual({
      seed: 42,
      testSize: 0.2,
      folds: 5,
      threads: 4,
      thresholdRule: { rule: 'mcc' },
      calibration: 'none',
    });
  });

  it.each([
    { seed: -1 },
    { seed: 1.5 },
    { testSize: 1 },
    { testSize: -0.1 },
    { testSize: Number.NaN },
    { folds: 1 },
    { folds: 51 },
    { threads: 0 },
    { threads: 1000 },
    { calibration: 'platt' as 'none' },
    { thresholdRule: { rule: 'capacity', capacity: 2, of: 1 } as const },
  ])('refuses %j', (bad) => {
    expect(() => checkOptions(bad, 2)).toThrow(InvalidOption);
  });
});

describe('summariseFolds', () => {
  it('gives mean, population deviation and the gap to the training rows', () => {
    const metrics = (accuracy: number) => {
      const labels = Uint8Array.from({ length: 10 }, (_, i) => (i < 5 ? 1 : 0));
      const probabilities = Float64Array.from(labels, (label, i) => (i % 10 < accuracy ? label : 1 - label));
      return evaluate(labels, probabilities, 0.5);
    };
    const summary = summariseFolds({
      validation: [metrics(6), metrics(8)],
      training: [metrics(9), metrics(10)],
    });
    expect(summary.folds).toBe(2);
    expect(Object.keys(summary.scores)).toEqual([...metricNames]);
    expect(summary.scores.accuracy.values).toEqual([0.6, 0.8]);
    expect(summary.scores.accuracy.mean).toBeCloseTo(0.7, 12);
    expect(summary.scores.accuracy.standardDeviation).toBeCloseTo(0.1, 12);
    expect(summary.trainTestGap.accuracy).toBeCloseTo(0.25, 12);
    expect(summary.chosenOnTheseRows).toEqual(['rounds', 'blend', 'threshold']);
  });
});

describe('share', () => {
  it('moves an array to shared memory once', () => {
    const shared = share(Float64Array.of(1, 2, 3));
    expect(shared.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...shared]).toEqual([1, 2, 3]);
    expect(share(shared)).toBe(shared);
    expect(share(new Uint8Array(0)).length).toBe(0);
  });
});
