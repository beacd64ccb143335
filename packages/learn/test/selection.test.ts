import { binMatrix, trainSync } from '@verdict/boost';
import type { FeatureType, Matrix } from '@verdict/boost';
import { InsufficientData, InvalidOption, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { takeFeatures } from '../src/selection/binned-columns.ts';
import {
  chooseCount,
  countGrid,
  recursiveElimination,
  selectionMethods,
  selectionTaskCount,
  shadowFeatures,
} from '../src/selection/index.ts';
import type { CountChoice, CountChoiceInput } from '../src/selection/index.ts';
import { meanLosses, pairedDifference } from '../src/selection/paired-losses.ts';
import { openPool } from '../src/training/index.ts';
import { makeSplits } from '../src/validation/index.ts';

interface MadeTable {
  readonly matrix: Matrix;
  readonly labels: Uint8Array;
}

/** Features 0, 1 and 2 (a category) make the label, `strength` times; the others are noise of all kinds. */
function makeTable(rows: number, noise: number, strength: number, seed: number): MadeTable {
  const random = new Random(seed, 'made');
  const signal = [
    Float32Array.from({ length: rows }, () => random.normal()),
    Float32Array.from({ length: rows }, () => random.normal()),
    Float32Array.from({ length: rows }, () => random.integer(4)),
  ];
  const columns = [...signal];
  const featureTypes: FeatureType[] = ['q', 'q', 'c'];
  for (let f = 0; f < noise; f++) {
    const kind = f % 3;
    featureTypes.push(kind === 1 ? 'c' : 'q');
    columns.push(
      Float32Array.from({ length: rows }, () =>
        kind === 0
          ? random.normal()
          : kind === 1
            ? random.integer(20)
            : random.float() < 0.2
              ? NaN
              : random.integer(5),
      ),
    );
  }
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const margin = 1.5 * signal[0][row] - signal[1][row] + (signal[2][row] === 2 ? 1.5 : -0.5);
    return random.float() < 1 / (1 + Math.exp(-strength * margin)) ? 1 : 0;
  });
  return {
    labels,
    matrix: { rowCount: rows, columns, featureTypes, featureNames: columns.map((_, f) => `f${f}`) },
  };
}

const splitsFor = (labels: Uint8Array, folds = 3): CountChoiceInput['splits'] =>
  makeSplits({ labels }, { kind: 'stratified', folds }, 1).map(({ train, test }) => ({
    rows: train,
    validationRows: test,
  }));

const one = openPool(1);
const two = openPool(2);
afterAll(async () => {
  await one.close();
  await two.close();
});

const choose = (table: MadeTable, rest: Partial<CountChoiceInput> = {}): Promise<CountChoice> =>
  chooseCount({
    method: 'f_classif',
    ...table,
    splits: splitsFor(table.labels),
    seed: 3,
    pool: two,
    ...rest,
  });

