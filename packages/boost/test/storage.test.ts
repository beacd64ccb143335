import { describe, expect, it } from 'vitest';
import { Random } from '@verdict/core';
import { binMatrix, trainSync } from '../src/index.ts';
import type { FeatureType, Matrix, ParamsInput } from '../src/index.ts';
import { columnBins } from '../src/storage.ts';
import { numericMatrix, range } from './support/made-data.ts';

const random = new Random(21);

function matrixOf(columns: readonly (readonly [FeatureType, Float32Array])[]): Matrix {
  return {
    rowCount: columns[0][1].length,
    columns: columns.map(([, values]) => values),
    featureNames: columns.map((_, f) => `x${f}`),
    featureTypes: columns.map(([type]) => type),
  };
}

/** Indicators of each level of a column of whole numbers. */
function indicators(codes: readonly number[], levels: number): [FeatureType, Float32Array][] {
  return Array.from({ length: levels }, (_, level) => [
    'q',
    Float32Array.from(codes, (code) => (code === level ? 1 : 0)),
  ]);
}

/** Columns of all kinds: some exclude one another, some have few bins, some neither. */
function mixedTable(rows: number): { matrix: Matrix; labels: Float32Array } {
  const draw = (make: () => number): Float32Array => Float32Array.from({ length: rows }, make);
  const first = Array.from({ length: rows }, () => random.integer(30));
  const second = Array.from({ length: rows }, () => random.integer(7));
  const matrix = matrixOf([
    ['q', draw(() => random.normal())],
    ...indicators(first, 30),
    ['c', draw(() => (random.float() < 0.1 ? NaN : random.integer(5)))],
    ['int', draw(() => random.integer(12))],
    ...indicators(second, 7),
    // Off its common bin, which is in the middle, only where the level is 3; with gaps.
    [
      'q',
      Float32Array.from(first, (code) => (code !== 3 ? 5 : random.float() < 0.3 ? NaN : random.integer(11))),
    ],
    ['c', Float32Array.from(first, (code) => (code === 4 ? random.integer(9) : 6))],
    ['i', draw(() => (random.float() < 0.5 ? 1 : 0))],
    ['i', draw(() => (random.float() < 0.2 ? NaN : random.integer(2)))],
    ['q', draw(() => 7)],
    ['q', draw(() => NaN)],
    ['c', draw(() => random.integer(40))],
  ]);
  const labels = Float32Array.from({ length: rows }, (_, row) => {
    const margin = (first[row] % 3) - 1 + (second[row] === 2 ? 1.5 : 0) + matrix.columns[0][row];
    return random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  });
  return { matrix, labels };
}

const table = mixedTable(20_000);
const shared = binMatrix(table.matrix);
const apart = binMatrix(table.matrix, { share: false });

