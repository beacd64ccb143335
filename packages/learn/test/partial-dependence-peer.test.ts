import { readFileSync } from 'node:fs';
import { Booster } from '@verdict/boost';
import { describe, expect, it } from 'vitest';
import { gridOf, partialDependenceOf, probabilitiesOver } from '../src/explaining/index.ts';
import { featurePlanVersion } from '../src/features/index.ts';
import { createScorer } from '../src/scorer/index.ts';

interface Fixture {
  readonly model: unknown;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly results: readonly {
    readonly feature: number;
    readonly grid: readonly number[];
    readonly average: readonly number[];
    readonly individual: readonly (readonly number[])[];
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/partial-dependence.json', import.meta.url), 'utf8'),
) as Fixture;
const booster = Booster.fromJson(JSON.stringify(fixture.model));
const names = booster.featureNames;
const scorer = createScorer({
  plan: {
    version: featurePlanVersion,
    inputs: names.map((name) => ({ name, type: 'numeric', optional: true })),
    steps: names.map((name) => ({ kind: 'number', input: name, output: name, type: 'q' })),
    outputs: names.map((name) => ({ name, sources: [name], type: 'q' })),
    linear: [],
  },
  booster,
  decision: {
    blend: { members: [{ member: 'trees', weight: 1 }], offset: 0 },
    calibration: { kind: 'none' },
    threshold: 0.5,
    rule: { rule: 'mcc' },
    labels: { positive: '1', negative: '0' },
  },
});
const dataset = {
  rowCount: fixture.rows.length,
  columns: names.map((name, feature) => ({
    kind: 'number' as const,
    name,
    values: Float64Array.from(fixture.rows, (row) => row[feature] ?? NaN),
  })),
};

describe('partial dependence of an XGBoost model', () => {
  it.each(fixture.results)(
    'is that of scikit-learn for feature $feature, single rows too',
    ({ feature, grid, average, individual }) => {
      const name = names[feature];
      const scale = { kind: 'number' as const, values: grid, counts: grid.map(() => 1) };
      const column = gridOf({ name }, 'number', scale, false);
      const { mean, curves } = partialDependenceOf(
        name,
        scale,
        false,
        probabilitiesOver(scorer, dataset, column),
      );
      mean.forEach((value, i) => expect(Math.abs(value - average[i])).toBeLessThan(1e-6));
      curves.forEach((curve, row) =>
        curve.forEach((value, i) => expect(Math.abs(value - individual[row][i])).toBeLessThan(1e-6)),
      );
      expect(curves).toHaveLength(individual.length);
    },
  );
});
