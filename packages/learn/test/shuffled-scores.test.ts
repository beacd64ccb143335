import { takeRows } from '@verdict/core';
import type { Column, Dataset } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { createScorer } from '../src/scorer/index.ts';
import { ShuffledScores } from '../src/training/shuffled-scores.ts';
import { smallModel } from './support/small-model.ts';

const { bundle, dataset } = smallModel();
const scorer = createScorer(bundle);
const backwards = Uint32Array.from({ length: dataset.rowCount }, (_, row) => dataset.rowCount - 1 - row);

/** The dataset with the values of one column taken from other rows. */
function shuffle(name: string, permutation: Uint32Array): Dataset {
  const moved = takeRows(dataset, permutation);
  const columns = dataset.columns.map((column, i): Column =>
    column.name === name ? moved.columns[i] : column,
  );
  return { rowCount: dataset.rowCount, columns };
}

describe('scores of shuffled columns', () => {
  it('are those of the scorer when nothing is shuffled', () => {
    const scores = new ShuffledScores(bundle, dataset);
    const expected = scorer.scoreBatch(dataset).probabilities;
    expect(Math.max(...scores.probabilities.map((p, row) => Math.abs(p - expected[row])))).toBeLessThan(
      1e-12,
    );
  });

  it.each(bundle.plan.inputs.map(({ name }) => name))('are those of the scorer for %s', (name) => {
    const scores = new ShuffledScores(bundle, dataset);
    const expected = scorer.scoreBatch(shuffle(name, backwards)).probabilities;
    const shuffled = scores.shuffled(name, backwards);
    expect(Math.max(...shuffled.map((p, row) => Math.abs(p - expected[row])))).toBeLessThan(1e-12);
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
      const expected = createScorer(given).scoreBatch(shuffle(name, backwards)).probabilities;
      const shuffled = new ShuffledScores(given, dataset).shuffled(name, backwards);
      expect(Math.max(...shuffled.map((p, row) => Math.abs(p - expected[row])))).toBeLessThan(1e-12);
    }
  });
});
