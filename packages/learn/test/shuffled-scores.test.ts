import { columnTypes, takeRows } from '@verdict/core';
import type { Column, Dataset } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { createScorer } from '../src/scorer/index.ts';
import { ShuffledScores } from '../src/training/shuffled-scores.ts';
import { engineeredOf } from './support/engineered.ts';
import { smallModel } from './support/small-model.ts';

const plain = smallModel();
const twice = [...columnTypes, ...columnTypes];
const engineered = smallModel({ types: twice, engineered: engineeredOf(twice), rounds: 30 });
const { bundle, dataset } = plain;
const backwards = Uint32Array.from({ length: dataset.rowCount }, (_, row) => dataset.rowCount - 1 - row);

/** The dataset with the values of one column taken from other rows. */
function shuffle(name: string, permutation: Uint32Array, dataset: Dataset): Dataset {
  const moved = takeRows(dataset, permutation);
  const columns = dataset.columns.map((column, i): Column =>
    column.name === name ? moved.columns[i] : column,
  );
  return { rowCount: dataset.rowCount, columns };
}

describe.each([
  ['plain features', plain],
  ['engineered features', engineered],
])('scores of shuffled columns with %s', (_, { bundle, dataset }) => {
  const scorer = createScorer(bundle);

  it('are those of the scorer when nothing is shuffled', () => {
    const scores = new ShuffledScores(bundle, dataset);
    const expected = scorer.scoreBatch(dataset).probabilities;
    expect(Math.max(...scores.probabilities.map((p, row) => Math.abs(p - expected[row])))).toBeLessThan(
      1e-12,
    );
  });

  it.each(bundle.plan.inputs.map(({ name }) => name))('are those of the scorer for %s', (name) => {
    const scores = new ShuffledScores(bundle, dataset);
    const expected = scorer.scoreBatch(shuffle(name, backwards, dataset)).probabilities;
    for (let time = 0; time < 2; time++) {
      const shuffled = scores.shuffled(name, backwards);
      expect(Math.max(...shuffled.map((p, row) => Math.abs(p - expected[row])))).toBeLessThan(1e-12);
    }
  });
});

describe('scores of a shuffled column', () => {
  it('follow from the columns that share a feature with it', () => {
    const { plan, booster } = engineered.bundle;
    const used = booster.importance('weight');
    const shared = plan.outputs.filter(({ name, sources }) => sources.length > 1 && used.has(name));
    expect(shared.length).toBeGreaterThan(2);
  });

  it('are so with each member alone, and with a calibration', () => {
    const name = bundle.plan.inputs[0].name;
    for (const member of ['trees', 'logistic'] as const) {
      const model = {
        ...bundle,
        ...(member === 'trees' ? { logistic: undefined } : { booster: undefined }),
        decision: {
          ...bundle.decision,
          calibration: { kind: 'sigmoid', slope: 0.5, intercept: 0.1 } as const,
          blend: { members: [{ member, weight: 0.7 }], offset: 0.2 },
        },
      };
      const { booster, logistic, ...rest } = model;
      const given = {
        ...rest,
        ...(booster === undefined ? {} : { booster }),
        ...(logistic === undefined ? {} : { logistic }),
      };
      const expected = createScorer(given).scoreBatch(shuffle(name, backwards, dataset)).probabilities;
      const shuffled = new ShuffledScores(given, dataset).shuffled(name, backwards);
      expect(Math.max(...shuffled.map((p, row) => Math.abs(p - expected[row])))).toBeLessThan(1e-12);
    }
  });
});
