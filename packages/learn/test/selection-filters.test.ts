import { readFileSync } from 'node:fs';
import type { FeatureType, Matrix } from '@verdict/boost';
import { InvalidOption, InvalidValue, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chiSquare,
  fClassif,
  filterMethods,
  mutualInformation,
  rankFeatures,
} from '../src/selection/index.ts';
import { logChiSquareTail, logFisherTail } from '../src/selection/tail-probability.ts';

type Figure = number | null | 'infinite';

interface Numbers {
  readonly name: string;
  readonly labels: readonly number[];
  readonly columns: readonly (readonly number[])[];
  readonly f: readonly Figure[];
  readonly fP: readonly Figure[];
  readonly chi: readonly Figure[];
  readonly chiP: readonly Figure[];
  readonly information: readonly number[];
  readonly discrete: readonly number[];
}

interface Category {
  readonly name: string;
  readonly labels: readonly number[];
  readonly codes: readonly number[];
  readonly f: number;
  readonly fP: number;
  readonly chi: number;
  readonly chiP: number;
  readonly information: number;
}

/** By scikit-learn and SciPy; made by fixtures/make-selection.py. */
const peers = JSON.parse(readFileSync(new URL('./fixtures/selection.json', import.meta.url), 'utf8')) as {
  readonly numbers: readonly Numbers[];
  readonly ties: readonly Numbers[];
  readonly constant: Numbers;
  readonly categories: readonly Category[];
  readonly fisher: readonly (readonly [number, number, number, number])[];
  readonly chiSquare: readonly (readonly [number, number, number])[];
};

const matrixOf = (columns: readonly ArrayLike<number>[], type: FeatureType = 'q'): Matrix => ({
  rowCount: columns[0].length,
  columns: columns.map((values) => Float32Array.from(values)),
  featureNames: columns.map((_, f) => `f${f}`),
  featureTypes: columns.map(() => type),
});

/** scikit-learn's figure, where it has none what stands for it here. */
const figure = (value: Figure, otherwise: number): number =>
  value === null ? otherwise : value === 'infinite' ? Infinity : value;

function expectNear(got: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    const distance = got[i] === value ? 0 : Math.abs(got[i] - value) / (Math.abs(value) || 1);
    expect({ i, got: got[i], value, near: distance <= tolerance }).toMatchObject({ near: true });
  });
}

describe('tail probabilities', () => {
  it('are SciPy’s, as logarithms', () => {
    for (const [x, between, within, wanted] of peers.fisher) {
      expectNear([logFisherTail(x, between, within)], [wanted], 1e-8);
    }
    for (const [x, degrees, wanted] of peers.chiSquare) {
      expectNear([logChiSquareTail(x, degrees)], [wanted], 1e-10);
    }
  });

  it('do not run out of numbers', () => {
    expect(logFisherTail(1e5, 1, 1e6)).toBeLessThan(-10_000);
    expect(logFisherTail(2e5, 1, 1e6)).toBeLessThan(logFisherTail(1e5, 1, 1e6));
    expect(logChiSquareTail(1e6, 1)).toBeCloseTo(-5e5 - 0.5 * Math.log(Math.PI * 5e5), 3);
    for (const tail of [(x: number) => logFisherTail(x, 2, 9), (x: number) => logChiSquareTail(x, 3)]) {
      expect(tail(0)).toBe(0);
      expect(tail(Infinity)).toBe(-Infinity);
    }
  });
});

describe.each([...peers.numbers, ...peers.ties, peers.constant])('numbers ($name)', (table) => {
  const labels = Uint8Array.from(table.labels);
  const matrix = matrixOf(table.columns);

  it('have scikit-learn’s F and chi-square', () => {
    const f = fClassif(matrix, labels);
    expectNear(
      f.scores,
      table.f.map((value) => figure(value, 0)),
      1e-9,
    );
    expectNear(
      f.pValues,
      table.fP.map((value) => figure(value, 1)),
      1e-8,
    );
    const amounts = matrixOf(table.columns.map((column) => column.map(Math.abs)));
    const chi = chiSquare(amounts, labels);
    expectNear(
      chi.scores,
      table.chi.map((value) => figure(value, 0)),
      1e-9,
    );
    expectNear(
      chi.pValues,
      table.chiP.map((value) => figure(value, 1)),
      1e-9,
    );
  });
});

