import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { binMatrix } from '../src/index.ts';
import { columnBins } from '../src/storage.ts';
import { numericMatrix } from './support/made-data.ts';
import { sortedCuts } from './support/sorted-cuts.ts';

/** Cuts of a column as binned, without the one behind all values. */
function foundCuts(values: Float32Array, maxBin: number, weights?: Float32Array): number[] {
  const [column] = binMatrix(numericMatrix([values]), { maxBin, ...(weights && { weights }) }).columns;
  return [...column.cuts.subarray(0, column.valueBins - 1)];
}

type Maker = (random: Random, row: number) => number;

const makers: Record<string, Maker> = {
  normal: (random) => random.normal(),
  'log-normal': (random) => Math.exp(3 * random.normal()),
  'of sixty orders of magnitude': (random) =>
    10 ** (60 * random.float() - 30) * (random.float() < 0.5 ? -1 : 1),
  'of a dozen whole numbers': (random) => random.integer(12),
  'of five thousand whole numbers': (random) => random.integer(5000),
  'rounded and skewed': (random) => Math.round(Math.exp(12 * random.float())),
  'mostly zero': (random) => (random.float() < 0.9 ? 0 : random.normal()),
  'with ties, gaps and a cluster': (random) =>
    random.float() < 0.3 ? random.integer(5) : random.float() < 0.5 ? NaN : 1000 + random.float() * 1e-3,
  'in ascending order': (_, row) => row,
  'in descending order': (_, row) => -row / 1000,
  constant: () => 3,
  missing: () => NaN,
  'with infinities': (random) => [Infinity, -Infinity, 0, NaN, 3.4e38][random.integer(5)],
  'of zeros and an infinity': (random) => (random.float() < 0.03 ? Infinity : 0),
  'with rare values between many equal ones': (_, row) => (row % 1000 === 7 ? row % 300 : 5),
  'with far outliers': (random, row) => (row % 37 === 0 ? 1e30 : random.float() / 1000),
  subnormal: (random) => random.normal() * 1e-42,
  'beyond what floats hold': (random) => random.normal() * 1e39,
  'of two close clusters': (_, row) => (row % 2 === 0 ? 1 : -1) * (1 + row * 1e-7),
  'that hides where a sample does not look': (_, row) => (row % 10 < 9 ? 7 : 7 + row * 1e-6),
};

describe.each(Object.keys(makers))('cuts of a column %s', (name) => {
  const random = new Random(8, name);
  const values = Float32Array.from({ length: 20_000 }, (_, row) => makers[name](random, row));

  it.each([256, 17, 2])('are those of the sorted column, max_bin %i', (maxBin) => {
    expect(foundCuts(values, maxBin)).toStrictEqual(sortedCuts(values, maxBin - 1));
  });

  it('are those of the sorted column with weights', () => {
    // Whole numbers over 1024: their sums are exact in any order.
    const weights = Float32Array.from(values, () => (random.integer(20) * (1 + random.integer(500))) / 1024);
    expect(foundCuts(values, 256, weights)).toStrictEqual(sortedCuts(values, 255, weights));
  });

  it.each([1, 2, 300, 700, 6000])('are those of the sorted column where it has %i rows', (rows) => {
    const few = values.slice(-rows);
    const weights = Float32Array.from(few, () => random.integer(9) / 8);
    expect(foundCuts(few, 64)).toStrictEqual(sortedCuts(few, 63));
    expect(foundCuts(few, 64, weights)).toStrictEqual(sortedCuts(few, 63, weights));
  });

  it('are counted by the bins', () => {
    const binned = binMatrix(numericMatrix([values]));
    const [{ cuts, valueBins }] = binned.columns;
    const bins = columnBins(binned, 0);
    const wrong = values.findIndex((value, row) => {
      const expected = Number.isNaN(value)
        ? valueBins
        : cuts.subarray(0, valueBins - 1).findLastIndex((cut) => cut <= value) + 1;
      return bins[row] !== expected;
    });
    expect(wrong).toBe(-1);
  });
});

describe('cuts', () => {
  it.each(['normal', 'log-normal', 'in ascending order'])('of values %s part them equally', (name) => {
    const random = new Random(9, name);
    const values = Float32Array.from({ length: 50_000 }, (_, row) => makers[name](random, row));
    const sorted = values.toSorted();
    const ranks = foundCuts(values, 65).map((cut) => sorted.findIndex((value) => value >= cut));
    const errors = ranks.map((rank, k) => Math.abs(rank / 50_000 - (k + 1) / 64));
    expect(errors.length).toBe(63);
    // An eighth of a bin is the duty; what is left here are ties and whole rows.
    expect(Math.max(...errors)).toBeLessThan(1 / (8 * 64) / 4);
  });

  it('do not depend on the order of the rows', () => {
    assert(
      property(integer(), integer({ min: 1, max: 3 }), (seed, decimals) => {
        const random = new Random(seed >>> 0);
        const values = Float32Array.from({ length: 17_000 }, () => Number(random.normal().toFixed(decimals)));
        expect(foundCuts(values.toSorted(), 100)).toStrictEqual(foundCuts(values, 100));
      }),
      { numRuns: 10 },
    );
  });
});
