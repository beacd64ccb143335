import * as fc from 'fast-check';
import { InvalidOption, InvalidValue } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import type { CustomObjective, Derivatives, TrainingOptions } from '../src/index.ts';
import { greatestDifference } from './support/fixtures.ts';
import { makeData, numericMatrix, range } from './support/made-data.ts';

const made = makeData({ rows: 400, categories: [5], missing: 0.1 });
const binned = binMatrix(made.matrix);
const data = { binned, labels: made.labels };

/** The logistic loss, written by hand. */
const logistic = (margins: Float32Array, labels: Float32Array, weights?: Float32Array): Derivatives => {
  const p = margins.map((margin) => 1 / (1 + Math.exp(-margin)));
  const w = (i: number): number => weights?.[i] ?? 1;
  return {
    gradients: p.map((v, i) => (v - labels[i]) * w(i)),
    hessians: Array.from(p, (v, i) => Math.max(v * (1 - v), 1e-16) * w(i)),
  };
};
const train = (objective: CustomObjective, options: Partial<TrainingOptions> = {}) =>
  trainSync(data, { base_score: 0.5 }, { rounds: 8, objective, ...options });

describe('an objective of one’s own', () => {
  it('that is the built-in one gives the same model up to rounding', () => {
    const weights = Float32Array.from(made.labels, (_, i) => 1 + (i % 7));
    for (const extra of [{}, { weights }]) {
      const input = { ...data, ...extra };
      const own = trainSync(input, { base_score: 0.5 }, { rounds: 2, objective: logistic }).booster;
      const built = trainSync(input, { base_score: 0.5 }, { rounds: 2 }).booster;
      expect(own.trees.map((tree) => tree.features)).toEqual(built.trees.map((tree) => tree.features));
      const [a, b] = [own, built].map((booster) => booster.predictMargin(made.matrix));
      expect(greatestDifference(a, b)).toBeLessThan(1e-5);
    }
  });

  it('starts from margin 0 unless a start is given, and evaluates by the metric of the parameters', () => {
    const { booster, history } = trainSync(
      data,
      {},
      { rounds: 2, objective: logistic, evaluateTraining: true },
    );
    expect(booster.baseOutput).toBe(0.5);
    expect(Object.keys(history.metrics)).toEqual(['logloss']);
    const regression = trainSync(
      data,
      { objective: 'reg:squarederror' },
      {
        rounds: 2,
        objective: (m, y) => ({ gradients: m.map((v, i) => v - y[i]), hessians: y.map(() => 1) }),
      },
    );
    expect(regression.booster.baseScore).toBe(0);
    expect(regression.booster.objective).toBe('reg:squarederror');
    expect(trainSync(data, { base_score: 0.2 }, { rounds: 1, objective: logistic }).booster.baseOutput).toBe(
      Math.fround(0.2),
    );
  });

  it('is asked once a round, in the order of the rows, with copies', () => {
    const rows = range(100, 50).reverse();
    const seen: number[] = [];
    const subset = { ...data, rows, weights: new Float32Array(400).fill(3) };
    const result = trainSync(
      subset,
      {},
      {
        rounds: 3,
        objective: (margins, labels, weights) => {
          seen.push(margins.length, labels[0], weights?.[0] ?? NaN);
          const answer = logistic(margins, labels, weights);
          margins.fill(NaN);
          labels.fill(NaN);
          weights?.fill(NaN);
          return answer;
        },
      },
    );
    expect(seen).toEqual([1, 2, 3].flatMap(() => [100, made.labels[149], 3]));
    expect(result.booster.treeCount).toBe(3);
  });

  it('may have hessians that are negative, zero or huge', () => {
    const clamped = train((margins, labels, weights) => {
      const { gradients, hessians } = logistic(margins, labels, weights);
      return { gradients, hessians: Array.from(hessians, (h, i) => (i % 3 === 0 ? -h * 1e6 : h)) };
    });
    const zeroed = train((margins, labels, weights) => {
      const { gradients, hessians } = logistic(margins, labels, weights);
      return { gradients, hessians: Array.from(hessians, (h, i) => (i % 3 === 0 ? 0 : h)) };
    });
    expect(Buffer.compare(clamped.booster.toUbj(), zeroed.booster.toUbj())).toBe(0);
    expect(clamped.booster.trees.some((tree) => tree.lefts.length > 3)).toBe(true);

    const none = train((margins) => ({ gradients: margins.map(() => 1), hessians: margins.map(() => 0) }));
    expect(none.booster.predictMargin(made.matrix).every((margin) => margin === 0)).toBe(true);

    // Multiplied by a power of two, everything stays the same, if penalties and the least gain are multiplied too.
    const times = (factor: number) =>
      trainSync(
        data,
        { lambda: 0, min_child_weight: factor, gamma: 0.01 * factor },
        {
          rounds: 8,
          objective: (margins, labels, weights) => {
            const { gradients, hessians } = logistic(margins, labels, weights);
            return {
              gradients: Array.from(gradients, (g) => g * factor),
              hessians: Array.from(hessians, (h) => h * factor),
            };
          },
        },
      );
    const [huge, plain] = [times(2 ** 125), times(1)];
    expect(huge.booster.predictMargin(made.matrix)).toEqual(plain.booster.predictMargin(made.matrix));
    expect(huge.booster.trees[0].covers[0]).toBe(3.4028234663852886e38);
  });

  it('never lets a hessian borrow from a gradient: children are as heavy, leaves as right as the true sums say', () => {
    const { matrix } = made;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(-1e6, -5, -1e-9, 0, 1e-9, 1e-3, 1, 10, 1e4).map(Number), {
          minLength: 400,
          maxLength: 400,
        }),
        fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 400, maxLength: 400 }),
        (hessians, gradients) => {
          const params = { min_child_weight: 2, lambda: 1, max_depth: 4 };
          const objective = (): Derivatives => ({ gradients, hessians });
          const { booster } = trainSync(data, params, { rounds: 1, objective });
          const [tree] = booster.trees;
          const leaves = booster.predictLeaves(matrix);
          const g = new Float64Array(tree.lefts.length);
          const h = new Float64Array(tree.lefts.length);
          leaves.forEach((leaf, row) => {
            g[leaf] += Math.fround(gradients[row]);
            h[leaf] += Math.max(0, Math.fround(hessians[row]));
          });
          // The least hessian is judged by rounded sums: each row is at most one unit of them off.
          const unit = (2 * hessians.reduce((sum, value) => sum + Math.max(0, value), 0)) / 2 ** 30;
          const wrong = Array.from(
            tree.lefts,
            (left, node) => left < 0 && node > 0 && h[node] < 2 - 400 * unit,
          );
          expect(wrong).not.toContain(true);
          tree.lefts.forEach((left, node) => {
            const weight = left < 0 && h[node] > 0 && tree.lefts.length > 1 ? -g[node] / (h[node] + 1) : 0;
            const told = left < 0 && tree.lefts.length > 1 ? tree.baseWeights[node] : 0;
            expect(Math.abs(told - weight)).toBeLessThan(1e-4 * (1 + Math.abs(weight)));
          });
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it('does not borrow where hessians span thirty orders of magnitude', () => {
    const spread = train((margins, labels) => ({
      gradients: labels.map((label, i) => (margins[i] - label) * 10 ** ((i % 31) - 15)),
      hessians: labels.map((_, i) => 10 ** ((i % 31) - 15)),
    }));
    const margins = spread.booster.predictMargin(made.matrix);
    expect(margins.every((margin) => Number.isFinite(margin) && Math.abs(margin) < 2)).toBe(true);
  });

  it('leaves no leaf that a file cannot hold', () => {
    const columns = numericMatrix([Float32Array.of(0, 1, 2, 3)]);
    const { booster } = trainSync(
      { binned: binMatrix(columns), labels: Float32Array.of(0, 0, 1, 1) },
      { lambda: 0, min_child_weight: 0, learning_rate: 1 },
      {
        rounds: 1,
        objective: (_, labels) => ({
          gradients: labels.map((label) => (label === 1 ? 3e38 : -3e38)),
          hessians: labels.map(() => 1e-3),
        }),
      },
    );
    expect([...booster.trees[0].thresholds].every((value) => Number.isFinite(value))).toBe(true);
    expect(Booster.fromUbj(booster.toUbj()).treeCount).toBe(1);
  });

  it.each([
    ['a gradient', 'gradient', NaN],
    ['a gradient', 'gradient', Infinity],
    ['a gradient', 'gradient', 1e39],
    ['a hessian', 'hessian', NaN],
    ['a hessian', 'hessian', -Infinity],
  ])('is refused with %s (%s) of %d, by round and row', (_, kind, value) => {
    const objective: CustomObjective = (margins, labels, weights) => {
      const answer = logistic(margins, labels, weights);
      const gradients = Array.from(answer.gradients);
      const hessians = Array.from(answer.hessians);
      if (margins[0] !== 0) (kind === 'gradient' ? gradients : hessians)[5] = value;
      return { gradients, hessians };
    };
    const rows = range(100, 200);
    const attempt = (): unknown => trainSync({ ...data, rows }, {}, { rounds: 4, objective });
    expect(attempt).toThrow(InvalidValue);
    expect(attempt).toThrow(new RegExp(`row 206, column "${kind}".*round 1`));
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a number', 1],
    ['too few', { gradients: [1], hessians: [1] }],
    ['no hessians', { gradients: new Float32Array(400) }],
    ['text', { gradients: 'a'.repeat(400), hessians: 'a'.repeat(400) }],
  ])('is refused if it answers with %s', (_, answer) => {
    expect(() => train(() => answer as never)).toThrow(InvalidOption);
    expect(() => train(() => answer as never)).toThrow(/400 gradients and 400 hessians \(in round 0\)/);
  });

  it('is refused if it is not a function; what it throws comes through', () => {
    expect(() => train('binary:logistic' as never)).toThrow(InvalidOption);
    expect(() =>
      train(() => {
        throw new RangeError('mine');
      }),
    ).toThrow(new RangeError('mine'));
  });
});