describe('mutual information', () => {
  // Where a class has less than eight rows scikit-learn measures distances by a formula that rounds, so that a
  // neighbour on the border counts by luck; brute force judges there.
  it.each(peers.numbers.filter(({ labels }) => labels.length > 7))(
    'of numbers without ties is scikit-learn’s ($name)',
    ({ labels, columns, information }) => {
      const got = mutualInformation(matrixOf(columns), Uint8Array.from(labels));
      information.forEach((value, f) => expect(got[f]).toBeCloseTo(value, 6));
    },
  );

  it('of few numbers is that of brute force', () => {
    const random = new Random(6);
    for (let size = 2; size < 24; size++) {
      const values = Float32Array.from({ length: size }, () => random.float());
      const labels = Uint8Array.from(values, () => random.integer(2));
      const kept = [...values.keys()].filter(
        (row) => labels.filter((label) => label === labels[row]).length > 1,
      );
      const digamma = (n: number): number =>
        Array.from({ length: n - 1 }, (_, i) => 1 / (i + 1)).reduce(
          (sum, term) => sum + term,
          -0.5772156649015329,
        );
      const terms = kept.map((row) => {
        const own = kept.filter((other) => labels[other] === labels[row]);
        const k = Math.min(3, own.length - 1);
        const distance = (other: number): number => Math.abs(values[other] - values[row]);
        const radius = own.map(distance).sort((a, b) => a - b)[k];
        const within = kept.filter((other) => distance(other) < radius).length;
        return digamma(kept.length) + digamma(k) - digamma(own.length) - digamma(within);
      });
      const wanted = terms.reduce((sum, term) => sum + term, 0) / Math.max(1, terms.length);
      expect(mutualInformation(matrixOf([values]), labels)[0]).toBeCloseTo(Math.max(0, wanted), 9);
    }
  });

  it.each(peers.ties)('of numbers with ties is near it ($name)', ({ labels, columns, information }) => {
    // Both break ties by a jitter, and not by the same one.
    const got = mutualInformation(matrixOf(columns), Uint8Array.from(labels));
    information.forEach((value, f) => expect(Math.abs(got[f] - value)).toBeLessThan(0.12));
    expect(mutualInformation(matrixOf(columns), Uint8Array.from(labels))).toEqual(got);
    expect(mutualInformation(matrixOf(columns), Uint8Array.from(labels), { seed: 1 })).not.toEqual(got);
  });

  it.each([...peers.numbers, ...peers.ties, peers.constant])('of levels is exact ($name)', (table) => {
    for (const type of ['c', 'i'] as const) {
      const got = mutualInformation(matrixOf(table.columns, type), Uint8Array.from(table.labels));
      table.discrete.forEach((value, f) => expect(got[f]).toBeCloseTo(value, 12));
    }
  });

  it('is nothing for constants, one class and single rows', () => {
    const columns = [
      [5, 5, 5, 5],
      [1, 2, 3, 4],
    ];
    expect([...mutualInformation(matrixOf(columns), Uint8Array.of(0, 1, 0, 1))][0]).toBe(0);
    expect([...mutualInformation(matrixOf(columns), Uint8Array.of(1, 1, 1, 1))]).toEqual([0, 0]);
    expect([...mutualInformation(matrixOf(columns), Uint8Array.of(0, 0, 0, 1))]).toEqual([0, 0]);
    expect([...mutualInformation(matrixOf([[3]]), Uint8Array.of(1))]).toEqual([0]);
    expect([...mutualInformation(matrixOf([[3, 4]]), Uint8Array.of(1, 0))]).toEqual([0]);
    expect(() => mutualInformation(matrixOf([[3]]), Uint8Array.of(1), { neighbours: 0 })).toThrow(
      InvalidOption,
    );
  });
});

describe.each(peers.categories)('a category ($name)', (table) => {
  const labels = Uint8Array.from(table.labels);
  const matrix = matrixOf([table.codes], 'c');

  it('is tested as the group of its one-hot columns', () => {
    const f = fClassif(matrix, labels);
    expectNear(f.scores, [table.f], 1e-9);
    expectNear(f.pValues, [table.fP], 1e-8);
    const chi = chiSquare(matrix, labels);
    expectNear(chi.scores, [table.chi], 1e-9);
    expectNear(chi.pValues, [table.chiP], 1e-9);
    expect(mutualInformation(matrix, labels)[0]).toBeCloseTo(table.information, 12);
  });

  it('may be coded in any way, and one level be missing', () => {
    const recoded = matrixOf([table.codes.map((code) => (code === 0 ? NaN : 100 - code))], 'c');
    expectNear(fClassif(recoded, labels).scores, [table.f], 1e-9);
    expectNear(chiSquare(recoded, labels).scores, [table.chi], 1e-9);
  });
});