describe('columns that share bytes', () => {
  it('are fewer than columns', () => {
    expect(apart.storage.length).toBe(table.matrix.columns.length);
    // The numbers, both sets of indicators with what fits beside them, and the categories.
    expect(shared.storage.length).toBeLessThan(7);
    expect(shared.storage.every(({ size }) => size <= 256)).toBe(true);
  });

  it('keep every bin', () => {
    expect(shared.columns).toStrictEqual(apart.columns);
    for (const f of table.matrix.columns.keys()) {
      expect(columnBins(shared, f)).toStrictEqual(apart.storage[f].bins);
      expect(apart.places[f].storage).toBe(f);
    }
    for (const { bins, size } of shared.storage) expect(bins.every((byte) => byte < size)).toBe(true);
  });

  it.each<[string, ParamsInput]>([
    ['whole trees', { max_depth: 6 }],
    ['leaves by their gain', { max_depth: 0, max_leaves: 40, grow_policy: 'lossguide', alpha: 0.5 }],
    [
      'samples of rows and columns',
      { subsample: 0.6, colsample_bytree: 0.5, colsample_bynode: 0.6, seed: 3 },
    ],
    ['sorted categories and bounded leaves', { max_cat_to_onehot: 1, max_delta_step: 0.7, cat_smooth: 5 }],
    ['light leaves', { min_child_weight: 0, lambda: 0, max_depth: 9 }],
  ])('give the same model, for %s', (_, params) => {
    const rows = range(15_000);
    const validationRows = range(5000, 15_000);
    const options = { rounds: 8, earlyStoppingRounds: 3, evaluateTraining: true };
    const [one, other, threaded] = [
      [apart, 1],
      [shared, 1],
      [shared, 2],
    ].map(([binned, threads]) =>
      trainSync({ binned: binned as typeof shared, labels: table.labels, rows, validationRows }, params, {
        ...options,
        threads: threads as number,
      }),
    );
    expect(other.booster.toUbj()).toStrictEqual(one.booster.toUbj());
    expect(threaded.booster.toUbj()).toStrictEqual(one.booster.toUbj());
    expect(other.history).toStrictEqual(one.history);
    expect(other.booster.predictBinned(shared, validationRows)).toStrictEqual(other.validationMargins);
  });

  it.each([[[1, 2, 3]], [[2, 1, 3]], [[1, 1, 2, 1, 5]], [[3, 1, 2, 2]]])(
    'give the same model beside columns of one bin: levels %j',
    (levels) => {
      const columns = levels.map((count) =>
        Float32Array.from({ length: 16_384 }, () => (count === 1 ? 7 : random.integer(count))),
      );
      const two = columns[levels.indexOf(2)];
      const labels = Float32Array.from(two, (value) => (random.float() < 0.5 ? value : random.integer(2)));
      const matrix = numericMatrix(columns);
      const [one, other] = [true, false].map((share) => binMatrix(matrix, { share }));
      expect(one.storage.length).toBe(1);
      const [together, apartModel] = [one, other].map(
        (binned) => trainSync({ binned, labels }, {}, { rounds: 3 }).booster,
      );
      expect(together.toUbj()).toStrictEqual(apartModel.toUbj());
      expect([...together.importance('weight').keys()]).toContain(`x${levels.indexOf(2)}`);
      expect(together.predictBinned(one)).toStrictEqual(together.predictMargin(matrix));
    },
  );

  it('of a small table are bundled, not joined', () => {
    const codes = Array.from({ length: 900 }, () => random.integer(60));
    const matrix = matrixOf([...indicators(codes, 60), ['i', Float32Array.from(codes, (code) => code % 2)]]);
    const binned = binMatrix(matrix);
    expect(binned.storage.map(({ size }) => size)).toStrictEqual([61, 2]);
    for (const [f, { bins }] of binMatrix(matrix, { share: false }).storage.entries()) {
      expect(columnBins(binned, f)).toStrictEqual(bins);
    }
  });

  it.each([
    [3, 5],
    [900, 40],
    [20_000, 30],
  ])('take no more than a byte a cell: %i rows, %i columns', (rows, columns) => {
    const drawn = Array.from({ length: columns }, (_, f) =>
      Float32Array.from({ length: rows }, () => (f % 2 === 0 ? random.normal() : random.integer(2))),
    );
    for (const share of [true, false]) {
      const { storage } = binMatrix(numericMatrix(drawn), { share });
      const buffers = new Set(storage.map(({ bins }) => bins.buffer));
      const bytes = [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0);
      expect(bytes).toBeLessThanOrEqual(rows * columns);
    }
  });

  it('never lie together where they meet', () => {
    // Each pair meets in exactly one row.
    const columns = Array.from({ length: 12 }, (_, f) =>
      Float32Array.from({ length: 66 }, (_, row) => (pairOf(row).includes(f) ? 1 : 0)),
    );
    expect(binMatrix(numericMatrix(columns)).storage.length).toBe(12);
  });

  it('begin a new byte where 256 bins are full', () => {
    const codes = Array.from({ length: 3000 }, (_, row) => row % 600);
    const binned = binMatrix(matrixOf(indicators(codes, 600)));
    expect(binned.storage.map(({ size }) => size)).toStrictEqual([256, 256, 91]);
    const apartBinned = binMatrix(matrixOf(indicators(codes, 600)), { share: false });
    for (const f of [0, 254, 255, 599]) {
      expect(columnBins(binned, f)).toStrictEqual(apartBinned.storage[f].bins);
    }
  });

  it('may have no rows, no columns, or only one bin', () => {
    expect(binMatrix(numericMatrix([])).storage).toStrictEqual([]);
    expect(binMatrix(numericMatrix([new Float32Array(0), new Float32Array(0)])).places.length).toBe(2);
    const constant = binMatrix(numericMatrix([1, 2, 3].map((value) => new Float32Array(20_000).fill(value))));
    expect(constant.storage.map(({ size }) => size)).toStrictEqual([1]);
  });
});

/** The pair of numbers below 12 with that index. */
function pairOf(index: number): [number, number] {
  let high = 1;
  let rest = index;
  while (rest >= high) rest -= high++;
  return [rest, high];
}
