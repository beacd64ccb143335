import { describe, expect, it } from 'vitest';
import { minimiseByLbfgs } from '../src/linear/lbfgs.ts';
import type { LogisticObjective } from '../src/linear/objective.ts';

const start = Float64Array.of(5, -3, 1);
const rule = { maxIterations: 100, tolerance: 1e-8, check: (): void => undefined };

/** A bowl around (1, 2, 3), steeper from axis to axis; `distort` may spoil what an evaluation says. */
function bowl(distort: (value: number, evaluation: number) => number): {
  objective: LogisticObjective;
  evaluations: () => number;
} {
  const steepness = [1, 30, 900];
  let count = 0;
  const objective = {
    size: 3,
    diagonal: () => new Float64Array(3).fill(1),
    evaluate(at: Float64Array, gradient: Float64Array): number {
      let value = 0;
      for (let j = 0; j < 3; j++) {
        const distance = at[j] - (j + 1);
        // Not a parabola, or the search would end too soon to be disturbed.
        value += steepness[j] * (distance ** 2 / 2 + distance ** 4 / 4);
        gradient[j] = steepness[j] * (distance + distance ** 3);
      }
      return distort(value, ++count);
    },
  };
  // The search uses only what is here.
  return { objective: objective as unknown as LogisticObjective, evaluations: () => count };
}

const distanceOf = (parameters: Float64Array): number =>
  Math.max(...parameters.map((value, j) => Math.abs(value - (j + 1))));

describe('limited-memory BFGS', () => {
  it('finds the bottom of a bowl', () => {
    const { parameters, converged } = minimiseByLbfgs(bowl((value) => value).objective, start, rule);
    expect(converged).toBe(true);
    expect(distanceOf(parameters)).toBeLessThan(1e-7);
  });

  it('forgets what it has learned and goes on when no step succeeds', () => {
    const calm = bowl((value) => value);
    minimiseByLbfgs(calm.objective, start, rule);
    // Nothing succeeds for a while in the middle of the search, as long as one search along a line takes.
    const from = Math.floor(calm.evaluations() / 2);
    const disturbed = bowl((value, n) => (n >= from && n < from + 40 ? NaN : value));
    const { parameters, converged } = minimiseByLbfgs(disturbed.objective, start, rule);
    expect(disturbed.evaluations()).toBeGreaterThan(from + 40);
    expect(converged).toBe(true);
    expect(distanceOf(parameters)).toBeLessThan(1e-7);
  });

  it('gives up at once where the steepest way down leads nowhere, and says so', () => {
    const { objective } = bowl((value, n) => (n === 1 ? value : Infinity));
    const found = minimiseByLbfgs(objective, start, rule);
    expect(found.converged).toBe(false);
    expect(found.iterations).toBe(1);
    expect(found.parameters).toEqual(start);
  });

  it('stops after the iterations that it is given', () => {
    const found = minimiseByLbfgs(bowl((value) => value).objective, start, { ...rule, maxIterations: 3 });
    expect(found.converged).toBe(false);
    expect(found.iterations).toBe(3);
    expect(distanceOf(found.parameters)).toBeLessThan(distanceOf(start));
  });
});
