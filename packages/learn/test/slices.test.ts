import { readFileSync } from 'node:fs';
import { Random } from '@verdict/core';
import type { ColumnType, Dataset, Schema } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { profileOf } from '../src/bundle/index.ts';
import { fitFeatures } from '../src/features/index.ts';
import { findWeakSlices, sliceColumns } from '../src/subgroups/index.ts';
import type { WeakSlices } from '../src/subgroups/index.ts';
import { lossGap, without } from '../src/subgroups/slice-statistics.ts';
import type { LossSums } from '../src/subgroups/slice-statistics.ts';

const fixture = JSON.parse(readFileSync(new URL('fixtures/subgroups.json', import.meta.url), 'utf8')) as {
  readonly losses: readonly {
    readonly first: readonly number[];
    readonly second: readonly number[];
    readonly difference: number;
    readonly standardError: number;
  }[];
};

const types: ColumnType[] = ['numeric', 'category', 'boolean', 'numeric', 'category', 'integer'];

interface Rows {
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly at: (name: string) => (row: number) => number;
}

/** Independent columns c0 to c5 with some missing values; `at` gives a column's numbers or codes. */
function makeRows(rowCount: number, seed: number): Rows {
  const random = new Random(seed, 'slices');
  const numbers = (draw: () => number): Float64Array =>
    Float64Array.from({ length: rowCount }, () => (random.float() < 0.05 ? NaN : draw()));
  const codes = (levels: number): Int32Array =>
    Int32Array.from({ length: rowCount }, () => random.integer(levels));
  const columns: Dataset['columns'] = [
    { kind: 'number', name: 'c0', values: numbers(() => random.float()) },
    { kind: 'code', name: 'c1', codes: codes(4), levels: ['a', 'b', 'c', 'd'] },
    { kind: 'number', name: 'c2', values: Float64Array.from(codes(2)) },
    { kind: 'number', name: 'c3', values: numbers(() => random.normal()) },
    { kind: 'code', name: 'c4', codes: codes(3), levels: ['x', 'y', 'z'] },
    { kind: 'number', name: 'c5', values: numbers(() => random.integer(3)) },
  ];
  return {
    dataset: { rowCount, columns },
    schema: {
      columns: types.map((type, i) => ({ name: `c${i}`, type, role: 'feature', optional: true })),
      target: { name: 'target', positive: 'yes', negative: 'no' },
    },
    at: (name) => {
      const column = columns.find((one) => one.name === name)!;
      return (row) => (column.kind === 'number' ? column.values[row] : column.codes[row]);
    },
  };
}

const plan = fitFeatures(makeRows(100, 0).dataset, makeRows(100, 0).schema);

/** Slices of rows whose labels are drawn by `truth`, while the model says `told`. */
function search(
  { dataset, schema }: Rows,
  seed: number,
  truth: (row: number) => number,
  told: (row: number) => number = truth,
  weights?: Float64Array,
): WeakSlices {
  const random = new Random(seed, 'labels');
  const rows = Array.from({ length: dataset.rowCount }, (_, row) => row);
  const probabilities = Float64Array.from(rows, told);
  const labels = Uint8Array.from(rows, (row) => (random.float() < truth(row) ? 1 : 0));
  const columns = sliceColumns({
    schema,
    profile: profileOf(dataset, schema, probabilities),
    plan,
  });
  const codes = columns.map((column) => column.codes(dataset));
  return findWeakSlices({
    columns,
    codes,
    labels,
    probabilities,
    ...(weights === undefined ? {} : { weights }),
  });
}

