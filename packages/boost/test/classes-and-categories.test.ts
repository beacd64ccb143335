import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '../src/index.ts';
import type { ParamsInput } from '../src/index.ts';
import { makeData, range } from './support/made-data.ts';

const made = makeData({ rows: 800, numeric: 2, categories: [3, 9, 40], missing: 0.08 });
const binned = binMatrix(made.matrix);
const { labels } = made;

describe('weights of classes', () => {
  it('by scale_pos_weight are those of rows', () => {
    const weights = labels.map((label) => (label === 1 ? 3 : 1));
    const half = labels.map((_, i) => 1 + (i % 2));
    const both = labels.map((label, i) => (label === 1 ? 3 : 1) * half[i]);
    const fit = (data: { weights?: Float32Array }, params: ParamsInput): readonly unknown[] =>
      trainSync({ binned, labels, ...data }, { base_score: 0.5, ...params }, { rounds: 6 }).booster.trees;
    expect(fit({}, { scale_pos_weight: 3 })).toEqual(fit({ weights }, {}));
    expect(fit({ weights: half }, { scale_pos_weight: 3 })).toEqual(fit({ weights: both }, {}));
  });

  it('of all rows alike are as if there were none, up to the penalties', () => {
    const heavy = { weights: labels.map(() => 8) };
    const params = { lambda: 0, min_child_weight: 0, gamma: 0.01 };
    const [a, b] = [
      trainSync({ binned, labels }, params, { rounds: 5 }),
      trainSync({ binned, labels, ...heavy }, { ...params, gamma: 0.08 }, { rounds: 5 }),
    ].map(({ booster }) => booster.predictMargin(made.matrix));
    expect(b).toEqual(a);
  });

  it('make rare classes count in the metric of the rows, not of the classes', () => {
    const data = { binned, labels, rows: range(600), validationRows: range(200, 600) };
    const options = { rounds: 4, metric: 'error' } as const;
    const plain = trainSync(data, {}, options).validationMargins ?? new Float32Array(0);
    const { history, validationMargins } = trainSync(data, { scale_pos_weight: 9 }, options);
    const positives = (margins: Float32Array): number => margins.filter((margin) => margin > 0).length;
    expect(positives(validationMargins ?? new Float32Array(0))).toBeGreaterThan(positives(plain));
    const wrong = [...(validationMargins ?? [])].filter((margin, i) => margin > 0 !== labels[600 + i] > 0);
    expect(history.validation?.at(-1)).toBeCloseTo(wrong.length / 200, 12);
  });
});

describe('categories that training has not seen', () => {
  it.each<[string, ParamsInput]>([
    ['one against the rest', { max_cat_to_onehot: 100 }],
    ['sorted sets', { max_cat_to_onehot: 1 }],
    ['dropped trees', { booster: 'dart', rate_drop: 0.4 }],
    ['constraints', { interaction_constraints: [[2, 3, 4]], monotone_constraints: [1, 0, 0, 0, 0] }],
    ['forests', { num_parallel_tree: 3, subsample: 0.6 }],
  ])('go left at every split, with %s', (_, params) => {
    const { booster } = trainSync({ binned, labels }, { max_depth: 5, ...params }, { rounds: 6 });
    expect(booster.trees.some((tree) => tree.categorical.includes(1))).toBe(true);
    const unseen = [40, 1000, 16_777_215, 16_777_216, 1e30, -1, -0.5, -Infinity, Infinity];
    const matrix = {
      ...made.matrix,
      rowCount: unseen.length,
      columns: made.matrix.columns.map((column, f) =>
        f < 2 ? column.slice(0, unseen.length) : Float32Array.from(unseen),
      ),
    };
    const leaves = booster.predictLeaves(matrix);
    const margins = booster.predictMargin(matrix);
    const contributions = booster.contributions(matrix);
    unseen.forEach((_code, row) => {
      const values = Float32Array.from(matrix.columns, (column) => column[row]);
      let sum = booster.baseScore;
      booster.trees.forEach((tree, t) => {
        let node = 0;
        while (tree.lefts[node] >= 0) {
          const value = values[tree.features[node]];
          let right = 0;
          if (tree.categorical[node] === 0) {
            right = Number.isNaN(value)
              ? 1 - tree.defaultLefts[node]
              : Number(!(value < tree.thresholds[node]));
          }
          node = tree.lefts[node] + right;
        }
        expect(leaves[row * booster.treeCount + t]).toBe(node);
        const weight = booster.treeWeights?.[t] ?? 1;
        sum = Math.fround(sum + Math.fround(tree.thresholds[node] * weight));
      });
      expect(margins[row]).toBe(sum);
      expect(booster.predictRow(values)).toBe(sum);
      const parts = contributions.subarray(row * 6, row * 6 + 6);
      expect(Math.abs(parts.reduce((total, part) => total + part, 0) - sum)).toBeLessThan(1e-5);
    });
  });
});
