import { columnTypes } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { createScorer } from '../src/scorer/index.ts';
import { explainModel, openPool, packModel } from '../src/training/index.ts';
import { engineeredOf } from './support/engineered.ts';
import { smallModel } from './support/small-model.ts';

const types = [...columnTypes, ...columnTypes];
const { bundle, dataset, labels } = smallModel({ types, engineered: engineeredOf(types), rounds: 30 });
const { plan, booster, logistic, decision } = bundle;

/** Importance and contributions of a model whose features are of one and of two columns. */
async function explained(): ReturnType<typeof explainModel> {
  const pool = openPool(1);
  try {
    const model = packModel('engineered', { plan, booster, logistic, decision });
    return await explainModel({
      pool,
      seed: 4,
      shipping: model,
      plan,
      booster,
      dataset,
      labels,
      judged: model,
      judgedDataset: dataset,
      judgedLabels: labels,
      judgedWeights: undefined,
      minimumCount: 5,
      onTask: () => undefined,
    });
  } finally {
    await pool.close();
  }
}

describe('an explanation of engineered features', async () => {
  const { importance, sample, effects } = await explained();
  const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);

  it('tells the columns of the table, and no features', () => {
    expect(importance.map(({ column }) => column).toSorted()).toEqual(
      plan.inputs.map(({ name }) => name).toSorted(),
    );
    expect(sample.columns.length).toBe(plan.inputs.length);
  });

  it('parts all splits, and all gain, among them', () => {
    const splits = booster.importance('weight');
    expect(plan.outputs.some(({ name, sources }) => sources.length === 2 && splits.has(name))).toBe(true);
    expect(total(importance.map(({ weight }) => weight))).toBeCloseTo(total(splits.values()), 6);
    const gains = total(booster.importance('total_gain').values());
    expect(total(importance.map(({ totalGain }) => totalGain)) / gains).toBeCloseTo(1, 9);
  });

  it('adds up to the margins', () => {
    const { margins } = createScorer(bundle).scoreBatch(dataset);
    // Every row was explained, in the order of the table.
    expect(sample.rows).toBe(dataset.rowCount);
    margins.forEach((margin, row) => {
      expect(sample.bias + total(sample.columns.map(({ contributions }) => contributions[row]))).toBeCloseTo(
        margin,
        4,
      );
    });
  });

  it('sees columns act together that one feature is made of', () => {
    const { columns, values } = effects.interactions!;
    const pairs = plan.outputs.filter(
      ({ name, sources }) =>
        sources.length === 2 &&
        (booster.importance('weight').get(name) ?? 0) > 0 &&
        sources.every((source) => columns.includes(source)),
    );
    expect(pairs.length).toBeGreaterThan(0);
    for (const { sources } of pairs) {
      const [a, b] = sources.map((source) => columns.indexOf(source));
      expect(values[a][b]).toBeGreaterThan(0);
    }
    expect(effects.partialDependence.map(({ column }) => column)).toEqual(columns.slice(0, 4));
  });
});