describe('weak slices', () => {
  // At a true rate of one of forty, 500 runs find at most 21 and 2,000 at most 67 with a probability of 0.99. Losses
  // of even chances are the least skewed: there the bound is nearly reached.
  it.each([
    [0.1, 500, 21],
    [0.5, 2000, 67],
    [0.85, 500, 21],
  ])('are found in at most about one of forty tables without any, of positives %d', (base, runs, most) => {
    let found = 0;
    for (let seed = 0; seed < runs; seed++) {
      const rows = makeRows(750, seed + 1000 * base);
      const noise = new Random(seed, 'noise');
      // Probabilities that vary a little, as those of a model of noise do.
      const told = Float64Array.from({ length: 750 }, () => base + 0.03 * (noise.float() - 0.5));
      const { slices, looked } = search(
        rows,
        seed,
        () => base,
        (row) => told[row],
      );
      expect(looked).toBeGreaterThan(100);
      if (slices.length > 0) found++;
    }
    expect(found).toBeLessThanOrEqual(most);
  });

  it('are found where they were planted, and told as wrong or as unsure', () => {
    const rows = makeRows(2000, 7);
    const isB = (row: number): boolean => rows.at('c1')(row) === 1;
    const wrong = search(
      rows,
      1,
      (row) => (isB(row) ? 0.6 : 0.1),
      () => 0.1,
    );
    expect(wrong.slices[0]).toMatchObject({
      words: 'c1 is b',
      conditions: [{ kind: 'level', column: 'c1', level: 'b' }],
      beyondExpected: true,
    });
    const [slice] = wrong.slices;
    expect(slice.loss - slice.restLoss).toBeCloseTo(slice.difference, 12);
    expect(slice.low).toBeGreaterThan(0);
    expect(slice.high).toBeGreaterThan(slice.difference);
    expect(slice.predicted).toBeCloseTo(0.1, 12);
    expect(Math.abs(slice.observed - 0.6)).toBeLessThan(0.1);
    expect(slice.pValue).toBeLessThan(1e-6);

    const unsure = search(rows, 1, (row) => (isB(row) ? 0.5 : 0.05));
    expect(unsure.slices[0]).toMatchObject({ words: 'c1 is b', beyondExpected: false });
    expect(unsure.slices[0].expectedLoss).toBeCloseTo(Math.LN2, 12);
  });

  it('are shown where their interval lies above 0, and nowhere else', () => {
    let shown = 0;
    for (let seed = 0; seed < 60; seed++) {
      const rows = makeRows(1200, seed);
      const isB = (row: number): boolean => rows.at('c1')(row) === 1;
      // Weak enough that the test is often nearly undecided.
      const { slices } = search(
        rows,
        seed,
        (row) => (isB(row) ? 0.25 : 0.1),
        () => 0.1,
      );
      shown += slices.length;
      expect(slices.filter(({ low, pValue }) => !(low > 0 && pValue < 0.05))).toEqual([]);
    }
    expect(shown).toBeGreaterThan(20);
  });

  it('are named by ranges and by what is missing', () => {
    const rows = makeRows(3000, 9);
    const c0 = rows.at('c0');
    const high = search(rows, 2, (row) => (c0(row) > 0.8 ? 0.5 : 0.05));
    expect(high.slices[0].words).toMatch(/^c0 is 0\.(79|8)\d* or more$/);
    const missing = search(rows, 3, (row) => (Number.isNaN(c0(row)) ? 0.5 : 0.05));
    expect(missing.slices[0].words).toBe('c0 is missing');
    const low = search(rows, 2, (row) => (rows.at('c3')(row) < -0.9 ? 0.5 : 0.05));
    expect(low.slices[0].words).toMatch(/^c3 is below -0\.\d+$/);
    const yes = search(rows, 2, (row) => (rows.at('c2')(row) === 1 ? 0.5 : 0.05));
    expect(yes.slices[0].words).toBe('c2 is true');
  });

  it('of two columns are told as such, without their parts', () => {
    const rows = makeRows(6000, 11);
    const inside = (row: number): boolean => rows.at('c1')(row) === 0 && rows.at('c4')(row) === 2;
    const { slices } = search(rows, 4, (row) => (inside(row) ? 0.5 : 0.05));
    expect(slices[0].words).toBe('c1 is a and c4 is z');
    expect(slices.map(({ words }) => words)).not.toContain('c1 is a');
    expect(slices.map(({ words }) => words)).not.toContain('c4 is z');
  });

  it('of one column are not told again with a second that adds nothing', () => {
    const rows = makeRows(6000, 13);
    const { slices } = search(rows, 5, (row) => (rows.at('c1')(row) === 0 ? 0.5 : 0.05));
    expect(slices.map(({ words }) => words)).toEqual(['c1 is a']);
  });

  it('of nearly the same rows are told as one', () => {
    const rows = makeRows(2000, 15);
    const copied: Dataset = {
      rowCount: 2000,
      columns: rows.dataset.columns.map((column) =>
        column.name === 'c4' && column.kind === 'code'
          ? {
              ...column,
              codes: Int32Array.from(column.codes, (_, row) => (rows.at('c1')(row) === 0 ? 0 : 1)),
            }
          : column,
      ),
    };
    const { slices } = search({ ...rows, dataset: copied }, 6, (row) =>
      rows.at('c1')(row) === 0 ? 0.5 : 0.05,
    );
    expect(slices).toHaveLength(1);
    expect([slices[0].words, ...slices[0].alike].sort().slice(0, 2)).toEqual(['c1 is a', 'c4 is x']);
  });

  it('are not looked for in few rows, nor among rows that all lose alike', () => {
    const few = search(makeRows(50, 1), 1, () => 0.3);
    expect(few).toMatchObject({ looked: 0, slices: [], more: 0, minimumRows: 30 });
    const rows = makeRows(400, 1);
    const alike = search(
      rows,
      1,
      () => 1,
      () => 0.9,
    );
    expect(alike.slices).toEqual([]);
    expect(alike.loss).toBeCloseTo(-Math.log(0.9), 12);
    expect(search(makeRows(9000, 1), 1, () => 0.3).minimumRows).toBe(90);
  });

  it('do not depend on the scale of weights, and not on rows of weight zero', () => {
    const rows = makeRows(2000, 7);
    const truth = (row: number): number => (rows.at('c1')(row) === 1 ? 0.4 : 0.1);
    const plain = search(rows, 1, truth);
    const scaled = search(rows, 1, truth, truth, new Float64Array(2000).fill(8));
    expect(scaled.slices.map(({ words, rows }) => [words, rows])).toEqual(
      plain.slices.map(({ words, rows }) => [words, rows]),
    );
    expect(scaled.slices[0].difference).toBeCloseTo(plain.slices[0].difference, 12);
    const none = search(
      rows,
      1,
      truth,
      truth,
      Float64Array.from({ length: 2000 }, (_, row) => (rows.at('c1')(row) === 1 ? 0 : 1)),
    );
    expect(none.slices).toEqual([]);
  });

  it('are looked for in the 50 columns that the trees gain most by, and never in rare levels', () => {
    const rows = makeRows(100, 3);
    const rare: Dataset = {
      rowCount: 100,
      columns: rows.dataset.columns.map((column) =>
        column.name === 'c1' && column.kind === 'code'
          ? {
              ...column,
              codes: column.codes.map((code, row) => (row < 3 ? 4 : code)),
              levels: [...column.levels, 'rare'],
            }
          : column,
      ),
    };
    const columns = sliceColumns({
      schema: rows.schema,
      profile: profileOf(rare, rows.schema, new Float64Array(100)),
      plan: fitFeatures(rare, rows.schema),
    });
    expect(columns).toHaveLength(6);
    expect(JSON.stringify(columns)).not.toContain('rare');
    expect(columns[1].codes(rare).subarray(0, 3)).toEqual(Uint8Array.of(255, 255, 255));
  });

  it('refuse codes that are not those of the rows', () => {
    const rows = {
      columns: [],
      codes: [new Uint8Array(3)],
      labels: new Uint8Array(3),
      probabilities: new Float64Array(3),
    };
    expect(() => findWeakSlices(rows)).toThrow(/code for every row/);
  });
});

