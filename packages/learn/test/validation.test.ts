import { InsufficientData, InvalidOption, InvalidValue, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  largestFoldCount,
  stratifiedFolds,
  stratifiedSplit,
  timeFolds,
  timeSplit,
} from '../src/validation/index.ts';

const labelsOf = (positives: number, negatives: number): Uint8Array =>
  Uint8Array.from({ length: positives + negatives }, (_, row) => (row < positives ? 1 : 0));

const countsOf = (folds: Uint8Array, labels: Uint8Array, label: number, count: number): number[] => {
  const counts = new Array<number>(count).fill(0);
  for (const [row, fold] of folds.entries()) if (labels[row] === label) counts[fold]++;
  return counts;
};

const spread = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);

const dealing = (labels: Uint8Array, count: number, groups?: number[]) => () =>
  stratifiedFolds(labels, { folds: count, seed: 1, ...(groups && { groups: Int32Array.from(groups) }) });

describe('stratified folds', () => {
  it('differ by at most one row, in each class and together', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer(),
        (folds, morePositives, moreNegatives, seed) => {
          const labels = new Random(seed).shuffle(labelsOf(folds + morePositives, folds + moreNegatives));
          const foldOfRow = stratifiedFolds(labels, { folds, seed });
          const positives = countsOf(foldOfRow, labels, 1, folds);
          const negatives = countsOf(foldOfRow, labels, 0, folds);
          expect(spread(positives)).toBeLessThanOrEqual(1);
          expect(spread(negatives)).toBeLessThanOrEqual(1);
          expect(spread(positives.map((count, fold) => count + negatives[fold]))).toBeLessThanOrEqual(1);
          const alone = stratifiedFolds(labels, {
            folds,
            seed,
            groups: new Int32Array(labels.length).fill(-1),
          });
          expect(spread(countsOf(alone, labels, 1, folds))).toBeLessThanOrEqual(1);
          expect(spread(countsOf(alone, labels, 0, folds))).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('keep groups together and hold both classes whenever that is possible', () => {
    const row = fc.record({ label: fc.constantFrom(0, 1), group: fc.integer({ min: -1, max: 12 }) });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 4, maxLength: 80 }),
        fc.integer({ min: 2, max: 6 }),
        (rows, wanted) => {
          const labels = Uint8Array.from(rows, ({ label }) => label);
          const groups = Int32Array.from(rows, ({ group }) => group);
          const folds = largestFoldCount(labels, groups, wanted);
          fc.pre(folds >= 2);
          const foldOfRow = stratifiedFolds(labels, { folds, seed: 1, groups });
          expect(Math.min(...countsOf(foldOfRow, labels, 1, folds))).toBeGreaterThan(0);
          expect(Math.min(...countsOf(foldOfRow, labels, 0, folds))).toBeGreaterThan(0);
          const foldOfGroup = new Map<number, number>();
          for (const [i, group] of groups.entries()) {
            if (group < 0) continue;
            expect(foldOfGroup.get(group) ?? foldOfRow[i]).toBe(foldOfRow[i]);
            foldOfGroup.set(group, foldOfRow[i]);
          }
          const split = stratifiedSplit(labels, { testShare: 0.3, seed: 1, groups });
          for (const part of [split.train, split.test]) {
            expect(new Set(Array.from(part, (r) => labels[r])).size).toBe(2);
          }
          const inTest = new Set(split.test);
          const sides = new Map<number, boolean>();
          for (const [i, group] of groups.entries()) {
            if (group < 0) continue;
            expect(sides.get(group) ?? inTest.has(i)).toBe(inTest.has(i));
            sides.set(group, inTest.has(i));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('balance groups of mixed sizes', () => {
    const random = new Random(3);
    const groups = Int32Array.from({ length: 3000 }, () => {
      const draw = random.float();
      return draw < 0.3 ? -1 : Math.floor(400 * draw * draw);
    });
    const labels = Uint8Array.from(groups, () => (random.float() < 0.1 ? 1 : 0));
    const foldOfRow = stratifiedFolds(labels, { folds: 5, seed: 1, groups });
    expect(spread(countsOf(foldOfRow, labels, 1, 5))).toBeLessThanOrEqual(2);
    expect(spread(countsOf(foldOfRow, labels, 0, 5))).toBeLessThanOrEqual(20);
    const { test } = stratifiedSplit(labels, { testShare: 0.2, seed: 1, groups });
    expect(Math.abs(test.length - 600)).toBeLessThan(15);
  });

  it('follow the seed', () => {
    const labels = labelsOf(30, 70);
    const at = (seed: number): Uint8Array => stratifiedFolds(labels, { folds: 5, seed });
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
    const groups = Int32Array.from(labels, (_, row) => row >> 1);
    const grouped = (seed: number): Uint8Array => stratifiedFolds(labels, { folds: 5, seed, groups });
    expect(grouped(1)).toEqual(grouped(1));
    expect(grouped(1)).not.toEqual(grouped(2));
  });

  it('say what is missing', () => {
    expect(dealing(labelsOf(3, 20), 5)).toThrow(
      '5 folds need at least 5 rows with a positive label, there are 3 rows.',
    );
    expect(dealing(labelsOf(20, 1), 5)).toThrow(
      '5 folds need at least 5 rows with a negative label, there is 1 row.',
    );
    expect(dealing(labelsOf(2, 2), 2, [0, 0, 0, 1])).toThrow(
      '2 folds need at least 2 groups of rows with a positive label, there is 1 group of rows.',
    );
    expect(dealing(new Uint8Array(0), 2)).toThrow(InsufficientData);
    expect(dealing(labelsOf(5, 5), 1)).toThrow(InvalidOption);
    expect(dealing(labelsOf(300, 300), 256)).toThrow(InvalidOption);
    expect(dealing(labelsOf(5, 5), 2.5)).toThrow(InvalidOption);
    expect(dealing(labelsOf(5, 5), 2, [1])).toThrow(InvalidOption);
  });

  it('know how many there can be', () => {
    expect(largestFoldCount(labelsOf(3, 20), undefined, 5)).toBe(3);
    expect(largestFoldCount(labelsOf(30, 20), undefined, 5)).toBe(5);
    expect(largestFoldCount(labelsOf(0, 20), undefined, 5)).toBe(0);
    expect(largestFoldCount(labelsOf(2, 2), Int32Array.of(7, 7, -1, -1), 5)).toBe(1);
  });

  it('give the part of one small group to the rest of one large one', () => {
    // One group holds nearly everything, so that the smallest groups must carry the other part.
    const labels = Uint8Array.of(...new Array<number>(50).fill(1), ...new Array<number>(50).fill(0), 1, 0);
    const groups = Int32Array.of(...new Array<number>(100).fill(0), 1, 1);
    const { train, test } = stratifiedSplit(labels, { testShare: 0.01, seed: 1, groups });
    expect([train.length, test.length].toSorted((a, b) => a - b)).toEqual([2, 100]);
  });

  it('repair a greedy distribution that leaves a part without a class', () => {
    // The two groups of one class each go to different folds first; the mixed group can only help one of them.
    const labels = Uint8Array.of(1, 0, 0, 0, 1, 1);
    const groups = Int32Array.of(0, 0, 1, 1, 2, 2);
    const foldOfRow = stratifiedFolds(labels, { folds: 2, seed: 1, groups });
    expect(foldOfRow[2]).toBe(foldOfRow[4]);
    expect(foldOfRow[0]).not.toBe(foldOfRow[2]);
  });

  it('hold both classes where most groups have one class only', () => {
    const size = fc.constantFrom(0, 0, 1, 2, 15);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(size, size), { minLength: 2, maxLength: 9 }),
        fc.integer({ min: 2, max: 5 }),
        (sizes, wanted) => {
          const rows = sizes.flatMap(([positives, negatives], group) => [
            ...Array.from({ length: positives }, () => [1, group]),
            ...Array.from({ length: negatives }, () => [0, group]),
          ]);
          const labels = Uint8Array.from(rows, ([label]) => label);
          const groups = Int32Array.from(rows, ([, group]) => group);
          const folds = largestFoldCount(labels, groups, wanted);
          fc.pre(folds >= 2);
          const foldOfRow = stratifiedFolds(labels, { folds, seed: 1, groups });
          expect(Math.min(...countsOf(foldOfRow, labels, 1, folds))).toBeGreaterThan(0);
          expect(Math.min(...countsOf(foldOfRow, labels, 0, folds))).toBeGreaterThan(0);
          const parts = new Set(groups.keys().map((row) => groups[row] * 255 + foldOfRow[row]));
          expect(parts.size).toBe(new Set(groups).size);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a stratified split', () => {
  it('takes the share of each class', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.integer({ min: 2, max: 200 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (positives, negatives, testShare) => {
          const labels = labelsOf(positives, negatives);
          const { train, test } = stratifiedSplit(labels, { testShare, seed: 3 });
          expect([...train, ...test].sort((a, b) => a - b)).toEqual([...labels.keys()]);
          expect(train).toEqual(train.toSorted());
          for (const [label, count] of [
            [1, positives],
            [0, negatives],
          ]) {
            const taken = test.filter((row) => labels[row] === label).length;
            const wanted = Math.min(count - 1, Math.max(1, testShare * count));
            expect(Math.abs(taken - wanted)).toBeLessThanOrEqual(0.5);
          }
        },
      ),
    );
  });

  it('says what is missing', () => {
    expect(() => stratifiedSplit(labelsOf(1, 9), { testShare: 0.2, seed: 1 })).toThrow(
      'a training and a test part need at least 2 rows with a positive label, there is 1 row.',
    );
    expect(() => stratifiedSplit(labelsOf(5, 9), { testShare: 1, seed: 1 })).toThrow(InvalidOption);
    expect(() => stratifiedSplit(labelsOf(5, 9), { testShare: NaN, seed: 1 })).toThrow(InvalidOption);
  });
});

describe('splits by time', () => {
  it('put the latest rows in the test part', () => {
    const times = Float64Array.of(5, 1, 4, 2, 3, -1, 0, 8, 7, 6);
    const { train, test } = timeSplit(times, { testShare: 0.3 });
    expect([...test]).toEqual([9, 8, 7]);
    expect([...train]).toEqual([5, 6, 1, 3, 4, 2, 0]);
  });

  it('never divide rows of the same time', () => {
    const times = Float64Array.of(1, 1, 1, 2, 2, 2, 2, 2, 2, 3);
    expect([...timeSplit(times, { testShare: 0.2 }).test]).toEqual([9]);
    expect([...timeSplit(times, { testShare: 0.6 }).test]).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect([...timeSplit(Float64Array.of(1, 2, 3), { testShare: 0.001 }).test]).toEqual([2]);
  });

  it('leave a gap before the test part, of whole times', () => {
    const times = Float64Array.of(1, 1, 1, 2, 2, 2, 2, 2, 2, 3);
    const trained = (gap: number): number[] => [...timeSplit(times, { testShare: 0.1, gap }).train];
    expect(trained(0)).toHaveLength(9);
    for (const gap of [1, 5, 6]) expect(trained(gap)).toEqual([0, 1, 2]);
    expect([...timeSplit(times, { testShare: 0.1, gap: 6 }).test]).toEqual([9]);
    expect(() => trained(7)).toThrow('a gap of 7 rows leaves nothing to train on');
    expect(() => trained(-1)).toThrow(InvalidOption);
  });

  it('make folds with an expanding window', () => {
    const time = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(
        fc.array(time, { minLength: 2, maxLength: 80 }),
        fc.integer({ min: 1, max: 5 }),
        (list, folds) => {
          const times = Float64Array.from(list);
          fc.pre(new Set(list).size > folds);
          const parts = timeFolds(times, { folds });
          expect(parts).toHaveLength(folds);
          for (const [fold, { train, test }] of parts.entries()) {
            expect(train.length).toBeGreaterThan(0);
            expect(test.length).toBeGreaterThan(0);
            const last = Math.max(...Array.from(train, (row) => times[row]));
            expect(Math.min(...Array.from(test, (row) => times[row]))).toBeGreaterThan(last);
            const following = parts[fold + 1];
            const seen = [...train, ...test];
            expect(seen).toEqual(following === undefined ? [...seen] : [...following.train]);
          }
          expect(parts[folds - 1].train.length + parts[folds - 1].test.length).toBe(times.length);
        },
      ),
    );
  });

  it('make folds of about equal size', () => {
    const times = Float64Array.from({ length: 60 }, (_, row) => row);
    expect(timeFolds(times, { folds: 5 }).map(({ train, test }) => [train.length, test.length])).toEqual([
      [10, 10],
      [20, 10],
      [30, 10],
      [40, 10],
      [50, 10],
    ]);
  });

  it('say what is missing', () => {
    expect(() => timeSplit(Float64Array.of(1, 1), { testShare: 0.5 })).toThrow(
      'needs at least 2 different times',
    );
    expect(() => timeSplit(new Float64Array(0), { testShare: 0.5 })).toThrow(InsufficientData);
    expect(() => timeSplit(Float64Array.of(1, NaN), { testShare: 0.5 })).toThrow(InvalidValue);
    expect(() => timeSplit(Float64Array.of(1, 2), { testShare: 0 })).toThrow(InvalidOption);
    expect(() => timeFolds(Float64Array.of(1, 2, 2), { folds: 2 })).toThrow('there are 2');
    expect(() => timeFolds(Float64Array.of(1, 2, 2), { folds: 0 })).toThrow(InvalidOption);
  });
});
