import { readFileSync } from 'node:fs';
import type { Column } from '@verdict/core';
import { InsufficientData, InvalidOption, InvalidValue, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldsOfColumn,
  largestFoldCount,
  makeSplits,
  nestedSplits,
  repeatedFolds,
  stratifiedFolds,
  timeWindows,
} from '../src/validation/index.ts';
import type { Split, SplitRows, ValidationScheme } from '../src/validation/index.ts';

interface Fixture {
  readonly windows: readonly {
    readonly times: readonly number[];
    readonly folds: number;
    readonly gap: number;
    readonly window: number | null;
    readonly splits: readonly { readonly train: readonly number[]; readonly test: readonly number[] }[];
  }[];
  readonly stratified: readonly {
    readonly labels: readonly number[];
    readonly folds: number;
    readonly repeats: number;
    readonly once: readonly (readonly [number, number])[];
    readonly often: readonly (readonly [number, number])[];
  }[];
  readonly grouped: readonly {
    readonly labels: readonly number[];
    readonly groups: readonly number[];
    readonly folds: number;
    readonly counts: readonly (readonly [number, number])[];
  }[];
}

/** By scikit-learn; made by fixtures/make-validation.py. */
const sklearn = JSON.parse(
  readFileSync(new URL('./fixtures/validation.json', import.meta.url), 'utf8'),
) as Fixture;

const countsOf = (labels: Uint8Array, splits: readonly Split[]): [number, number][] =>
  splits.map(({ test }) => {
    const positives = test.reduce((sum, row) => sum + labels[row], 0);
    return [positives, test.length - positives];
  });

/** The same numbers whatever the order of the folds. */
const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

const isPermutation = (rows: readonly number[], count: number): boolean =>
  rows.length === count && new Set(rows).size === count && rows.every((row) => row < count);

/** Tables of labels, groups and times, as random as can be. */
const someRows = rowsOfAtLeast(4);

function rowsOfAtLeast(minLength: number): fc.Arbitrary<SplitRows> {
  return fc
    .record({
      rows: fc.array(
        fc.record({
          label: fc.constantFrom(0, 1),
          group: fc.integer({ min: -1, max: 15 }),
          time: fc.integer({ min: 0, max: 40 }),
          fold: fc.constantFrom('a', 'b', 'c', 'd'),
        }),
        { minLength, maxLength: 90 },
      ),
      grouped: fc.boolean(),
    })
    .map(({ rows, grouped }) => ({
      labels: Uint8Array.from(rows, ({ label }) => label),
      groups: grouped ? Int32Array.from(rows, ({ group }) => group) : undefined,
      times: Float64Array.from(rows, ({ time }) => time),
      foldColumn: {
        kind: 'code',
        name: 'site',
        codes: Int32Array.from(rows, ({ fold }) => 'dcba'.indexOf(fold)),
        levels: [...'dcba'],
      } as const,
    }));
}

const someScheme: fc.Arbitrary<ValidationScheme> = fc.oneof(
  fc.record({
    kind: fc.constant('stratified' as const),
    folds: fc.integer({ min: 2, max: 5 }),
    repeats: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('expanding' as const),
    folds: fc.integer({ min: 1, max: 4 }),
    gap: fc.integer({ min: 0, max: 8 }),
  }),
  fc.record({
    kind: fc.constant('rolling' as const),
    folds: fc.integer({ min: 1, max: 4 }),
    gap: fc.integer({ min: 0, max: 8 }),
    window: fc.integer({ min: 5, max: 30 }),
  }),
  fc.constant({ kind: 'column' as const }),
);

