import { Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitSigmoid } from '../src/decision/calibration-fit.ts';

/** Margins of rows whose labels follow them, with noise. */
function makeRows(seed: number, count: number): { labels: Uint8Array; margins: Float64Array } {
  const random = new Random(seed);
  const margins = Float64Array.from({ length: count }, () => 2 * random.normal());
  const labels = Uint8Array.from(margins, (m) => (random.float() < 1 / (1 + Math.exp(-0.7 * m)) ? 1 : 0));
  labels.set([0, 1]);
  return { labels, margins };
}

describe('a fitted sigmoid', () => {
  it('moves with its margins, however far away they are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.constantFrom(-1e7, -1e6, -20, 3, 1e6, 1e7),
        (seed, shift) => {
          const { labels, margins } = makeRows(seed, 60);
          const here = fitSigmoid(labels, margins);
          const there = fitSigmoid(
            labels,
            margins.map((margin) => margin + shift),
          );
          expect(there.slope).toBeCloseTo(here.slope, 6);
          // Compared where the margins are: at 0 an error of the slope is `shift` times as large.
          const at = (margin: number): number => there.slope * (margin + shift) + there.intercept;
          for (const margin of [-2, 0, 2]) {
            expect(at(margin)).toBeCloseTo(here.slope * margin + here.intercept, 6);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stretches with its margins', () => {
    const { labels, margins } = makeRows(1, 80);
    const here = fitSigmoid(labels, margins);
    expect(here.slope).toBeGreaterThan(0.2);
    for (const factor of [1e-9, 0.1, 1e9]) {
      const stretched = fitSigmoid(
        labels,
        margins.map((margin) => margin * factor),
      );
      expect((stretched.slope * factor) / here.slope).toBeCloseTo(1, 6);
      expect(stretched.intercept).toBeCloseTo(here.intercept, 6);
    }
  });

  it.each([-1e6, -3, 0, 3, 1e6])('is level where all margins are %d', (margin) => {
    const labels = Uint8Array.of(1, 1, 0, 1, 0, 0, 0);
    const { slope, intercept } = fitSigmoid(labels, new Float64Array(7).fill(margin));
    expect(slope).toBe(0);
    // The mean of Platt's targets: 3 rows at 4 / 5, 4 rows at 1 / 6.
    const mean = ((3 * 4) / 5 + 4 / 6) / 7;
    expect(intercept).toBeCloseTo(Math.log(mean / (1 - mean)), 12);
  });
});