describe('filters', () => {
  it('take missing numbers as the median, and infinities as the largest floats', () => {
    const labels = Uint8Array.of(0, 1, 0, 1, 1);
    const gaps = matrixOf([[1, NaN, 3, 10, 5]]);
    const filled = matrixOf([[1, 4, 3, 10, 5]]);
    expect(fClassif(gaps, labels)).toEqual(fClassif(filled, labels));
    expect(chiSquare(gaps, labels)).toEqual(chiSquare(filled, labels));
    expect(mutualInformation(gaps, labels)).toEqual(mutualInformation(filled, labels));
    const endless = fClassif(matrixOf([[-Infinity, Infinity, -Infinity, Infinity, 0]]), labels);
    expect(endless.scores[0]).toBeGreaterThan(0);
    expect(Number.isFinite(endless.scores[0])).toBe(true);
    const empty = matrixOf([[NaN, NaN, NaN, NaN, NaN]]);
    expect([...fClassif(empty, labels).pValues, ...chiSquare(empty, labels).pValues]).toEqual([1, 1]);
  });

  it('find nothing where there is nothing to find', () => {
    const one = Uint8Array.of(1, 1, 1);
    for (const type of ['q', 'c'] as const) {
      const matrix = matrixOf([[1, 2, 3]], type);
      for (const test of [fClassif, chiSquare]) {
        expect(test(matrix, one)).toMatchObject({ scores: new Float64Array(1), pValues: Float64Array.of(1) });
        expect(test(matrix, one, { rows: Uint32Array.of(1) }).scores[0]).toBe(0);
        expect(test(matrix, one, { rows: new Uint32Array(0) }).scores[0]).toBe(0);
      }
    }
    // As many levels as rows leave nothing to compare them with.
    expect(fClassif(matrixOf([[0, 1, 2]], 'c'), Uint8Array.of(0, 1, 1)).pValues[0]).toBe(1);
  });

  it('part classes without spread infinitely well', () => {
    const labels = Uint8Array.of(0, 0, 1, 1);
    for (const type of ['q', 'c'] as const) {
      const { scores, pValues, logPValues } = fClassif(matrixOf([[2, 2, 5, 5]], type), labels);
      expect([scores[0], pValues[0], logPValues[0]]).toEqual([Infinity, 0, -Infinity]);
    }
  });

  it('refuse what does not go together', () => {
    const matrix = matrixOf([[1, -2, 3]]);
    const labels = Uint8Array.of(0, 1, 1);
    expect(() => chiSquare(matrix, labels)).toThrow('row 2, column "f0"');
    expect(() => chiSquare(matrix, labels, { rows: Uint32Array.of(2, 1) })).toThrow('row 2, column "f0"');
    expect(() => chiSquare(matrix, labels)).toThrow(InvalidValue);
    expect(chiSquare(matrix, labels, { scaled: true }).scores[0]).toBeGreaterThan(0);
    expect(() => fClassif(matrix, Uint8Array.of(1))).toThrow(InvalidOption);
    expect(() => mutualInformation(matrix, labels, { rows: Uint32Array.of(3) })).toThrow(InvalidOption);
  });

  it('look at the chosen rows alone', () => {
    const cell = fc.oneof(
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.constant(NaN),
      fc.integer({ min: 0, max: 3 }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, fc.integer({ min: 0, max: 4 }), fc.constantFrom(0, 1), fc.boolean()), {
          minLength: 1,
          maxLength: 60,
        }),
        (list) => {
          const whole = list.filter(([, , , chosen]) => chosen);
          fc.pre(whole.length > 0);
          const typed = (rows: typeof list): Matrix => ({
            ...matrixOf([rows.map(([x]) => x), rows.map(([, c]) => c)]),
            featureTypes: ['q', 'c'],
          });
          const rows = Uint32Array.from(list.keys()).filter((row) => list[row][3]);
          const labels = Uint8Array.from(list, ([, , label]) => label);
          const own = Uint8Array.from(whole, ([, , label]) => label);
          expect(fClassif(typed(list), labels, { rows })).toEqual(fClassif(typed(whole), own));
          expect(chiSquare(typed(list), labels, { rows, scaled: true })).toEqual(
            chiSquare(typed(whole), own, { scaled: true }),
          );
          expect(mutualInformation(typed(list), labels, { rows })).toEqual(
            mutualInformation(typed(whole), own),
          );
          for (const { scores, pValues } of [
            fClassif(typed(whole), own),
            chiSquare(typed(whole), own, { scaled: true }),
          ]) {
            expect([...scores].every((score) => score >= 0)).toBe(true);
            expect([...pValues].every((p) => p >= 0 && p <= 1)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('rankFeatures', () => {
  const random = new Random(5);
  const labels = Uint8Array.from({ length: 500 }, () => (random.float() < 0.3 ? 1 : 0));
  const noise = (): number[] => Array.from(labels, () => random.normal());
  const matrix: Matrix = {
    ...matrixOf([
      noise(),
      Array.from(labels, (label) => random.normal() + label),
      Array.from(labels, () => 7),
      Array.from(labels, (label) => (random.float() < 0.5 ? label : random.integer(4))),
      noise(),
      Array.from(labels, () => random.integer(40)),
    ]),
    featureTypes: ['q', 'q', 'q', 'c', 'q', 'c'],
  };

  it.each(filterMethods)('puts what tells something first (%s)', (method) => {
    const order = rankFeatures(method, matrix, labels);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(order.subarray(0, 2))).toEqual(new Set([1, 3]));
    expect(rankFeatures(method, matrix, labels)).toEqual(order);
  });

  it('keeps the order of the matrix where nothing differs', () => {
    const same = matrixOf([labels, labels, new Array<number>(500).fill(1), labels]);
    expect([...rankFeatures('f_classif', same, labels)]).toEqual([0, 1, 3, 2]);
    expect([...rankFeatures('chi2', same, labels)]).toEqual([0, 1, 3, 2]);
  });

  it('does not depend on units before chi-square', () => {
    const [a, b] = [noise(), Array.from(labels, (label) => random.normal() + 2 * label)];
    const order = rankFeatures('chi2', matrixOf([a.map((x) => 1e6 * x), b.map((x) => x / 1000)]), labels);
    expect([...order]).toEqual([1, 0]);
  });
});