/** The splits, or undefined where the rows do not allow them. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof InsufficientData) return undefined;
    throw error;
  }
}

describe('windows of time', () => {
  it.each(sklearn.windows)('of $folds folds, gap $gap and window $window are TimeSeriesSplit’s', (one) => {
    const { folds, gap, window } = one;
    const times = Float64Array.from(one.times);
    const splits = timeWindows(
      times,
      window === null ? { kind: 'expanding', folds, gap } : { kind: 'rolling', folds, gap, window },
    );
    expect(splits.map(({ train, test }) => ({ train: [...train], test: [...test] }))).toEqual(one.splits);
  });

  it('roll by default with the length of the first window', () => {
    const times = Float64Array.from({ length: 60 }, (_, row) => row);
    const splits = timeWindows(times, { kind: 'rolling', folds: 5, gap: 2 });
    expect(splits.map(({ train }) => [train[0], train.at(-1)])).toEqual([
      [0, 7],
      [10, 17],
      [20, 27],
      [30, 37],
      [40, 47],
    ]);
  });

  it('keep rows of one time together, in blocks, gap and window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 3, maxLength: 80 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 6 }),
        fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
        (list, folds, gap, window) => {
          const times = Float64Array.from(list);
          const order = [...times.keys()].sort((a, b) => times[a] - times[b] || a - b);
          const place = new Map(order.map((row, position) => [row, position]));
          const splits = attempt(() =>
            timeWindows(
              times,
              window === undefined
                ? { kind: 'expanding', folds, gap }
                : { kind: 'rolling', folds, gap, window },
            ),
          );
          fc.pre(splits !== undefined);
          expect(splits).toHaveLength(folds);
          const seen: number[] = [];
          for (const { train, test } of splits!) {
            const first = place.get(test[0])!;
            expect(Math.max(...train.map((row) => times[row]))).toBeLessThan(times[test[0]]);
            expect(first - place.get(train.at(-1)!)! - 1).toBeGreaterThanOrEqual(gap);
            expect(train.length).toBeLessThanOrEqual(window ?? list.length);
            const held = new Set([...train, ...test].map((row) => times[row]));
            expect(train.length + test.length).toBe(list.filter((time) => held.has(time)).length);
            seen.push(...test);
          }
          expect(seen).toEqual(order.slice(order.length - seen.length));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('say what cannot be', () => {
    const times = Float64Array.of(1, 2, 3, 4, 5, 6);
    const tied = Float64Array.of(1, 1, 1, 1, 2, 3);
    const made = (own: Float64Array, options: Omit<Parameters<typeof timeWindows>[1], 'folds'>) => () =>
      timeWindows(own, { folds: 2, ...options });
    expect(made(times, { kind: 'expanding', gap: 2 })).toThrow('a gap of 2 rows leaves nothing to train on');
    expect(made(tied, { kind: 'rolling', window: 3 })).toThrow('has more rows than the window of 3');
    expect(made(Float64Array.of(1, 1, 2), { kind: 'expanding' })).toThrow('needs at least 3 different times');
    expect(made(Float64Array.of(1, NaN, 2), { kind: 'expanding' })).toThrow(InvalidValue);
    expect(made(times, { kind: 'expanding', window: 3 })).toThrow(InvalidOption);
    expect(made(times, { kind: 'rolling', window: 0 })).toThrow(InvalidOption);
    expect(made(times, { kind: 'rolling', gap: -1 })).toThrow(InvalidOption);
    expect(made(new Float64Array(0), { kind: 'expanding' })).toThrow(InsufficientData);
  });
});

describe('folds and repeats', () => {
  it.each(sklearn.stratified)('hold as many rows of each class as StratifiedKFold’s ($folds)', (one) => {
    const labels = Uint8Array.from(one.labels);
    const { folds, repeats } = one;
    const own = makeSplits({ labels }, { kind: 'stratified', folds, repeats }, 3);
    expect(own).toHaveLength(one.often.length);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const counts = countsOf(labels, own.slice(repeat * folds, (repeat + 1) * folds));
      for (const theirs of [one.once, one.often.slice(repeat * folds, (repeat + 1) * folds)]) {
        for (const part of [0, 1] as const) {
          expect(sorted(counts.map((count) => count[part]))).toEqual(
            sorted(theirs.map((count) => count[part])),
          );
        }
        expect(sorted(counts.map(([p, n]) => p + n))).toEqual(sorted(theirs.map(([p, n]) => p + n)));
      }
    }
  });

  it.each(sklearn.grouped)('of groups are no less balanced than StratifiedGroupKFold’s ($folds)', (one) => {
    const labels = Uint8Array.from(one.labels);
    const groups = Int32Array.from(one.groups);
    const splits = makeSplits({ labels, groups }, { kind: 'stratified', folds: one.folds }, 3);
    const deviation = (counts: readonly (readonly [number, number])[]): number => {
      const totals = [0, 1].map((part) => counts.reduce((sum, count) => sum + count[part], 0));
      return Math.max(
        ...counts.flatMap((count) =>
          count.map((rows, part) => Math.abs(rows / totals[part] - 1 / counts.length)),
        ),
      );
    };
    expect(deviation(countsOf(labels, splits))).toBeLessThanOrEqual(deviation(one.counts) + 1e-12);
    for (const { train, test } of splits) {
      const tested = new Set(test.map((row) => groups[row]));
      expect(train.some((row) => tested.has(groups[row]))).toBe(false);
    }
  });

  it('are drawn anew for every repeat, the first as without repeats', () => {
    const labels = Uint8Array.from({ length: 80 }, (_, row) => (row % 3 === 0 ? 1 : 0));
    const dealt = repeatedFolds(labels, { folds: 4, repeats: 5, seed: 9 });
    expect(dealt[0]).toEqual(stratifiedFolds(labels, { folds: 4, seed: 9 }));
    expect(new Set(dealt.map(String)).size).toBe(5);
    expect(repeatedFolds(labels, { folds: 4, repeats: 5, seed: 9 })).toEqual(dealt);
    // Neighbouring seeds share no dealing.
    const others = repeatedFolds(labels, { folds: 4, repeats: 5, seed: 10 });
    expect(new Set([...dealt, ...others].map(String)).size).toBe(10);
    expect(() => repeatedFolds(labels, { folds: 4, repeats: 0, seed: 9 })).toThrow(InvalidOption);
  });
});

describe('folds of a column', () => {
  const labels = Uint8Array.of(0, 1, 0, 1, 0, 1);
  const texts = (...codes: number[]): Column => ({
    kind: 'code',
    name: 'site',
    codes: Int32Array.from(codes),
    levels: ['south', 'north', 'unused', 'east'],
  });
  const numbers = (...values: number[]): Column => ({
    kind: 'number',
    name: 'site',
    values: Float64Array.from(values),
  });

  it('are numbered by their values', () => {
    expect([...foldsOfColumn(texts(0, 0, 1, 1, 3, 3), labels)]).toEqual([2, 2, 1, 1, 0, 0]);
    expect([...foldsOfColumn(numbers(10, 10, -3, -3, 2.5, 2.5), labels)]).toEqual([2, 2, 0, 0, 1, 1]);
    expect([...foldsOfColumn(numbers(0, -0, 1, 1, Infinity, Infinity), labels)]).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('name what is wrong with them', () => {
    expect(() => foldsOfColumn(texts(0, 0, 1, -1, 1, 1), labels)).toThrow(
      'row 4, column "site": expected a fold in every row',
    );
    expect(() => foldsOfColumn(numbers(0, 0, 1, 1, NaN, 1), labels)).toThrow('row 5, column "site"');
    expect(() => foldsOfColumn(texts(1, 1, 1, 1, 1, 1), labels)).toThrow('all rows are of one fold, "north"');
    expect(() => foldsOfColumn(numbers(1, 1, 2, 1, 2, 1), labels)).toThrow(
      'the fold "2" has 2 rows and no positive one among them',
    );
    expect(() => foldsOfColumn(texts(0, 0, 0, 0, 0, 1), labels)).toThrow(
      'the fold "north" has 1 row and no negative one among them',
    );
    const many = Uint8Array.from({ length: 102 }, (_, row) => row % 2);
    expect(() => foldsOfColumn(numbers(...many.map((_, row) => row >> 1)), many)).toThrow('at most 50 folds');
    expect(() => foldsOfColumn(numbers(1), labels)).toThrow(InvalidOption);
    expect(() => foldsOfColumn(numbers(), new Uint8Array(0))).toThrow(InsufficientData);
  });

  it('are the splits of the scheme', () => {
    const splits = makeSplits({ labels, foldColumn: texts(0, 0, 1, 1, 3, 3) }, { kind: 'column' }, 1);
    expect(splits.map(({ train, test }) => [[...train], [...test]])).toEqual([
      [
        [0, 1, 2, 3],
        [4, 5],
      ],
      [
        [0, 1, 4, 5],
        [2, 3],
      ],
      [
        [2, 3, 4, 5],
        [0, 1],
      ],
    ]);
  });
});

/** Which of the laws that hold of every scheme's splits are broken. */
function brokenLaws(rows: SplitRows, scheme: ValidationScheme, splits: readonly Split[]): string[] {
  const { labels, groups, times } = rows;
  const ordered = scheme.kind === 'expanding' || scheme.kind === 'rolling';
  const broken = splits.flatMap(({ train, test }) => {
    const time = (row: number): number => times?.[row] ?? 0;
    const tested = new Set(groups === undefined ? [] : Array.from(test, (row) => groups[row]));
    tested.delete(-1);
    const first = Math.min(...Array.from(test, time));
    const last = Math.max(...Array.from(train, time));
    const between = [...labels.keys()].filter((row) => time(row) > last && time(row) < first).length;
    return Object.entries({
      'parts overlap': new Set([...train, ...test]).size < train.length + test.length,
      'a part lacks a class': [train, test].some((part) => new Set(part.map((row) => labels[row])).size < 2),
      'a row is left out': !ordered && !isPermutation([...train, ...test], labels.length),
      'a group is on both sides':
        scheme.kind !== 'column' && train.some((row) => tested.has(groups?.[row] ?? -1)),
      'it learns from the future': ordered && last >= first,
      'the gap is too short': ordered && between < (scheme.gap ?? 0),
      'the window is too long': scheme.kind === 'rolling' && train.length > (scheme.window ?? Infinity),
    }).flatMap(([law, isBroken]) => (isBroken ? [law] : []));
  });
  const repeats = scheme.kind === 'stratified' ? (scheme.repeats ?? 1) : 1;
  const folds = splits.length / repeats;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const tested = splits.slice(repeat * folds, (repeat + 1) * folds).flatMap(({ test }) => [...test]);
    const once = new Set(tested).size === tested.length;
    if (ordered ? !once : !isPermutation(tested, labels.length)) broken.push('a row is not tested once');
  }
  return broken;
}

