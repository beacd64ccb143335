import { Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseBlend } from '../src/training/blend.ts';

/** Members that see the same thing with some noise of their own, far from centred, as real ones do. */
function correlatedMembers(seed: number, rows: number, noise: number) {
  const random = new Random(seed);
  const signal = Float64Array.from({ length: rows }, () => random.normal());
  return {
    trees: signal.map((z) => 2 * z + 1.5 + noise * random.normal()),
    linear: signal.map((z) => 1.5 * z - 2 + noise * random.normal()),
    labels: Uint8Array.from(signal, (z) => (random.float() < 1 / (1 + Math.exp(1 - 1.5 * z)) ? 1 : 0)),
    weights: Float64Array.from(signal, () => 0.1 + random.float() * 3),
  };
}

describe('the blend of members that agree', () => {
  it('satisfies the conditions of the optimum: no slope inside, none that leads inwards at an edge', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 30, max: 300 }),
        fc.constantFrom(0.1, 0.4, 1),
        (seed, rows, noise) => {
          const { trees, linear, labels, weights } = correlatedMembers(seed, rows, noise);
          const blend = chooseBlend(labels, trees, linear, weights);
          const scale = rows / weights.reduce((sum, weight) => sum + weight, 0);
          const slope = [10 * (blend.trees - 1), 10 * blend.linear, 0];
          for (let row = 0; row < rows; row++) {
            const margin = blend.trees * trees[row] + blend.linear * linear[row] + blend.offset;
            const residual = scale * weights[row] * (1 / (1 + Math.exp(-margin)) - labels[row]);
            slope[0] += residual * trees[row];
            slope[1] += residual * linear[row];
            slope[2] += residual;
          }
          const tolerance = 1e-4 * rows;
          for (const [i, coefficient] of [blend.trees, blend.linear].entries()) {
            const violation = coefficient > 0 ? Math.abs(slope[i]) : -slope[i];
            expect(violation).toBeLessThan(tolerance);
          }
          expect(Math.abs(slope[2])).toBeLessThan(tolerance);
        },
      ),
      { numRuns: 60 },
    );
  });
});
