import * as fc from 'fast-check';
import { InvalidOption, Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '../src/index.ts';
import type { Booster, Matrix, ParamsInput, Tree } from '../src/index.ts';
import { makeData } from './support/made-data.ts';

/** The greatest fall (rise if `direction` is -1) of the margin while one column rises through its values, over rows of all kinds. */
function greatestFall(booster: Booster, matrix: Matrix, feature: number, direction = 1): number {
  const values = [...new Set(matrix.columns[feature])].filter((value) => !Number.isNaN(value));
  const steps = [-Infinity, ...values.sort((a, b) => a - b), Infinity];
  let greatest = -Infinity;
  for (let row = 0; row < matrix.rowCount; row += 7) {
    const grid = {
      ...matrix,
      rowCount: steps.length,
      columns: matrix.columns.map((column, f) =>
        Float32Array.from(steps, (step) => (f === feature ? step : column[row])),
      ),
    };
    const margins = booster.predictMargin(grid);
    for (let i = 1; i < margins.length; i++) {
      greatest = Math.max(greatest, direction * (margins[i - 1] - margins[i]));
    }
  }
  return greatest;
}

/** Sets of columns on the paths of a tree. */
function pathsOf(tree: Tree): Set<number>[] {
  const above: Set<number>[] = [new Set()];
  const paths: Set<number>[] = [];
  for (let node = 0; node < tree.lefts.length; node++) {
    const left = tree.lefts[node];
    if (left < 0) {
      paths.push(above[node]);
      continue;
    }
    const used = new Set([...above[node], tree.features[node]]);
    above[left] = used;
    above[left + 1] = used;
  }
  return paths;
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 300 }),
  numeric: fc.integer({ min: 1, max: 4 }),
  categories: fc.constantFrom([], [3], [12]),
  missing: fc.constantFrom(0, 0.2),
  seed: fc.integer({ min: 0, max: 1e6 }),
});
const settings = fc.record({
  learning_rate: fc.constantFrom(0.1, 1),
  max_depth: fc.integer({ min: 1, max: 7 }),
  lambda: fc.constantFrom(0, 1, 5),
  alpha: fc.constantFrom(0, 0.5),
  gamma: fc.constantFrom(0, 0.1),
  max_delta_step: fc.constantFrom(0, 0.4),
  min_child_weight: fc.constantFrom(0, 1),
  subsample: fc.constantFrom(0.6, 1),
  colsample_bynode: fc.constantFrom(0.5, 1),
  max_leaves: fc.constantFrom(0, 9),
  grow_policy: fc.constantFrom('depthwise' as const, 'lossguide' as const),
  seed: fc.integer({ min: 0, max: 1000 }),
});

const kinds = fc.constantFrom<ParamsInput>(
  {},
  { num_parallel_tree: 3 },
  { booster: 'dart', rate_drop: 0.5 },
  { objective: 'reg:squarederror' },
);

