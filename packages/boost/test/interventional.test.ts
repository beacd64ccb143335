import { InvalidOption } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import type { FeatureType, Matrix } from '../src/index.ts';
import { makeData, rowOf } from './support/made-data.ts';
import { randomCells, randomForest } from './support/random-trees.ts';

/** The first rows of a matrix, from `begin`. */
function cut(matrix: Matrix, begin: number, count: number): Matrix {
  return {
    ...matrix,
    rowCount: count,
    columns: matrix.columns.map((column) => column.slice(begin, begin + count)),
  };
}

/** Shapley values by their definition: the mean margin over the background of every coalition's mixed rows. */
function bruteForce(booster: Booster, row: Float32Array, background: Matrix): number[] {
  const features = row.length;
  const values = Array.from({ length: 1 << features }, (_, known) => {
    let sum = 0;
    for (let z = 0; z < background.rowCount; z++) {
      const mixed = background.columns.map((column, f) => ((known >> f) & 1 ? row[f] : column[z]));
      sum += marginOf(booster, mixed);
    }
    return sum / background.rowCount;
  });
  const factorials = [1];
  for (let i = 1; i <= features; i++) factorials.push(factorials[i - 1] * i);
  const result = Array.from({ length: features }, (_, f) => {
    let sum = 0;
    for (let known = 0; known < values.length; known++) {
      if ((known >> f) & 1) continue;
      let size = 0;
      for (let bits = known; bits > 0; bits >>= 1) size += bits & 1;
      const weight = (factorials[size] * factorials[features - size - 1]) / factorials[features];
      sum += weight * (values[known | (1 << f)] - values[known]);
    }
    return sum;
  });
  return [...result, values[0]];
}

/** The margin by the definition of a tree, in doubles. */
function marginOf(booster: Booster, row: readonly number[]): number {
  let margin = booster.baseScore;
  for (const tree of booster.trees) {
    let node = 0;
    while (tree.lefts[node] >= 0) {
      const x = row[tree.features[node]];
      const set = tree.categories.subarray(tree.categoryStarts[node], tree.categoryStarts[node + 1]);
      let right = !(x < tree.thresholds[node]);
      if (tree.categorical[node] === 1) right = x >= 0 && set.includes(Math.floor(x));
      if (Number.isNaN(x)) right = tree.defaultLefts[node] === 0;
      node = tree.lefts[node] + (right ? 1 : 0);
    }
    margin += tree.thresholds[node];
  }
  return margin;
}

describe('contributions against a background', () => {
  it('are the Shapley values of mixed rows, with repeated features, gaps and categories', () => {
    for (const [chain, rows] of [
      [0, 3],
      [0.7, 40],
      [1, 1],
    ]) {
      const shape = { trees: 4, features: 6, numeric: 4, splits: 40, thresholds: 10, chain };
      const columns = randomCells(shape, 60, 3);
      const featureTypes: FeatureType[] = columns.map((_, f) => (f < 4 ? 'q' : 'c'));
      const featureNames = columns.map((_, f) => `x${f}`);
      const matrix = { rowCount: 60, columns, featureNames, featureTypes };
      const trees = randomForest(shape, 3);
      const booster = Booster.fromTrees(trees, { featureNames, featureTypes, baseOutput: 0.7 });
      const background = cut(matrix, 5, rows);
      const contributions = booster.contributions(matrix, { background });
      for (let i = 0; i < 12; i++) {
        const expected = bruteForce(booster, rowOf(matrix, i), background);
        expected.forEach((value, f) => expect(contributions[i * 7 + f]).toBeCloseTo(value, 9));
      }
    }
  });

  it('add up to the margin, with the mean margin of the background for a bias', () => {
    const { matrix, labels } = makeData({ rows: 400, numeric: 5, categories: [6], missing: 0.1 });
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, { max_depth: 6 }, { rounds: 40 });
    const background = cut(matrix, 0, 100);
    const rows = cut(matrix, 90, 70);
    const contributions = booster.contributions(rows, { background });
    const margins = booster.predictMargin(rows);
    const mean = booster.predictMargin(background).reduce((sum, margin) => sum + margin, 0) / 100;
    for (let i = 0; i < 70; i++) {
      const sum = contributions.subarray(i * 7, i * 7 + 7).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - margins[i])).toBeLessThan(3e-6);
      expect(contributions[i * 7 + 6]).toBeCloseTo(mean, 6);
    }
  });

  it('are nothing but bias for a row against itself, and leave features alone that no tree looks at', () => {
    const { matrix, labels } = makeData({ rows: 200, numeric: 3 });
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, {}, { rounds: 5 });
    const row = cut(matrix, 4, 1);
    const [a, b, c, bias] = booster.contributions(row, { background: row });
    expect([a, b, c]).toStrictEqual([0, 0, 0]);
    expect(bias).toBeCloseTo(booster.predictMargin(row)[0], 6);
    const none = booster.slice(0, 0).contributions(row, { background: matrix });
    expect([...none]).toStrictEqual([0, 0, 0, booster.baseScore]);
  });

  it('are the same on any threads, aside, in parts, and for a range of rounds', async () => {
    const { matrix, labels } = makeData({ rows: 300, categories: [5], missing: 0.1 });
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, {}, { rounds: 20 });
    const background = cut(matrix, 100, 50);
    const all = booster.contributions(matrix, { background });
    expect(booster.contributions(matrix, { background, threads: 3 })).toStrictEqual(all);
    expect(await booster.contributionsAsync(matrix, { background })).toStrictEqual(all);
    expect(booster.contributions(cut(matrix, 33, 2), { background })).toStrictEqual(
      all.slice(33 * 6, 35 * 6),
    );
    expect(booster.contributionsRow(rowOf(matrix, 33), { background })).toStrictEqual(
      booster.contributions(cut(matrix, 33, 1), { background }),
    );
    expect(booster.contributions(matrix, { background, begin: 3, end: 9 })).toStrictEqual(
      booster.slice(3, 9).contributions(matrix, { background }),
    );
  });

  it('need a background of the model’s columns, with at least one row', () => {
    const { matrix, labels } = makeData({ rows: 50 });
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, {}, { rounds: 1 });
    const other = { ...matrix, featureNames: ['a', 'b', 'c', 'd'] };
    expect(() => booster.contributions(matrix, { background: other })).toThrow(InvalidOption);
    expect(() => booster.contributions(matrix, { background: cut(matrix, 0, 0) })).toThrow(
      /at least one row/,
    );
  });
});
