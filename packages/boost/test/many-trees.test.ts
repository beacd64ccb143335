import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '../src/index.ts';
import { makeData } from './support/made-data.ts';

describe('a booster of very many trees', () => {
  it('is explained as it predicts, in batches and row by row, with interactions too', () => {
    const { matrix, labels } = makeData({ rows: 60, numeric: 3, categories: [4], missing: 0.1 });
    const binned = binMatrix(matrix);
    const params = { max_depth: 2, learning_rate: 0.001, min_child_weight: 0 };
    const { booster } = trainSync({ binned, labels }, params, { rounds: 20_000 });
    expect(booster.treeCount).toBe(20_000);
    const width = matrix.columns.length + 1;
    const margins = booster.predictMargin(matrix);
    const contributions = booster.contributions(matrix);
    const sums = Array.from(margins, (_, row) =>
      contributions.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0),
    );
    // Margins are 20,000 sums in single precision.
    sums.forEach((sum, row) => expect(sum).toBeCloseTo(margins[row], 3));
    const first = Float32Array.from(matrix.columns, (column) => column[0]);
    expect(booster.contributionsRow(first)).toEqual(contributions.slice(0, width));
    const interactions = booster.interactions(matrix);
    const total = interactions.subarray(0, width * width).reduce((sum, value) => sum + value, 0);
    expect(total).toBeCloseTo(margins[0], 3);
  });
});