describe('monotone constraints', () => {
  it('hold exactly, whatever the data and the parameters', () => {
    fc.assert(
      fc.property(
        shapes,
        settings,
        kinds,
        fc.infiniteStream(fc.constantFrom(-1, 0, 1)),
        (shape, params, kind, stream) => {
          const { matrix, labels } = makeData(shape);
          const directions = matrix.featureTypes.map((type) =>
            type === 'c' ? 0 : (stream.next().value ?? 0),
          );
          const input = { ...params, ...kind, monotone_constraints: directions };
          const { booster } = trainSync({ binned: binMatrix(matrix), labels }, input, { rounds: 4 });
          directions.forEach((direction, f) => {
            if (direction === 0) return;
            expect(greatestFall(booster, matrix, f, direction)).toBeLessThanOrEqual(0);
          });
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  it('hold on columns of zeros and ones that share a byte', () => {
    const random = new Random(21);
    const rowCount = 1500;
    const kind = Array.from({ length: rowCount }, () => random.integer(12));
    const columns = Array.from({ length: 12 }, (_, f) => Float32Array.from(kind, (k) => Number(k === f)));
    const flag = Float32Array.from(kind, () => random.integer(2));
    const matrix: Matrix = {
      rowCount,
      columns: [...columns, flag],
      featureNames: [...columns, flag].map((_, f) => `x${f}`),
      featureTypes: [...columns, flag].map(() => 'q'),
    };
    const labels = Float32Array.from(kind, (k, i) => Number(random.float() < (k + 6 * flag[i]) / 20));
    const binned = binMatrix(matrix);
    expect(binned.storage.length).toBeLessThan(13);
    const directions = matrix.columns.map((_, f) => (f % 3) - 1);
    const { booster } = trainSync({ binned, labels }, { monotone_constraints: directions }, { rounds: 15 });
    const falls = directions.map((direction, f) =>
      direction === 0 ? 0 : greatestFall(booster, matrix, f, direction),
    );
    expect(Math.max(...falls)).toBeLessThanOrEqual(0);
    expect(booster.importance('weight').size).toBeGreaterThan(5);
  });

  it('cost little where the data rise anyway, and flatten what falls', () => {
    const random = new Random(8);
    const x = Float32Array.from({ length: 800 }, () => random.normal());
    const matrix: Matrix = { rowCount: 800, columns: [x], featureNames: ['x'], featureTypes: ['q'] };
    const labels = x.map((value) => (random.float() < 1 / (1 + Math.exp(-2 * value)) ? 1 : 0));
    const fit = (direction: number): Booster =>
      trainSync(
        { binned: binMatrix(matrix), labels },
        { monotone_constraints: { x: direction } },
        { rounds: 20 },
      ).booster;
    const [falling, free, rising] = [-1, 0, 1].map(fit);
    const spread = (booster: Booster): number => {
      const margins = booster.predictMargin(matrix);
      return Math.max(...margins) - Math.min(...margins);
    };
    expect(greatestFall(free, matrix, 0)).toBeGreaterThan(0.1);
    expect(greatestFall(rising, matrix, 0)).toBeLessThanOrEqual(0);
    expect(spread(rising)).toBeGreaterThan(3);
    expect(spread(falling)).toBe(0);
    expect(falling.importance('weight').size).toBe(0);
  });

  it('of zeros change nothing', () => {
    const { matrix, labels } = makeData({ rows: 200, categories: [4] });
    const data = { binned: binMatrix(matrix), labels };
    const bytes = (params: ParamsInput): Buffer =>
      Buffer.from(trainSync(data, params, { rounds: 3 }).booster.toUbj());
    expect(bytes({ monotone_constraints: [0, 0, 0, 0, 0] }).equals(bytes({}))).toBe(true);
    expect(bytes({ monotone_constraints: {} }).equals(bytes({}))).toBe(true);
  });
});

describe('interaction constraints', () => {
  const groupLists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }), {
    maxLength: 4,
  });

  it('hold on every path', () => {
    fc.assert(
      fc.property(groupLists, settings, fc.integer({ min: 0, max: 1e6 }), (groups, params, seed) => {
        const { matrix, labels } = makeData({ rows: 250, numeric: 5, categories: [6], missing: 0.1, seed });
        const input = { ...params, interaction_constraints: groups };
        const { booster } = trainSync({ binned: binMatrix(matrix), labels }, input, { rounds: 4 });
        for (const path of booster.trees.flatMap(pathsOf)) {
          const together =
            path.size <= 1 || groups.some((group) => [...path].every((f) => group.includes(f)));
          expect(together).toBe(true);
        }
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it('let overlapping groups be used as far as one of them holds the path', () => {
    const { matrix, labels } = makeData({ rows: 1000, numeric: 3 });
    const input = {
      max_depth: 4,
      interaction_constraints: [
        ['x0', 'x1'],
        [1, 2],
      ],
    };
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, input, { rounds: 10 });
    const seen = new Set(booster.trees.flatMap(pathsOf).map((path) => [...path].sort().join()));
    expect(seen.has('0,1') && seen.has('1,2')).toBe(true);
    expect(seen.has('0,2') || seen.has('0,1,2')).toBe(false);
  });

  it('of all columns change nothing', () => {
    const { matrix, labels } = makeData({ rows: 200 });
    const bytes = (params: ParamsInput): Buffer =>
      Buffer.from(trainSync({ binned: binMatrix(matrix), labels }, params, { rounds: 3 }).booster.toUbj());
    expect(bytes({ interaction_constraints: [[0, 1, 2, 3]] }).equals(bytes({}))).toBe(true);
  });
});

describe('constraints that cannot be', () => {
  const { matrix, labels } = makeData({ rows: 50, categories: [4] });
  const data = { binned: binMatrix(matrix), labels };

  it.each<[Record<string, unknown>, RegExp]>([
    [{ monotone_constraints: [1, 0] }, /each of the 5 columns/],
    [{ monotone_constraints: [1, 0, 0, 0, 2] }, /-1, 0 or 1/],
    [{ monotone_constraints: { x9: 1 } }, /did you mean "x/],
    [{ monotone_constraints: { x0: '1' } }, /\["?x0"?\]/],
    [{ monotone_constraints: { x4: 1 } }, /categories have no order/],
    [{ monotone_constraints: '(1,0)' }, /a list with/],
    [{ interaction_constraints: 'all' }, /a list of groups/],
    [{ interaction_constraints: [0, 1] }, /a list of groups/],
    [{ interaction_constraints: [[0, 5]] }, /below 5/],
    [{ interaction_constraints: [[-1]] }, /a list of groups/],
    [{ interaction_constraints: [['color']] }, /names of columns/],
  ])('%o is refused', (params, text) => {
    const attempt = (): unknown => trainSync(data, params as ParamsInput, { rounds: 1 });
    expect(attempt).toThrow(InvalidOption);
    expect(attempt).toThrow(text);
  });
});