describe('makeSplits', () => {
  it('parts rows, keeps groups on one side, learns nothing from the future, and leaves both classes to all', () => {
    let made = 0;
    fc.assert(
      fc.property(someRows, someScheme, fc.nat(), (rows, scheme, seed) => {
        const splits = attempt(() => makeSplits(rows, scheme, seed));
        if (splits === undefined) return;
        made++;
        expect(brokenLaws(rows, scheme, splits)).toEqual([]);
        expect(makeSplits(rows, scheme, seed)).toEqual(splits);
      }),
      { numRuns: 600 },
    );
    expect(made).toBeGreaterThan(100);
  });

  it('finds folds wherever there are any', () => {
    fc.assert(
      fc.property(someRows, fc.integer({ min: 2, max: 5 }), fc.nat(), ({ labels, groups }, wanted, seed) => {
        const folds = largestFoldCount(labels, groups, wanted);
        fc.pre(folds >= 2);
        expect(makeSplits({ labels, groups }, { kind: 'stratified', folds }, seed)).toHaveLength(folds);
      }),
    );
  });

  it('says what a scheme needs', () => {
    const labels = Uint8Array.of(0, 1, 0, 1);
    expect(() => makeSplits({ labels }, { kind: 'column' }, 1)).toThrow('a column with the role fold');
    expect(() => makeSplits({ labels }, { kind: 'expanding', folds: 2 }, 1)).toThrow(
      'a column with the role time',
    );
    const times = Float64Array.of(1, 2, 3, 4);
    expect(() => makeSplits({ labels, times }, { kind: 'expanding', folds: 1 }, 1)).not.toThrow();
    expect(() => makeSplits({ labels, times }, { kind: 'expanding', folds: 2 }, 1)).toThrow(
      'the test part of split 1 has 1 row and no positive one among them',
    );
    const groups = Int32Array.of(0, 1, 0, 1);
    expect(() => makeSplits({ labels, times, groups }, { kind: 'expanding', folds: 1 }, 1)).toThrow(
      'the training part of split 1 has 0 rows',
    );
  });
});

