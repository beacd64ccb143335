import { Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '../src/index.ts';
import type { Booster, FeatureType, Matrix } from '../src/index.ts';

const rowCount = 900;

/** Columns of every kind, with missing values: numbers, a rank of 17 values, categories, and ones that share storage. */
function makeTable(random: Random): { columns: Float32Array[]; types: FeatureType[]; labels: Float32Array } {
  const column = (draw: () => number, missing = 0): Float32Array =>
    Float32Array.from({ length: rowCount }, () => (random.float() < missing ? NaN : draw()));
  const group = Int32Array.from({ length: rowCount }, () => random.integer(12));
  const columns = [
    column(() => random.normal()),
    column(() => random.normal(), 0.3),
    column(() => Math.round(random.normal() * 20)),
    column(() => random.normal(), 0.9),
    column(() => random.integer(40), 0.05),
    column(() => random.integer(5)),
    ...Array.from({ length: 12 }, (_, level) => Float32Array.from(group, (of) => Number(of === level))),
    column(() => random.integer(17)),
  ];
  const types: FeatureType[] = columns.map((_, i) => (i === 4 || i === 5 ? 'c' : 'q'));
  const labels = Float32Array.from({ length: rowCount }, (_, i) => {
    const margin =
      columns[0][i] +
      (columns[4][i] % 3) -
      1 +
      Math.sin(group[i]) +
      (columns[18][i] - 8) / 4 +
      random.normal();
    return Number(margin > 0);
  });
  return { columns, types, labels };
}

/** What the trees are, without the names of the features. */
function treesOf(booster: Booster): unknown {
  return JSON.parse(booster.toJson(), (name, value) => (name === 'num_feature' ? undefined : value)).learner
    .gradient_booster;
}

describe('nodes of few rows', () => {
  it.each([
    ['depth by depth', { max_depth: 9 }],
    ['by gain', { max_depth: 0, max_leaves: 120, grow_policy: 'lossguide' as const }],
    ['with L1', { max_depth: 9, alpha: 0.3 }],
    ['with bounded weights', { max_depth: 9, max_delta_step: 0.4 }],
    ['with directions', { max_depth: 9, monotone_constraints: { a: 1, b: -1 } }],
    ['on drawn rows', { max_depth: 9, subsample: 0.6 }],
  ])('are split as their histograms say: %s', (_, params) => {
    const { columns, types, labels } = makeTable(new Random(5));
    const trees = [0, 60].map((copies) => {
      // Copies of the last column win no tie; but with them a histogram is short, and pays for fewer rows.
      const all = [...columns, ...Array.from({ length: copies }, () => columns[columns.length - 1])];
      const matrix: Matrix = {
        rowCount,
        columns: all,
        featureNames: all.map((__, i) => ['a', 'b'][i] ?? `c${i}`),
        featureTypes: all.map((__, i) => types[i] ?? 'q'),
      };

      const { booster } = trainSync(
        { binned: binMatrix(matrix), labels },
        { learning_rate: 0.3, min_child_weight: 0, seed: 3, ...params },
        { rounds: 12 },
      );
      return treesOf(booster);
    });
    expect(trees[1]).toEqual(trees[0]);
  });
});
