import { describe, expect, it } from 'vitest';
import { OutOfResources, Random } from '@verdict/core';
import { binMatrix, trainSync } from '../src/index.ts';
import type { Matrix, ParamsInput } from '../src/index.ts';
import { numericMatrix, range } from './support/made-data.ts';
import { Workspace } from '../src/workspace.ts';

function fit(matrix: Matrix, labels: readonly number[], params: ParamsInput = {}, rounds = 5): Float32Array {
  const data = { binned: binMatrix(matrix), labels: Float32Array.from(labels) };
  return trainSync(data, { min_child_weight: 0, ...params }, { rounds }).booster.predictMargin(matrix);
}

describe('small and odd tables', () => {
  it('of one row', () => {
    const [margin] = fit(numericMatrix([Float32Array.of(1), Float32Array.of(NaN)]), [1]);
    expect(margin).toBeGreaterThan(5);
  });

  it('of one class', () => {
    const margins = fit(numericMatrix([Float32Array.of(1, 2, 3, 4)]), [0, 0, 0, 0]);
    expect(Math.max(...margins)).toBeLessThan(-5);
  });

  it('of constant and of empty columns', () => {
    const columns = [new Float32Array(6).fill(7), new Float32Array(6).fill(NaN)];
    const margins = fit(numericMatrix(columns), [0, 1, 0, 1, 0, 1]);
    expect(new Set(margins).size).toBe(1);
    expect(Math.abs(margins[0])).toBeLessThan(1e-6);
  });

  it('where only being missing tells', () => {
    const column = Float32Array.of(5, NaN, 5, NaN, 5, NaN, 5, NaN);
    const labels = [0, 1, 0, 1, 0, 1, 0, 1];
    for (const featureTypes of [['q'], ['c']] as const) {
      const margins = fit({ ...numericMatrix([column]), featureTypes }, labels);
      expect(margins[1]).toBeGreaterThan(1);
      expect(margins[0]).toBeLessThan(-1);
    }
  });

  it('of infinities and the largest floats, in their order', () => {
    const column = Float32Array.of(-Infinity, -3e38, -1, 0, 1, 3e38, Infinity);
    const margins = fit(numericMatrix([column]), [0, 1, 0, 1, 0, 1, 0], { max_depth: 3 }, 80);
    margins.forEach((margin, i) => expect(margin > 0).toBe(i % 2 === 1));
  });

  it('of an infinity beside gaps', () => {
    const column = Float32Array.of(Infinity, NaN, 1, NaN, Infinity, NaN);
    const margins = fit(numericMatrix([column]), [0, 1, 0, 1, 0, 1], {}, 20);
    expect(Math.min(margins[1], margins[3])).toBeGreaterThan(Math.max(margins[0], margins[2]));
  });

  it('of neighbouring floats, and of 0 and -0', () => {
    const next = Math.fround(1 + 2 ** -23);
    const margins = fit(numericMatrix([Float32Array.of(1, next, 1, next)]), [0, 1, 0, 1]);
    expect(margins[1]).toBeGreaterThan(0.5);
    const zeros = fit(numericMatrix([Float32Array.of(0, -0, 0, -0)]), [0, 1, 0, 1]);
    expect(new Set(zeros).size).toBe(1);
  });

  it('of more categories than bins, with codes far apart', () => {
    const random = new Random(4);
    const codes = Float32Array.from(range(3000), () => random.integer(600) * 20000);
    const labels = Array.from(codes, (code) => (code % 40000 === 0 ? 1 : 0));
    const matrix: Matrix = { ...numericMatrix([codes]), featureTypes: ['c'] };
    const margins = fit(matrix, labels, { max_cat_threshold: 300 }, 20);
    const right = margins.filter((margin, i) => margin > 0 === (labels[i] === 1)).length;
    expect(right / 3000).toBeGreaterThan(0.7);
  });

  it('of ten thousand columns', () => {
    const random = new Random(8);
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    const columns = Array.from({ length: 10000 }, (_, f) =>
      Float32Array.from({ length: 40 }, (_, i) => (f === 7777 ? labels[i] : random.integer(3))),
    );
    const matrix = numericMatrix(columns);
    const data = { binned: binMatrix(matrix), labels: Float32Array.from(labels) };
    const { booster } = trainSync(data, { max_depth: 2 }, { rounds: 2 });
    expect([...booster.importance('weight').keys()]).toContain('x7777');
    expect(trainSync(data, { colsample_bytree: 0.001 }, { rounds: 2 }).booster.treeCount).toBe(2);
  });

  it('with many columns of every width between the blocks', () => {
    const random = new Random(18);
    for (const width of [3, 16, 17, 33, 64, 65, 130]) {
      const labels = Array.from({ length: 200 }, () => random.integer(2));
      const columns = Array.from({ length: width }, (_, f) =>
        Float32Array.from({ length: 200 }, (_, i) =>
          f === width - 1 ? labels[i] + random.float() : random.float(),
        ),
      );
      const matrix = numericMatrix(columns);
      const data = { binned: binMatrix(matrix), labels: Float32Array.from(labels) };
      const params = { max_depth: 4, subsample: 0.9, colsample_bytree: 1, min_child_weight: 0 };
      const { booster } = trainSync(data, params, { rounds: 2 });
      expect(booster.trees[0].features[0]).toBe(width - 1);
    }
  });

  it('without rows to predict', () => {
    const matrix = numericMatrix([Float32Array.of(1, 2, 3)]);
    const data = { binned: binMatrix(matrix), labels: Float32Array.of(0, 1, 1) };
    const { booster } = trainSync(data, { min_child_weight: 0 }, { rounds: 2 });
    const nothing = { ...matrix, rowCount: 0, columns: [new Float32Array(0)] };
    expect(booster.predictMargin(nothing).length).toBe(0);
    expect(booster.predictLeaves(nothing).length).toBe(0);
    expect(booster.contributions(nothing).length).toBe(0);
  });

  it('with many columns and many leaves', () => {
    const random = new Random(2);
    const columns = Array.from({ length: 2000 }, () => Float32Array.from(range(1200), () => random.float()));
    const labels = Float32Array.from(range(1200), () => random.integer(2));
    const data = { binned: binMatrix(numericMatrix(columns)), labels };
    const params = { max_leaves: 90, max_depth: 0, grow_policy: 'lossguide', min_child_weight: 0 } as const;
    const { booster } = trainSync(data, params, { rounds: 1 });
    expect(booster.trees[0].lefts.length).toBe(179);
  });
});

