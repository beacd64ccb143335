import { describe, expect, it } from 'vitest';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import type { Tree } from '../src/index.ts';
import { gaussLegendre } from '../src/quadrature.ts';
import { makeData, numericMatrix, range, rowOf } from './support/made-data.ts';
import { Random } from '@verdict/core';
import { randomCells, randomForest } from './support/random-trees.ts';

/** What a tree is expected to answer when only the features of a coalition are known. */
function expectation(tree: Tree, row: Float32Array, known: number, node = 0): number {
  const left = tree.lefts[node];
  if (left < 0) return tree.thresholds[node];
  const f = tree.features[node];
  const total = tree.covers[left] + tree.covers[left + 1];
  if ((known & (1 << f)) !== 0) {
    const x = row[f];
    const set = tree.categories.subarray(tree.categoryStarts[node], tree.categoryStarts[node + 1]);
    let goesLeft = x < tree.thresholds[node];
    if (tree.categorical[node] === 1) goesLeft = !set.includes(x);
    if (Number.isNaN(x)) goesLeft = tree.defaultLefts[node] === 1;
    return expectation(tree, row, known, goesLeft ? left : left + 1);
  }
  return (
    (tree.covers[left] / total) * expectation(tree, row, known, left) +
    (tree.covers[left + 1] / total) * expectation(tree, row, known, left + 1)
  );
}

/** Shapley values by their definition, over all coalitions. */
function shapley(tree: Tree, row: Float32Array, features: number): number[] {
  const values = Array.from({ length: 1 << features }, (_, known) => expectation(tree, row, known));
  const factorials = [1];
  for (let i = 1; i <= features; i++) factorials.push(factorials[i - 1] * i);
  return Array.from({ length: features }, (_, f) => {
    let sum = 0;
    for (let known = 0; known < values.length; known++) {
      if ((known & (1 << f)) !== 0) continue;
      let size = 0;
      for (let bits = known; bits > 0; bits >>= 1) size += bits & 1;
      const weight = (factorials[size] * factorials[features - size - 1]) / factorials[features];
      sum += weight * (values[known | (1 << f)] - values[known]);
    }
    return sum;
  });
}

describe('contributions', () => {
  it('are the Shapley values of the trees, with repeated features, gaps and categories', () => {
    const { matrix, labels } = makeData({ rows: 500, numeric: 3, categories: [3, 12], missing: 0.1 });
    const { booster } = trainSync(
      { binned: binMatrix(matrix), labels },
      { max_depth: 7, min_child_weight: 0.1 },
      { rounds: 3 },
    );
    const contributions = booster.contributions(matrix);
    let worst = 0;
    for (let i = 0; i < 25; i++) {
      const row = rowOf(matrix, i);
      const sums = new Float64Array(5);
      for (const tree of booster.trees) shapley(tree, row, 5).forEach((value, f) => (sums[f] += value));
      for (let f = 0; f < 5; f++) worst = Math.max(worst, Math.abs(sums[f] - contributions[i * 6 + f]));
    }
    expect(worst).toBeLessThan(1e-7);
  });

  it('stay exact on paths of more features than one rule of eight points covers', () => {
    const features = 40;
    const random = new Random(9);
    const columns = Array.from({ length: features }, () =>
      Float32Array.from({ length: 64 }, () => random.normal()),
    );
    const matrix = numericMatrix(columns);
    const booster = chain(features);
    const contributions = booster.contributions(matrix);
    let worst = 0;
    for (let i = 0; i < 64; i++) {
      const expected = chainShapley(booster.trees[0], rowOf(matrix, i));
      expected.forEach((value, f) => {
        worst = Math.max(worst, Math.abs(value - contributions[i * (features + 1) + f]));
      });
    }
    expect(worst).toBeLessThan(1e-9);
  });

  it('add up to the margin, and one row gives what the batch gives', () => {
    const { matrix, labels } = makeData({ rows: 400, categories: [5], missing: 0.2 });
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, { max_depth: 6 }, { rounds: 60 });
    const margins = booster.predictMargin(matrix);
    const contributions = booster.contributions(matrix);
    const width = matrix.columns.length + 1;
    let worst = 0;
    margins.forEach((margin, i) => {
      const sum = contributions.subarray(i * width, (i + 1) * width).reduce((a, b) => a + b, 0);
      worst = Math.max(worst, Math.abs(sum - margin));
    });
    expect(worst).toBeLessThan(1e-5);
    for (const i of [0, 7, 399]) {
      expect(booster.contributionsRow(rowOf(matrix, i))).toStrictEqual(
        contributions.slice(i * width, (i + 1) * width),
      );
    }
  });

  it('are only bias for a booster without splits', () => {
    const matrix = numericMatrix([Float32Array.of(1, 1, 1)]);
    const { booster } = trainSync(
      { binned: binMatrix(matrix), labels: Float32Array.of(0, 1, 1) },
      {},
      { rounds: 2 },
    );
    const margin = booster.predictMargin(matrix)[0];
    expect(Array.from(booster.contributions(matrix).subarray(0, 2), (v) => Math.fround(v))).toStrictEqual([
      0,
      margin,
    ]);
    expect(booster.slice(0, 0).contributionsRow(Float32Array.of(1))[1]).toBe(booster.baseScore);
  });
});