describe('nestedSplits', () => {
  it('never show an outer test row to an inner split', () => {
    let made = 0;
    fc.assert(
      fc.property(rowsOfAtLeast(40), someScheme, someScheme, (rows, outer, inner) => {
        const splits = attempt(() => nestedSplits(rows, outer, inner, 5));
        if (splits === undefined) return;
        made++;
        expect(splits.map(({ train, test }) => ({ train, test }))).toEqual(makeSplits(rows, outer, 5));
        for (const { train, test, inner: own } of splits) {
          const allowed = new Set(train);
          const judged = new Set(test);
          for (const split of own) {
            for (const row of [...split.train, ...split.test]) {
              expect(allowed.has(row)).toBe(true);
              expect(judged.has(row)).toBe(false);
            }
            expect(new Set(split.train).isDisjointFrom(new Set(split.test))).toBe(true);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(made).toBeGreaterThan(40);
  });

  it('draw the inner folds of every outer split by a seed of their own', () => {
    const random = new Random(4);
    const labels = Uint8Array.from({ length: 60 }, () => (random.float() < 0.4 ? 1 : 0));
    const scheme = { kind: 'stratified', folds: 3 } as const;
    const splits = nestedSplits({ labels }, scheme, scheme, 1);
    const inner = splits.map(({ train, inner: own }) => String(own[0].test.map((row) => train.indexOf(row))));
    expect(new Set(inner).size).toBe(3);
    expect(nestedSplits({ labels }, scheme, scheme, 1)).toEqual(splits);
  });

  it('take the folds of a column that are left', () => {
    const labels = Uint8Array.of(0, 1, 0, 1, 0, 1);
    const foldColumn: Column = { kind: 'number', name: 'f', values: Float64Array.of(1, 1, 2, 2, 3, 3) };
    const [first] = nestedSplits({ labels, foldColumn }, { kind: 'column' }, { kind: 'column' }, 1);
    expect(first.inner.map(({ test }) => [...test])).toEqual([
      [2, 3],
      [4, 5],
    ]);
    const two: Column = { kind: 'number', name: 'f', values: Float64Array.of(1, 1, 2, 2, 2, 2) };
    expect(() =>
      nestedSplits({ labels, foldColumn: two }, { kind: 'column' }, { kind: 'column' }, 1),
    ).toThrow('all rows are of one fold');
  });
});
