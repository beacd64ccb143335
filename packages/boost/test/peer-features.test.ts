import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '../src/index.ts';
import type { CustomObjective, MetricName } from '../src/index.ts';
import { fixtureTable, readFixture } from './support/fixtures.ts';
import type { FeaturesFixture } from './support/fixtures.ts';
import { range } from './support/made-data.ts';

const fixture = readFixture<FeaturesFixture>('features');
const { trainingRows } = fixture;
const matrix = fixtureTable(
  fixture.rows,
  ['a', 'b', 'c', 'd', 'kind', 'few'],
  ['q', 'q', 'q', 'q', 'c', 'c'],
);
const binned = binMatrix(matrix);
const rows = range(trainingRows);
const validationRows = range(matrix.rowCount - trainingRows, trainingRows);

/** Derivatives of log(cosh(margin - label)). */
const logCosh: CustomObjective = (margins, labels) => {
  const gradients = margins.map((margin, i) => Math.tanh(margin - labels[i]));
  return { gradients, hessians: gradients.map((g) => 1 - g * g) };
};

const SEEDS = 4;

describe('training is as good as XGBoost’s', () => {
  it.each(Object.keys(fixture.cases))('%s', (name) => {
    const one = fixture.cases[name];
    const regression = one.params.objective === 'reg:squarederror';
    const metric = Object.keys(one.metrics) as MetricName[];
    const sums = new Map(metric.map((m) => [m, 0]));
    for (let seed = 0; seed < SEEDS; seed++) {
      const data = {
        binned,
        labels: Float32Array.from(regression ? fixture.target : fixture.binary),
        rows,
        validationRows,
        ...(one.weighted === true && { weights: Float32Array.from(fixture.weights) }),
      };
      const params = { ...one.params, seed };
      const options = {
        rounds: one.halves === true ? one.rounds / 2 : one.rounds,
        metric,
        ...(one.own === true && { objective: logCosh }),
      };
      const first = one.halves === true ? trainSync(data, params, options).booster : undefined;
      const { history } = trainSync(data, params, {
        ...options,
        ...(first !== undefined && { initial: first }),
      });
      for (const m of metric) {
        sums.set(m, (sums.get(m) ?? 0) + (history.metrics[m].validation?.at(-1) ?? NaN) / SEEDS);
      }
    }
    for (const m of metric) {
      // Two means of runs that differ in bins, draws and rounding: three deviations of one run, and a bit.
      const distance = Math.abs((sums.get(m) ?? NaN) - one.metrics[m]);
      expect(distance).toBeLessThan(3 * one.deviation[m] + 0.002);
    }
  });
});
