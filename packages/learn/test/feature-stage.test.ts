import { binMatrix, trainSync } from '@verdict/boost';
import type { Column, Dataset, Schema } from '@verdict/core';
import { Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { fitTransformFeatures } from '../src/features/index.ts';
import type { EngineeredFeature } from '../src/features/index.ts';
import type { CrossFit } from '../src/training/index.ts';
import { chooseFeatures } from '../src/tuning/feature-stage.ts';
import type { FamilyOutcome, FeatureChoice, FeatureStageInput } from '../src/tuning/feature-stage.ts';

const rowCount = 400;
const random = new Random(3, 'feature stage');
// Skewed, so that logarithms and ranks are proposed.
const columns: Column[] = ['debt', 'income', 'age', 'noise'].map((name) => ({
  kind: 'number',
  name,
  values: Float64Array.from({ length: rowCount }, () => Math.exp(random.normal())),
}));
const [debt, income, age] = columns.map((column) => (column.kind === 'number' ? column.values : []));
const labels = Uint8Array.from({ length: rowCount }, (_, row) =>
  Math.abs(Math.log(debt[row] / income[row])) + 0.3 * age[row] + 0.3 * random.normal() < 1.2 ? 1 : 0,
);
const dataset: Dataset = { rowCount, columns };
const schema: Schema = {
  target: { name: 'failed', positive: 'yes', negative: 'no' },
  columns: columns.map(({ name }) => ({ name, type: 'numeric', role: 'feature', optional: false })),
};

/** Trees of real rows: what they split on together is proposed, and what they make of proposals ranks these. */
function grown(engineered: readonly EngineeredFeature[]): Pick<CrossFit, 'plan' | 'trees'> {
  const { plan, matrix } = fitTransformFeatures(dataset, schema, { engineered, seed: 1 }, labels);
  const { booster } = trainSync({ binned: binMatrix(matrix), labels }, { max_depth: 4 }, { rounds: 20 });
  return { plan, trees: booster };
}

/** Deviation of the falls of a row's loss, which makes a standard error of their mean of almost exactly 0.01. */
const SPREAD = 0.2;
const ERROR = 0.01;

/** A fit whose out-of-fold log loss of a row is lower by so much, on average, than that of a guess. */
function fitOf(gain: number): CrossFit {
  const probabilities = Float64Array.from(labels, (label, row) => {
    // Neighbours of a pair fall alike, so that a group of them is worth one row.
    const fall = gain === 0 ? 0 : gain + (Math.floor(row / 2) % 2 === 0 ? SPREAD : -SPREAD);
    const hit = Math.exp(fall - Math.LN2);
    return label === 1 ? hit : 1 - hit;
  });
  return { decided: { probabilities } } as CrossFit;
}

const base = { ...fitOf(0), ...grown([]) };

interface Gains {
  /** By number of features. */
  readonly strongest: (count: number) => number;
  readonly shape: number;
  readonly both?: number;
}

/** Chooses features whose gains are known, in standard errors. */
async function chosenBy(
  gains: Gains,
  change: { groups?: Int32Array; seconds?: number } = {},
): Promise<FeatureChoice & { readonly fits: readonly CrossFit[] }> {
  const fits: CrossFit[] = [];
  const input: FeatureStageInput = {
    rows: {
      dataset,
      labels,
      weights: undefined,
      groups: change.groups,
      times: undefined,
      foldColumn: undefined,
    },
    base,
    baseSeconds: 1,
    async fit(_, { engineered = [] }) {
      const shaped = engineered.filter(({ kind }) => kind === 'log' || kind === 'rank').length;
      const known =
        shaped === 0
          ? gains.strongest(engineered.length)
          : shaped === engineered.length
            ? gains.shape
            : (gains.both ?? NaN);
      fits.push(fitOf(known * ERROR));
      return fits[fits.length - 1];
    },
    grow: async (engineered) => grown(engineered),
    budget: { now: () => 0, started: 0, seconds: change.seconds, cpu: () => 0, slowness: 1 },
  };
  return { ...(await chooseFeatures(input)), fits };
}

const named = (families: readonly FamilyOutcome[], kept: boolean): string[] =>
  families.filter((family) => family.kept === kept).map(({ family }) => family);

describe('engineered features', () => {
  it('are dropped, every family of them, unless they gain more than one standard error', async () => {
    const { engineered, families, fit } = await chosenBy({ strongest: () => 0.95, shape: 0.95 });
    expect(engineered).toEqual([]);
    expect(fit).toBe(base);
    expect(families).toHaveLength(4);
    expect(named(families, true)).toEqual([]);
    for (const { gain, standardError } of families) {
      expect(gain).toBeCloseTo(0.95 * ERROR, 12);
      expect(standardError).toBeCloseTo(ERROR, 4);
    }
    const harmful = await chosenBy({ strongest: () => -3, shape: -3 });
    expect([harmful.engineered, named(harmful.families, true)]).toEqual([[], []]);
  });

  it('are kept where they gain more than that: as many of the strongest as gain most', async () => {
    const { engineered, families, fit, fits } = await chosenBy({
      strongest: (count) => (count === 8 ? 1.2 : 1.05),
      shape: 0.95,
    });
    expect(families.map(({ family }) => family)).toEqual([
      'the strongest 4',
      'the strongest 8',
      expect.stringMatching(/^the strongest (9|1\d)$/),
      'logarithms and ranks',
    ]);
    expect(named(families, true)).toEqual(['the strongest 8']);
    expect(engineered).toHaveLength(8);
    // What trees make most of comes first.
    expect(engineered[0]).toEqual({ kind: 'ratio', inputs: ['debt', 'income'] });
    expect(fit).toBe(fits[1]);
  });

  it('that are news to the regression alone are judged by themselves', async () => {
    const { engineered, families } = await chosenBy({ strongest: () => 0.5, shape: 1.05 });
    expect(named(families, true)).toEqual(['logarithms and ranks']);
    expect(new Set(engineered.map(({ kind }) => kind))).toEqual(new Set(['log', 'rank']));
  });

  it('of both kinds are kept if together they gain more than the better of them', async () => {
    const gains = { strongest: () => 1.5, shape: 2 };
    const both = await chosenBy({ ...gains, both: 2.1 });
    expect(named(both.families, true)).toEqual(['the strongest 4', 'logarithms and ranks']);
    expect(both.engineered).toHaveLength(both.families[0].count + both.families.at(-1)!.count);
    expect(both.fit).toBe(both.fits.at(-1));
    // What was tried together is no family of its own.
    expect(both.families).toHaveLength(4);
    for (const together of [1.9, 2]) {
      const better = await chosenBy({ ...gains, both: together });
      expect(named(better.families, true)).toEqual(['logarithms and ranks']);
      expect(better.engineered).toHaveLength(better.families.at(-1)!.count);
      expect(better.fit).toBe(better.fits[3]);
    }
  });

  it('are judged by groups of rows, which count as one', async () => {
    const groups = Int32Array.from(labels, (_, row) => Math.floor(row / 2));
    const gains: Gains = { strongest: () => 1.2, shape: 1.2, both: 1.2 };
    expect((await chosenBy(gains)).engineered).not.toEqual([]);
    const { families, engineered } = await chosenBy(gains, { groups });
    expect(engineered).toEqual([]);
    expect(families[0].standardError).toBeCloseTo(Math.SQRT2 * ERROR, 4);
  });

  it('are not tried without time, which is told apart from dropping them', async () => {
    const { engineered, families, fits } = await chosenBy({ strongest: () => 9, shape: 9 }, { seconds: 1.4 });
    expect([engineered, fits]).toEqual([[], []]);
    expect(families.map(({ gain, kept }) => [gain, kept])).toEqual([[NaN, false]]);
    const some = await chosenBy({ strongest: () => 9, shape: 9, both: 9 }, { seconds: 1.6 });
    expect(named(some.families, true)).toEqual(['the strongest 4']);
  });
});