/** Shapley interaction indices by their definition: the matrix that `interactions` should give for one tree. */
function shapleyPairs(tree: Tree, row: Float32Array, features: number): number[][] {
  const values = Array.from({ length: 1 << features }, (_, known) => expectation(tree, row, known));
  const factorials = [1];
  for (let i = 1; i <= features; i++) factorials.push(factorials[i - 1] * i);
  const matrix = Array.from({ length: features }, () => new Array<number>(features).fill(0));
  for (let i = 0; i < features; i++) {
    for (let j = i + 1; j < features; j++) {
      const [a, b] = [1 << i, 1 << j];
      for (let known = 0; known < values.length; known++) {
        if ((known & (a | b)) !== 0) continue;
        let size = 0;
        for (let bits = known; bits > 0; bits >>= 1) size += bits & 1;
        const weight = (factorials[size] * factorials[features - size - 2]) / (2 * factorials[features - 1]);
        const change = values[known | a | b] - values[known | a] - values[known | b] + values[known];
        matrix[i][j] += weight * change;
      }
      matrix[j][i] = matrix[i][j];
    }
  }
  shapley(tree, row, features).forEach((value, f) => {
    matrix[f][f] = value - matrix[f].reduce((sum, other) => sum + other, 0);
  });
  return matrix;
}

describe('interactions', () => {
  it('are the Shapley interaction values, with repeated features, gaps and categories', () => {
    const { matrix, labels } = makeData({ rows: 500, numeric: 3, categories: [3, 12], missing: 0.1 });
    const params = { max_depth: 7, min_child_weight: 0.1 };
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, params, { rounds: 3 });
    const interactions = booster.interactions(matrix);
    let worst = 0;
    for (let i = 0; i < 25; i++) {
      for (let f = 0; f < 5; f++) {
        for (let g = 0; g < 5; g++) {
          let expected = 0;
          for (const tree of booster.trees) expected += shapleyPairs(tree, rowOf(matrix, i), 5)[f][g];
          worst = Math.max(worst, Math.abs(expected - interactions[i * 36 + f * 6 + g]));
        }
      }
    }
    expect(worst).toBeLessThan(1e-7);
  });

  it('are symmetric and add up to contributions, for trees of any shape and any covers', () => {
    const shape = { trees: 6, features: 9, numeric: 6, splits: 90, thresholds: 12 };
    for (const [seed, chain] of [
      [1, 0],
      [2, 1],
    ]) {
      const trees = randomForest({ ...shape, chain }, seed);
      // Children that no training row has reached.
      trees[0].covers.fill(0, 9, 31);
      const columns = randomCells(shape, 50, seed);
      const matrix = {
        ...numericMatrix(columns),
        featureTypes: columns.map((_, f) => (f < 6 ? 'q' : 'c') as 'q'),
      };
      const { featureNames, featureTypes } = matrix;
      const booster = Booster.fromTrees(trees, { featureNames, featureTypes, baseOutput: 0.3 });
      const interactions = booster.interactions(matrix);
      const contributions = booster.contributions(matrix);
      let worst = 0;
      for (let i = 0; i < 50; i++) {
        for (let f = 0; f < 10; f++) {
          let sum = 0;
          for (let g = 0; g < 10; g++) {
            sum += interactions[i * 100 + f * 10 + g];
            expect(interactions[i * 100 + f * 10 + g]).toBe(interactions[i * 100 + g * 10 + f]);
          }
          worst = Math.max(worst, Math.abs(sum - contributions[i * 10 + f]));
        }
      }
      expect(worst).toBeLessThan(1e-10);
      expect(booster.interactions(matrix, { threads: 3 })).toStrictEqual(interactions);
    }
  });

  it('are the same for a row and in a batch, for a range of rounds, and aside', async () => {
    const { matrix, labels } = makeData({ rows: 100, numeric: 30, categories: [4], missing: 0.1 });
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, {}, { rounds: 6 });
    const all = booster.interactions(matrix);
    const one = { ...matrix, rowCount: 1, columns: matrix.columns.map((column) => column.slice(7, 8)) };
    expect(booster.interactions(one)).toStrictEqual(all.slice(7 * 1024, 8 * 1024));
    expect(booster.interactionsRow(rowOf(matrix, 7))).toStrictEqual(all.slice(7 * 1024, 8 * 1024));
    expect(booster.interactions(matrix, { begin: 1, end: 4 })).toStrictEqual(
      booster.slice(1, 4).interactions(matrix),
    );
    expect(await booster.interactionsAsync(matrix, { threads: 2 })).toStrictEqual(all);
    expect(
      booster
        .slice(0, 0)
        .interactions(one)
        .filter((value) => value !== 0),
    ).toStrictEqual(Float64Array.of(booster.baseScore));
  });

  it('stay exact on long paths', () => {
    const random = new Random(9);
    const columns = Array.from({ length: 40 }, () => Float32Array.from({ length: 8 }, () => random.normal()));
    const matrix = numericMatrix(columns);
    const booster = chain(40);
    const contributions = booster.contributions(matrix);
    const interactions = booster.interactions(matrix);
    let worst = 0;
    contributions.forEach((value, line) => {
      const sum = interactions.subarray(line * 41, (line + 1) * 41).reduce((a, b) => a + b, 0);
      worst = Math.max(worst, Math.abs(sum - value));
    });
    expect(worst).toBeLessThan(1e-9);
  });

  it('take blocks of few rows where a matrix is large', () => {
    const { matrix, labels } = makeData({ rows: 6, numeric: 700 });
    const { booster } = trainSync(
      { binned: binMatrix(matrix), labels },
      { min_child_weight: 0 },
      { rounds: 3 },
    );
    const interactions = booster.interactions(matrix);
    const contributions = booster.contributions(matrix);
    for (let i = 0; i < 6; i++) {
      for (let f = 0; f < 701; f++) {
        const from = (i * 701 + f) * 701;
        const sum = interactions.subarray(from, from + 701).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(contributions[i * 701 + f], 10);
      }
    }
  });
});