describe('some features of a binned matrix', () => {
  it('train the same trees as if they alone had been binned', () => {
    const { matrix, labels } = makeTable(300, 9, 1, 2);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...matrix.columns.keys()], { minLength: 1 }),
        fc.nat(),
        (chosen, seed) => {
          const features = Uint32Array.from(chosen);
          const alone = binMatrix({
            rowCount: matrix.rowCount,
            columns: chosen.map((f) => matrix.columns[f]),
            featureNames: chosen.map((f) => matrix.featureNames[f]),
            featureTypes: chosen.map((f) => matrix.featureTypes[f]),
          });
          const modelOf = (binned: typeof alone): Uint8Array =>
            trainSync(
              { binned, labels },
              { max_depth: 3, colsample_bynode: 0.7, seed },
              { rounds: 4 },
            ).booster.toUbj();
          expect(modelOf(takeFeatures(binMatrix(matrix), features))).toEqual(modelOf(alone));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('recursive elimination', () => {
  it('keeps the features that make the label to the end', () => {
    const { matrix, labels } = makeTable(1500, 12, 1, 7);
    const binned = binMatrix(matrix);
    const order = recursiveElimination(binned, labels, { seed: 1 });
    expect([...order].sort((a, b) => a - b)).toEqual([...matrix.columns.keys()]);
    expect(new Set(order.subarray(0, 3))).toEqual(new Set([0, 1, 2]));
    expect(recursiveElimination(binned, labels, { seed: 1 })).toEqual(order);
    expect(recursiveElimination(binned, labels, { seed: 1, share: 0.6 }).subarray(0, 3)).toContain(0);
  });

  it('sees the chosen rows and weights alone', () => {
    const { matrix, labels } = makeTable(800, 4, 1, 8);
    const binned = binMatrix(matrix);
    const rows = Uint32Array.from(labels.keys()).filter((row) => row % 2 === 0);
    const seen = recursiveElimination(binned, labels, { seed: 1, rows });
    const turned = labels.map((label, row) => (row % 2 === 0 ? label : 1 - label));
    expect(recursiveElimination(binned, turned, { seed: 1, rows })).toEqual(seen);
    // Rows that count for nothing may be turned as well.
    const weights = Float32Array.from(labels, (_, row) => (row % 2 === 0 ? 1 : 0));
    expect(recursiveElimination(binned, turned, { seed: 1, weights })).toEqual(
      recursiveElimination(binned, labels, { seed: 1, weights }),
    );
  });

  it('takes one feature, and features without information', () => {
    const labels = Uint8Array.from({ length: 40 }, (_, row) => row % 2);
    const flat = (count: number): Matrix => ({
      rowCount: 40,
      columns: Array.from({ length: count }, () => new Float32Array(40)),
      featureNames: Array.from({ length: count }, (_, f) => `f${f}`),
      featureTypes: Array.from({ length: count }, () => 'q'),
    });
    expect([...recursiveElimination(binMatrix(flat(1)), labels, { seed: 1 })]).toEqual([0]);
    expect([...recursiveElimination(binMatrix(flat(4)), labels, { seed: 1 })]).toEqual([0, 1, 2, 3]);
    expect(() => recursiveElimination(binMatrix(flat(4)), labels, { seed: 1, share: 1 })).toThrow(
      InvalidOption,
    );
  });
});

describe('shadow features', () => {
  it('confirm what makes the label and reject noise', () => {
    const { matrix, labels } = makeTable(1200, 9, 1.5, 4);
    const result = shadowFeatures(matrix, labels, { seed: 2, runs: 40 });
    expect(result.verdicts.slice(0, 3)).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect(result.verdicts.slice(3)).not.toContain('confirmed');
    expect(result.verdicts.filter((verdict) => verdict === 'rejected').length).toBeGreaterThan(6);
    expect(new Set(result.order.subarray(0, 3))).toEqual(new Set([0, 1, 2]));
    expect(result.hits.every((hits, f) => hits <= result.runs[f])).toBe(true);
    expect(shadowFeatures(matrix, labels, { seed: 2, runs: 40 })).toEqual(result);
  });

  it('confirm hardly anything in noise, whatever the seed', () => {
    // A feature beats the best of eight shadows by the luck of its rows in one of nine tables.
    const random = new Random(9);
    const confirmed = Array.from({ length: 8 }, (_, seed) => {
      const { matrix } = makeTable(300, 5, 1, seed);
      const labels = Uint8Array.from({ length: 300 }, () => (random.float() < 0.4 ? 1 : 0));
      return shadowFeatures(matrix, labels, { seed, runs: 15 }).verdicts.filter((one) => one === 'confirmed')
        .length;
    });
    expect(confirmed.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(6);
  });

  it('decide after as many runs as the binomial test needs', () => {
    // One feature, always the best: 0.5^7 is below 0.01, 0.5^6 is not.
    const labels = Uint8Array.from({ length: 200 }, (_, row) => row % 2);
    const matrix: Matrix = {
      rowCount: 200,
      columns: [Float32Array.from(labels)],
      featureNames: ['x'],
      featureTypes: ['q'],
    };
    const result = shadowFeatures(matrix, labels, { seed: 1 });
    expect(result).toMatchObject({
      verdicts: ['confirmed'],
      hits: Uint32Array.of(7),
      runs: Uint32Array.of(7),
    });
    expect(shadowFeatures(matrix, labels, { seed: 1, runs: 6 }).verdicts).toEqual(['tentative']);
    const flat = { ...matrix, columns: [new Float32Array(200)] };
    expect(shadowFeatures(flat, labels, { seed: 1 })).toMatchObject({
      verdicts: ['rejected'],
      runs: Uint32Array.of(7),
    });
    expect(() => shadowFeatures(matrix, labels, { seed: 1, runs: 0 })).toThrow(InvalidOption);
    expect(() => shadowFeatures(matrix, labels, { seed: 1, level: 0 })).toThrow(InvalidOption);
  });
});

describe('the grid of counts', () => {
  it('goes from 1 to all in growing steps', () => {
    expect(countGrid(1)).toEqual([1]);
    expect(countGrid(3)).toEqual([1, 2, 3]);
    expect(countGrid(20)).toEqual([1, 2, 3, 4, 6, 9, 13, 20]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (features) => {
        const counts = countGrid(features);
        expect(counts[0]).toBe(1);
        expect(counts.at(-1)).toBe(features);
        expect(counts.every((count, i) => i === 0 || count > counts[i - 1])).toBe(true);
        expect(
          counts.every((count, i) => i === 0 || count <= Math.max(counts[i - 1] + 1, 2 * counts[i - 1])),
        ).toBe(true);
      }),
    );
  });
});

describe('paired losses', () => {
  it('are means over splits and rows, by hand', () => {
    const splits = [{ validationRows: Uint32Array.of(0, 1) }, { validationRows: Uint32Array.of(1, 3) }];
    const losses = [
      [Float64Array.of(1, 2), Float64Array.of(0, 0)],
      [Float64Array.of(4, 5), Float64Array.of(2, 6)],
    ];
    const { rows, means } = meanLosses(splits, losses, 5, undefined);
    expect([...rows.rows]).toEqual([0, 1, 3]);
    expect(means.map(({ losses: own }) => [...own])).toEqual([
      [1, 3, 5],
      [0, 1, 6],
    ]);
    expect(means[0].mean).toBe(3);
    // Differences 1, 2, -1: mean 2/3, variance 7/3.
    const { difference, standardError } = pairedDifference(means[0].losses, means[1].losses, rows);
    expect(difference).toBeCloseTo(2 / 3, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(7 / 9), 12);
    const weighted = meanLosses(splits, losses, 5, Float64Array.of(2, 1, 9, 0, 9));
    expect(weighted.means[0].mean).toBeCloseTo(5 / 3, 12);
    const other = pairedDifference(weighted.means[0].losses, weighted.means[1].losses, weighted.rows);
    expect(other.difference).toBeCloseTo(4 / 3, 12);
    expect(other.standardError).toBeCloseTo(Math.sqrt(((2 / 3) ** 2 + (2 / 3) ** 2) * 2) / 3, 12);
    expect(
      pairedDifference(Float64Array.of(1), Float64Array.of(0), {
        rows: Uint32Array.of(0),
        weights: Float64Array.of(1),
      }),
    ).toEqual({
      difference: 1,
      standardError: 0,
    });
  });
});

describe('chooseCount', () => {
  it.each(selectionMethods)('keeps what makes the label and little else (%s)', async (method) => {
    const table = makeTable(900, 13, 1, 11);
    const choice = await choose(table, { method, counts: [1, 2, 3, 5, 8] });
    expect(choice.method).toBe(method);
    expect(choice.curve.map(({ count }) => count)).toEqual([1, 2, 3, 5, 8, 16]);
    expect(choice.kept.slice(0, 3).toSorted()).toEqual(['f0', 'f1', 'f2']);
    expect(choice.count).toBeGreaterThanOrEqual(3);
    expect(choice.count).toBeLessThanOrEqual(5);
    expect(choice.kept).toHaveLength(choice.count);
    expect(choice.dropped.map(({ rank }) => rank)).toEqual(
      Array.from({ length: 16 - choice.count }, (_, i) => choice.count + i + 1),
    );
    expect([...choice.kept, ...choice.dropped.map(({ name }) => name)].toSorted()).toEqual(
      table.matrix.featureNames.toSorted(),
    );
  });

  it('takes the smallest count within one standard error of the best, and says what that costs', async () => {
    const { curve, count, cost } = await choose(makeTable(900, 13, 1, 11));
    const best = curve.reduce((low, point) => (point.mean < low.mean ? point : low));
    expect(best.standardError).toBe(0);
    const first = curve.find(({ mean, standardError }) => mean - best.mean <= standardError)!;
    expect(count).toBe(first.count);
    expect(cost.logLoss).toBeCloseTo(first.mean - curve.at(-1)!.mean, 12);
    expect(cost.logLoss).toBeLessThan(0);
    expect(cost.standardError).toBeGreaterThan(0);
  });

  it('is the same with any number of threads, and follows the seed', async () => {
    const table = makeTable(400, 6, 1, 12);
    for (const method of ['rfe', 'mutual_info'] as const) {
      const choice = await choose(table, { method });
      expect(await choose(table, { method, pool: one })).toEqual(choice);
      expect((await choose(table, { method, seed: 4 })).curve).not.toEqual(choice.curve);
    }
  });

  it('prefers no noise to noise, and survives when there is nothing else', async () => {
    const random = new Random(3);
    const { matrix } = makeTable(400, 7, 1, 13);
    const labels = Uint8Array.from({ length: 400 }, () => (random.float() < 0.5 ? 1 : 0));
    const choice = await choose({ matrix, labels });
    expect(choice.count).toBeLessThanOrEqual(4);
    for (const { mean } of choice.curve) expect(mean).toBeGreaterThan(0.68);
    expect(choice.curve.every(({ mean, standardError }) => Number.isFinite(mean + standardError))).toBe(true);
  });

  it('ranks in every split on its training rows alone', async () => {
    // A feature that is the label of the judging rows only must not be found by any ranking.
    const { matrix, labels } = makeTable(300, 3, 1, 14);
    const [split] = splitsFor(labels);
    const spy = Float32Array.from(labels, (label, row) => (split.validationRows.includes(row) ? label : 0.5));
    const spied: Matrix = {
      ...matrix,
      columns: [...matrix.columns, spy],
      featureNames: [...matrix.featureNames, 'spy'],
      featureTypes: [...matrix.featureTypes, 'q'],
    };
    const without = await choose({ matrix, labels }, { splits: [split], counts: [1, 2] });
    const having = await choose({ matrix: spied, labels }, { splits: [split], counts: [1, 2] });
    expect(having.curve.slice(0, 2).map(({ mean }) => mean)).toEqual(
      without.curve.slice(0, 2).map(({ mean }) => mean),
    );
  });

  it('takes matrices of the splits’ own, weights, and repeated splits', async () => {
    const table = makeTable(300, 3, 1, 15);
    const splits = splitsFor(table.labels);
    const plain = await choose(table);
    const own = await choose(table, { splits: splits.map((split) => ({ ...split, matrix: table.matrix })) });
    expect(own).toEqual(plain);
    const weights = new Float64Array(300).fill(1);
    expect((await choose(table, { weights })).curve[0].mean).toBeCloseTo(plain.curve[0].mean, 6);
    const repeated = makeSplits({ labels: table.labels }, { kind: 'stratified', folds: 2, repeats: 2 }, 1);
    const choice = await choose(table, {
      splits: repeated.map(({ train, test }) => ({ rows: train, validationRows: test })),
    });
    expect(choice.kept.length).toBe(choice.count);
  });

  it.each(selectionMethods)('stops when it is told to (%s)', async (method) => {
    const table = makeTable(3000, 13, 1, 17);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const all = selectionTaskCount(3, countGrid(16).length);
    let done = 0;
    const onTask = (): void => {
      if (++done === 2) Atomics.store(stop, 0, 1);
    };
    await expect(choose(table, { method, stop, onTask })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    // The pool goes on with other work, and what had begun has ended.
    await choose(makeTable(200, 2, 1, 16));
    expect(done).toBeLessThan(all - 5);
  });

  it('reports its tasks', async () => {
    const table = makeTable(200, 2, 1, 16);
    let done = 0;
    await choose(table, { onTask: () => done++ });
    expect(done).toBe(selectionTaskCount(3, countGrid(5).length));
  });

  it('takes one feature, and refuses none', async () => {
    const { matrix, labels } = makeTable(200, 0, 1, 17);
    const single = {
      ...matrix,
      columns: matrix.columns.slice(0, 1),
      featureNames: ['x'],
      featureTypes: ['q'] as const,
    };
    expect(await choose({ matrix: single, labels })).toMatchObject({
      count: 1,
      kept: ['x'],
      dropped: [],
      cost: { logLoss: 0, standardError: 0 },
    });
    const none = { ...matrix, columns: [], featureNames: [], featureTypes: [] };
    await expect(choose({ matrix: none, labels })).rejects.toThrow(InsufficientData);
    await expect(choose({ matrix, labels }, { splits: [] })).rejects.toThrow(InsufficientData);
    await expect(choose({ matrix, labels }, { counts: [4] })).rejects.toThrow(InvalidOption);
    await expect(choose({ matrix, labels }, { weights: new Float64Array(3) })).rejects.toThrow(InvalidOption);
    await expect(choose({ matrix, labels }, { method: 'best' as 'rfe' })).rejects.toThrow(InvalidOption);
    // What a task refuses reaches the caller as it is.
    const negative = new Float64Array(200).fill(-1);
    await expect(choose({ matrix, labels }, { weights: negative })).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
  });
});
