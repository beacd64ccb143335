import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { InvalidModel, Random } from '@verdict/core';
import { basisStep } from '../src/features/basis-step.ts';
import type { BasisStep } from '../src/features/basis-step.ts';
import { normalScore } from '../src/features/normal-scores.ts';
import { JsonCursor } from '../src/json/json-cursor.ts';

function fit(values: readonly number[]): BasisStep {
  return basisStep.fit('x', Float32Array.from(values), { kind: 'basis' });
}

/** The columns of the basis for some values. */
function columns(step: BasisStep, values: readonly number[]): number[][] {
  return basisStep.apply(step, Float32Array.from(values)).numeric.map((column) => [...column]);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function repeat(value: number, times: number): number[] {
  return new Array<number>(times).fill(value);
}

const values = fc.array(
  fc.oneof(
    fc.float({ noDefaultInfinity: true }),
    fc.integer({ min: 0, max: 5 }),
    fc.constantFrom(NaN, 3.4028234663852886e38, -3.4028234663852886e38, 0, -0),
  ),
  { maxLength: 120 },
);

describe('the basis of a number', () => {
  it('has finite columns whose means it knows, and shows no row’s value', () => {
    fc.assert(
      fc.property(values, (list) => {
        const step = fit(list);
        const made = columns(step, list);
        expect(made.length).toBe(basisStep.numericMeans(step).length);
        expect(made.every((column) => column.every((value) => Math.abs(value) <= 100))).toBe(true);
        const edges = [...(step.scores?.edges ?? []), ...(step.steps?.edges ?? [])];
        expect(edges.filter((edge) => list.map(Math.fround).includes(edge))).toEqual([]);
        const means = basisStep.numericMeans(step).slice(1);
        made
          .slice(1)
          .forEach((column, i) =>
            expect(list.length === 0 ? means[i] : mean(column)).toBeCloseTo(means[i], 6),
          );
      }),
      { numRuns: 300, seed: 41 },
    );
  });

  it('rises with the number in every column', () => {
    const random = new Random(4);
    const step = fit(Array.from({ length: 400 }, () => Math.exp(2 * random.normal())));
    fc.assert(
      fc.property(fc.float({ noNaN: true }), fc.float({ noNaN: true }), (a, b) => {
        const [low, high] = columns(step, [Math.min(a, b), Math.max(a, b)].map(Math.fround))
          .map(([x, y]) => [x, y])
          .reduce(
            ([xs, ys], [x, y]) => [
              [...xs, x],
              [...ys, y],
            ],
            [[], []] as [number[], number[]],
          );
        expect(low.every((value, i) => value <= high[i])).toBe(true);
      }),
      { numRuns: 200, seed: 42 },
    );
  });

  it('makes skewed numbers normal', () => {
    const random = new Random(9);
    const skewed = Array.from({ length: 2000 }, () => Math.exp(3 * random.normal()));
    const [, scores] = columns(fit(skewed), skewed);
    expect(mean(scores)).toBeCloseTo(0, 9);
    expect(mean(scores.map((score) => score ** 2))).toBeCloseTo(1, 9);
    expect(mean(scores.map((score) => score ** 3))).toBeCloseTo(0, 1);
  });

  it('steps from value to value where there are few', () => {
    const step = fit([...repeat(1, 20), ...repeat(2, 30), ...repeat(5, 50)]);
    expect(step.steps).toEqual({ edges: [1.5, 4], shares: [0.8, 0.5] });
    const made = columns(step, [1, 2, 5, NaN]);
    expect(made.slice(-2)).toEqual([
      [0, 1, 1, 1],
      [0, 0, 1, 0],
    ]);
    // No column for a value that fewer than ten rows have, nor for two values, nor for very many.
    expect(fit([...repeat(1, 20), ...repeat(2, 30), ...repeat(5, 9)]).steps?.edges).toEqual([1.5]);
    expect(fit([...repeat(0, 50), ...repeat(1, 50)]).steps).toBeUndefined();
    expect(fit(Array.from({ length: 1300 }, (_, i) => i % 13)).steps).toBeUndefined();
    expect(fit(Array.from({ length: 1200 }, (_, i) => i % 12)).steps?.edges.length).toBe(11);
  });

  it('marks missing values where they are common, and puts the median in their place', () => {
    const step = fit([...repeat(NaN, 10), ...repeat(3, 10)]);
    expect(step.missing).toBe(0.5);
    expect(columns(step, [NaN, 3]).at(-1)).toEqual([1, 0]);
    expect(columns(step, [NaN])[0]).toEqual(columns(step, [3])[0]);
    expect(fit([...repeat(NaN, 9), ...repeat(3, 10)]).missing).toBeUndefined();
    expect(fit([...repeat(NaN, 10), ...repeat(3, 9)]).missing).toBeUndefined();
  });

  it('clips at six deviations', () => {
    const random = new Random(2);
    const step = fit(Array.from({ length: 500 }, () => random.normal()));
    expect(columns(step, [1e30, -1e30, 5])[0].map((value) => Math.round(value))).toEqual([6, -6, 5]);
  });

  it('is refused when it is damaged', () => {
    const step = fit([...repeat(1, 20), ...repeat(2, 30), ...repeat(5, 50), ...repeat(NaN, 10)]);
    const read =
      (change: object): (() => BasisStep) =>
      () =>
        basisStep.parse(new JsonCursor({ ...step, ...change }, 'f'));
    expect(read({})()).toEqual(step);
    const { edges, scores } = step.scores!;
    const wrong = [
      { scale: 0 },
      { scale: -1 },
      { median: 1e300 },
      { missing: 2 },
      { scores: { edges: edges.toReversed(), scores } },
      { scores: { edges, scores: scores.slice(1) } },
      { scores: { edges: [0], scores: [0] } },
      { scores: { edges, scores: scores.map(() => 1e9) } },
      { steps: { edges: [], shares: [] } },
      { steps: { edges: [1, 1], shares: [0.5, 0.5] } },
      { steps: { edges: [1], shares: [0.5, 0.5] } },
      { steps: { edges: [1], shares: [2] } },
    ];
    for (const change of wrong) expect(read(change)).toThrow(InvalidModel);
  });

  it('keeps constants, missing columns and no rows plain', () => {
    for (const list of [repeat(0.1, 50), repeat(NaN, 50), [], [3.4028234663852886e38]]) {
      const step = fit(list);
      expect(columns(step, [...list, 1]).every((column) => column.every(Number.isFinite))).toBe(true);
      expect([step.scale, step.scores, step.steps]).toEqual([1, undefined, undefined]);
    }
    expect(normalScore({ edges: [0, 2], scores: [-1, 1] }, 1)).toBe(0);
  });
});