describe('quadrature', () => {
  it('is exact for polynomials of degree 2n - 1', () => {
    for (const n of [1, 2, 8, 16, 24, 64]) {
      const { points, weights } = gaussLegendre(n);
      for (const degree of [0, 1, n, 2 * n - 1]) {
        const integral = points.reduce((sum, t, i) => sum + weights[i] * t ** degree, 0);
        expect(Math.abs(integral * (degree + 1) - 1)).toBeLessThan(1e-12);
      }
    }
  });
});

/** A tree of one path: at depth d it splits on feature d. */
function chain(features: number): Booster {
  const nodes = 2 * features + 1;
  const tree = {
    features: new Int32Array(nodes),
    thresholds: new Float32Array(nodes),
    lefts: new Int32Array(nodes).fill(-1),
    defaultLefts: new Uint8Array(nodes),
    categorical: new Uint8Array(nodes),
    categoryStarts: new Int32Array(nodes + 1),
    categories: new Int32Array(0),
    gains: new Float32Array(nodes),
    covers: new Float32Array(nodes),
    baseWeights: new Float32Array(nodes),
  };
  let node = 0;
  tree.covers[0] = 1e6;
  for (let f = 0; f < features; f++) {
    const left = 2 * f + 1;
    tree.features[node] = f;
    tree.lefts[node] = left;
    tree.covers[left] = tree.covers[node] * 0.8;
    tree.covers[left + 1] = tree.covers[node] * 0.2;
    tree.thresholds[left + 1] = Math.sin(f + 1);
    node = left;
  }
  tree.thresholds[node] = 2;
  return Booster.fromTrees([tree], {
    featureNames: Array.from(range(features), (f) => `x${f}`),
    featureTypes: Array.from(range(features), () => 'q' as const),
    baseOutput: 0.5,
  });
}

/** Shapley values leaf by leaf: each leaf's game by the weights of coalition sizes (dynamic programme). */
function chainShapley(tree: Tree, row: Float32Array): Float64Array {
  const result = new Float64Array(row.length);
  const path: { f: number; o: number; p: number }[] = [];
  const leaf = (value: number): void => {
    const m = path.length;
    path.forEach((own, i) => {
      // sizes[s]: sum over coalitions of size s of the others of the product of their factors.
      let sizes = [1];
      path.forEach((other, j) => {
        if (i === j) return;
        const next = new Array<number>(sizes.length + 1).fill(0);
        sizes.forEach((value, s) => {
          next[s] += value * other.p;
          next[s + 1] += value * other.o;
        });
        sizes = next;
      });
      let sum = 0;
      let binomial = 1;
      for (let s = 0; s < m; s++) {
        sum += sizes[s] / (m * binomial);
        binomial *= (m - 1 - s) / (s + 1);
      }
      result[own.f] += value * (own.o - own.p) * sum;
    });
  };
  for (let node = 0, f = 0; ; f++) {
    const left = tree.lefts[node];
    if (left < 0) {
      leaf(tree.thresholds[node]);
      return result;
    }
    const goesLeft = row[f] < tree.thresholds[node];
    const total = tree.covers[left] + tree.covers[left + 1];
    path.push({ f, o: goesLeft ? 0 : 1, p: tree.covers[left + 1] / total });
    leaf(tree.thresholds[left + 1]);
    path.pop();
    path.push({ f, o: goesLeft ? 1 : 0, p: tree.covers[left] / total });
    node = left;
  }
}
