import { describe, expect, it } from 'vitest';
import { Booster } from '../src/index.ts';
import { fixtureTable, greatestDifference, readFixture } from './support/fixtures.ts';

/** What test/fixtures/make-explanations.py writes; tables row by row. */
interface ExplanationsFixture {
  readonly models: readonly {
    readonly ubj: string;
    readonly rows: readonly (readonly (number | null)[])[];
    readonly margins: readonly number[];
    readonly contributions: readonly number[];
    readonly interactions: readonly number[];
    readonly firstRounds: readonly number[];
  }[];
}

const { models } = readFixture<ExplanationsFixture>('explanations');

describe.each([
  ['level by level', models[0]],
  ['best leaf first, by DART', models[1]],
])('a model of XGBoost, grown %s, with categories and gaps', (_, model) => {
  const booster = Booster.fromUbj(Buffer.from(model.ubj, 'base64'));
  const matrix = fixtureTable(model.rows, booster.featureNames, booster.featureTypes);

  it('gives its margins', () => {
    expect(greatestDifference(booster.predictMargin(matrix), model.margins)).toBeLessThan(1e-5);
  });

  it('gives its contributions, of all rounds and of the first', () => {
    expect(greatestDifference(booster.contributions(matrix), model.contributions)).toBeLessThan(1e-4);
    const first = booster.contributions(matrix, { end: 4 });
    expect(greatestDifference(first, model.firstRounds)).toBeLessThan(1e-4);
  });

  it('gives its interactions', () => {
    expect(greatestDifference(booster.interactions(matrix), model.interactions)).toBeLessThan(1e-4);
  });
});