describe('margins that leave float32', () => {
  it('are refused when no tree can be made of them', () => {
    const random = new Random(5);
    const columns = [0, 1].map(() => Float32Array.from({ length: 500 }, () => random.float()));
    const labels = Array.from(columns[0], (x, i) => (x + columns[1][i] > 1 ? 1 : 0));
    const matrix = numericMatrix(columns);
    const params = { learning_rate: 1000, objective: 'reg:squarederror' } as const;
    expect(() => fit(matrix, labels, params, 50)).toThrow(
      /^learning_rate: expected so small that margins stay within float32, .* round \d+, got 1000/,
    );
    // Of probabilities of 0 and 1 trees can be made.
    const certain = fit(matrix, labels, { learning_rate: 1000 }, 1);
    expect(certain.every(Number.isFinite)).toBe(true);
  });
});

describe('what does not fit', () => {
  it('is said before the work starts', () => {
    expect(() => Workspace.use(5e9, () => undefined)).toThrow(OutOfResources);
    expect(() => Workspace.use(1000, (workspace) => workspace.reserve(2 ** 32))).toThrow(OutOfResources);
  });

  it('does not disturb a job inside a job', () => {
    const inner = Workspace.use(1000, (outer) => {
      const at = outer.reserve(64);
      outer.doubles(at, 8).fill(1);
      Workspace.use(1000, (other) => other.doubles(other.reserve(64), 8).fill(2));
      return outer.doubles(at, 8)[3];
    });
    expect(inner).toBe(1);
  });
});