describe('the difference of two mean losses', () => {
  const sumsOf = (losses: readonly number[], weight = 1): LossSums => ({
    rows: losses.length,
    weight: weight * losses.length,
    squaredWeight: weight ** 2 * losses.length,
    loss: losses.reduce((sum, loss) => sum + weight * loss, 0),
    squaredLoss: losses.reduce((sum, loss) => sum + weight * loss * loss, 0),
  });

  it.each(fixture.losses.map((one, i) => [i, one] as const))(
    'has SciPy’s standard error, case %s',
    (_, one) => {
      for (const weight of [1, 0.25]) {
        const gap = lossGap(sumsOf(one.first, weight), sumsOf(one.second, weight));
        expect(gap.difference).toBeCloseTo(one.difference, 12);
        expect(gap.standardError).toBeCloseTo(one.standardError, 12);
        expect(gap.degrees).toBeCloseTo(44, 12);
      }
    },
  );

  it('is one-sided, and nothing where there is no spread or no row', () => {
    const [a, b] = [sumsOf([1, 2, 3, 4]), sumsOf([5, 6, 7, 9])];
    expect(lossGap(a, b).pValue + lossGap(b, a).pValue).toBeCloseTo(1, 12);
    expect(lossGap(b, a).pValue).toBeLessThan(0.05);
    expect(lossGap(sumsOf([2, 2, 2]), sumsOf([2, 2])).pValue).toBe(1);
    expect(lossGap(sumsOf([]), a).pValue).toBe(1);
    expect(lossGap(sumsOf([5, 5, 5]), sumsOf([1, 1, 1]), 100).pValue).toBeGreaterThan(0.2);
    expect(without(sumsOf([1, 2, 3]), sumsOf([3]))).toEqual(sumsOf([1, 2]));
  });
});
