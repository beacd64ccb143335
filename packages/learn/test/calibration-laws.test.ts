import { Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate, calibrateAll, fitBeta, fitIsotonic, fitSigmoid, sigmoid } from '../src/decision/index.ts';
import { logLoss } from '../src/metrics/index.ts';

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

describe('fits to margins that are equal but for rounding', () => {
  const labels = Uint8Array.of(0, 1);
  it.each([5e-324, 1e-300, 1e-13])('are level: %d apart', (apart) => {
    const margins = Float64Array.of(-apart, 0);
    const level = sigmoid(fitSigmoid(labels, margins).intercept);
    expect(fitSigmoid(labels, margins).slope).toBe(0);
    expect(level).toBeCloseTo(0.5, 12);
    for (const at of [-1e6, 0, 1e6]) {
      const probability = calibrate(fitBeta(labels, margins), at);
      expect(probability).toBeGreaterThanOrEqual(0);
      expect(probability).toBeLessThanOrEqual(1);
    }
  });
});

describe('a fitted beta calibration', () => {
  /** Rows of both labels at each margin, weighted by what a calibrated model says of them. */
  function calibratedRows(margins: readonly number[], mass: number) {
    const twice = [...margins, ...margins];
    return {
      labels: Uint8Array.from(twice, (_, row) => (row < margins.length ? 1 : 0)),
      margins: Float64Array.from(twice),
      weights: Float64Array.from(
        twice,
        (margin, row) => mass * sigmoid(row < margins.length ? margin : -margin),
      ),
    };
  }

  it('leaves calibrated probabilities as they are', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 6, maxLength: 30 }),
        (margins) => {
          fc.pre(Math.max(...margins) - Math.min(...margins) > 2);
          const rows = calibratedRows(margins, 1e9);
          const fitted = fitBeta(rows.labels, rows.margins, rows.weights);
          for (const margin of margins) expect(calibrate(fitted, margin)).toBeCloseTo(sigmoid(margin), 6);
        },
      ),
      { numRuns: 50 },
    );
    const { labels, margins, weights } = calibratedRows([-4, -2, -1, 0, 1, 2, 3, 5], 1e9);
    const { a, b, c } = fitBeta(labels, margins, weights);
    expect(a).toBeCloseTo(1, 5);
    expect(b).toBeCloseTo(1, 5);
    expect(c).toBeCloseTo(0, 5);
  });

  it('rises, and is finite as far away as margins go', () => {
    const margin = fc.oneof(
      fc.double({ min: -30, max: 30, noNaN: true }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.constantFrom(-1e6, 0, 1e6),
    );
    const row = fc.record({ label: fc.constantFrom(0, 1), margin, weight: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        fc.pre(rows.some(({ weight }) => weight > 0));
        const fitted = fitBeta(
          Uint8Array.from(rows, ({ label }) => label),
          Float64Array.from(rows, ({ margin: at }) => at),
          Float64Array.from(rows, ({ weight }) => weight),
        );
        expect(fitted.a).toBeGreaterThanOrEqual(0);
        expect(fitted.b).toBeGreaterThanOrEqual(0);
        expect([fitted.a, fitted.b, fitted.c].every(Number.isFinite)).toBe(true);
        let last = 0;
        for (const at of [-Infinity, -1e6, -700, -20, -1, -1e-9, 0, 1e-9, 1, 20, 700, 1e6, Infinity]) {
          const probability = calibrate(fitted, at);
          // Rounding alone may let it fall.
          expect(probability).toBeGreaterThanOrEqual(last - 1e-9);
          expect(probability).toBeLessThanOrEqual(1);
          last = probability;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is at least as good as the sigmoid on its own rows, and equals it where a and b are equal', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { labels, margins } = makeRows(seed, 300);
      const beta = logLoss(labels, calibrateAll(fitBeta(labels, margins), margins));
      const line = logLoss(labels, calibrateAll(fitSigmoid(labels, margins), margins));
      // Both fit smoothed targets, not the labels themselves.
      expect(beta).toBeLessThan(line + 1e-3);
    }
    for (const margin of [-800, -3, 0, 3, 800]) {
      expect(calibrate({ kind: 'beta', a: 0.7, b: 0.7, c: -0.2 }, margin)).toBeCloseTo(
        calibrate({ kind: 'sigmoid', slope: 0.7, intercept: -0.2 }, margin),
        14,
      );
    }
  });

  it('is the sigmoid where margins tell nothing of one end', () => {
    const { labels, margins } = makeRows(3, 200);
    const far = margins.map((margin) => margin + 1e5);
    const { slope, intercept } = fitSigmoid(labels, far);
    const { a, b, c } = fitBeta(labels, far);
    expect(a).toBeCloseTo(slope, 5);
    expect(b).toBeCloseTo(slope, 5);
    expect(b * 1e5 + c).toBeCloseTo(slope * 1e5 + intercept, 4);
    const equal = fitBeta(Uint8Array.of(0, 1, 1), Float64Array.of(2, 2, 2));
    expect([equal.a, equal.b]).toEqual([0, 0]);
    expect(sigmoid(equal.c)).toBeCloseTo((0.75 + 0.75 + 1 / 3) / 3, 12);
  });

  it('never turns the order round', () => {
    const { labels, margins } = makeRows(4, 400);
    const turned = margins.map((margin) => -margin);
    const { a, b } = fitBeta(labels, turned);
    expect(Math.min(a, b)).toBe(0);
    expect(Math.max(a, b)).toBeLessThan(0.05);
  });
});

describe('a fitted isotonic calibration', () => {
  it('has a finite log loss on rows that it has not seen', () => {
    const row = fc.record({ label: fc.constantFrom(0, 1), margin: fc.integer({ min: -3, max: 3 }) });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 25 }),
        fc.array(row, { minLength: 1 }),
        (old, fresh) => {
          const fitted = fitIsotonic(
            Uint8Array.from(old, ({ label }) => label),
            Float64Array.from(old, ({ margin }) => margin),
          );
          // Half a row in at most 26 is the least that an end can have.
          const worst = -Math.log(0.5 / 26);
          for (const { label, margin } of fresh) {
            const probability = calibrate(fitted, margin);
            expect(-Math.log(label === 1 ? probability : 1 - probability)).toBeLessThanOrEqual(worst + 1e-12);
          }
        },
      ),
    );
  });
});
