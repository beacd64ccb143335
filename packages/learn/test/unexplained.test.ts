import { Random } from '@verdict/core';
import type { Dataset, Schema } from '@verdict/core';
import { createScorer, trainModel } from '@verdict/learn';
import { describe, expect, it } from 'vitest';

const schema: Schema = {
  target: { name: 'late', positive: 'yes', negative: 'no' },
  columns: [
    { name: 'km', type: 'numeric', role: 'feature', optional: false },
    { name: 'late', type: 'category', role: 'target', optional: false },
  ],
};

function deliveries(rows: number): Dataset {
  const random = new Random(9, 'deliveries');
  const values = Float64Array.from({ length: rows }, () => random.normal());
  const codes = Int32Array.from(values, (km) => (random.float() < 1 / (1 + Math.exp(-2 * km)) ? 1 : 0));
  return {
    rowCount: rows,
    columns: [
      { kind: 'number', name: 'km', values },
      { kind: 'code', name: 'late', codes, levels: ['no', 'yes'] },
    ],
  };
}

describe('training without an explanation', () => {
  it('claims to have explained nothing, and makes the same model', async () => {
    const dataset = deliveries(240);
    const options = { seed: 3, folds: 2, threads: 1 };
    const plain = await trainModel({ dataset, schema }, { ...options, explain: false });
    expect(plain.importance).toEqual([]);
    expect(plain.permutedRows).toBe(0);
    expect(plain.contributions).toEqual({ rows: 0, bias: 0, columns: [] });
    expect(plain.effects).toEqual({ dependence: [], partialDependence: [] });
    const explained = await trainModel({ dataset, schema }, options);
    expect(explained.permutedRows).toBeGreaterThan(0);
    expect(explained.contributions.rows).toBeGreaterThan(0);
    const scores = [plain, explained].map(({ bundle }) => createScorer(bundle).scoreBatch(dataset));
    expect(scores[0].probabilities).toEqual(scores[1].probabilities);
  });
});
