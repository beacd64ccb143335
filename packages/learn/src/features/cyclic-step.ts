import type { LinearKind } from './linear-kind.ts';

/**
 * A part of a cycle (month, weekday, hour) for linear learners, as the sine and the cosine of its angle, so
 * that December lies beside January. Missing is the middle of the circle, (0, 0).
 */
export interface CyclicStep {
  readonly kind: 'cyclic';
  readonly feature: string;
  readonly period: number;
  /** Training means of the two columns. */
  readonly meanSine: number;
  readonly meanCosine: number;
}

/** Sine and cosine of a cycle. */
export const cyclicStep: LinearKind<CyclicStep> = {
  kind: 'cyclic',

  fit(feature, column, recipe) {
    const period = recipe.kind === 'cyclic' ? recipe.period : 1;
    const mean = (of: (value: number, period: number) => number): number => {
      let sum = 0;
      for (const value of column) sum += of(value, period);
      return column.length === 0 ? 0 : sum / column.length;
    };
    return { kind: 'cyclic', feature, period, meanSine: mean(sine), meanCosine: mean(cosine) };
  },

  numericMeans: (step) => [step.meanSine, step.meanCosine],

  codeShares: () => [],

  apply(step, column) {
    return {
      numeric: [
        Float64Array.from(column, (value) => sine(value, step.period)),
        Float64Array.from(column, (value) => cosine(value, step.period)),
      ],
      codes: [],
    };
  },

  rowStep: (step, place) => (features, target) => {
    target.numeric[place.numeric] = sine(features[place.feature], step.period);
    target.numeric[place.numeric + 1] = cosine(features[place.feature], step.period);
  },

  parse(cursor) {
    const keys = cursor.object(['kind', 'feature', 'period', 'meanSine', 'meanCosine']);
    return {
      kind: 'cyclic',
      feature: keys.feature.string(),
      period: keys.period.integer({ min: 1, max: 1000 }),
      meanSine: keys.meanSine.number({ min: -1, max: 1 }),
      meanCosine: keys.meanCosine.number({ min: -1, max: 1 }),
    };
  },
};

function sine(value: number, period: number): number {
  return Number.isNaN(value) ? 0 : Math.sin((2 * Math.PI * value) / period);
}

function cosine(value: number, period: number): number {
  return Number.isNaN(value) ? 0 : Math.cos((2 * Math.PI * value) / period);
}
