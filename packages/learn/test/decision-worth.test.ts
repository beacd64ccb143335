import { InvalidOption, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionWorth, percentileInterval } from '../src/metrics/index.ts';
import { forEachReplicate } from '../src/metrics/bootstrap.ts';

const costs = { costFp: 5, costFn: 40, costTp: -10, costTn: 1 };

describe('what decisions are worth', () => {
  it('is what one counts by hand', () => {
    const labels = Uint8Array.of(1, 1, 0, 0, 0);
    const model = { probabilities: Float64Array.of(0.9, 0.2, 0.8, 0.1, 0.3), threshold: 0.5 };
    const logistic = { probabilities: Float64Array.of(0.9, 0.9, 0.1, 0.1, 0.1), threshold: 0.5 };
    const worth = decisionWorth(labels, model, costs, { logistic });
    // One found, one missed, one false alarm, two left alone.
    expect(worth.model.cost).toBeCloseTo((-10 + 40 + 5 + 1 + 1) / 5, 12);
    expect(worth.nobody.cost).toBeCloseTo((40 + 40 + 3) / 5, 12);
    expect(worth.everybody.cost).toBeCloseTo((-10 - 10 + 15) / 5, 12);
    expect(worth.logistic?.cost).toBeCloseTo((-20 + 3) / 5, 12);
    expect(worth.nobody.saving.mean).toBeCloseTo((83 - 37) / 5, 12);
    expect(worth.costs).toEqual(costs);
    const plain = decisionWorth(
      labels,
      model,
      { costFp: 1, costFn: 2 },
      { weights: Float64Array.of(1, 0, 2, 1, 0) },
    );
    expect(plain.model.cost).toBeCloseTo(2 / 4, 12);
    expect(plain.costs).toEqual({ costFp: 1, costFn: 2, costTp: 0, costTn: 0 });
    expect(plain).not.toHaveProperty('logistic');
  });

  it('has intervals as resampling has them, of rows and of groups, with weights', () => {
    const random = new Random(1, 'worth');
    const rows = 600;
    const groups = Int32Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? -1 : row >> 3));
    const labels = Uint8Array.from({ length: rows }, (_, row) => ((row >> 3) % 4 === 0 ? 1 : 0));
    const probabilities = Float64Array.from(labels, (label) => (label + random.float()) / 2);
    const weights = Float64Array.from({ length: rows }, () => 0.5 + random.float());
    const paid = (row: number, called: boolean): number =>
      labels[row] === 1 ? (called ? costs.costTp : costs.costFn) : called ? costs.costFp : costs.costTn;
    for (const options of [{}, { weights }, { groups }, { weights, groups }]) {
      const worth = decisionWorth(labels, { probabilities, threshold: 0.5 }, costs, options);
      const drawn: number[] = [];
      forEachReplicate(rows, { seed: 1, to: 4000, ...options }, (counts) => {
        let sum = 0;
        let total = 0;
        for (let row = 0; row < rows; row++) {
          const weight = counts[row] * ('weights' in options ? weights[row] : 1);
          total += weight;
          sum += weight * (paid(row, false) - paid(row, probabilities[row] >= 0.5));
        }
        drawn.push(sum / total);
      });
      const { low, high } = percentileInterval(Float64Array.from(drawn));
      const { saving } = worth.nobody;
      expect((saving.high - saving.low) / (high - low)).toBeGreaterThan(0.9);
      expect((saving.high - saving.low) / (high - low)).toBeLessThan(1.1);
      expect((saving.high + saving.low) / 2).toBeCloseTo(saving.mean, 12);
    }
  });

  it('does not change with the unit of the weights, and scales with the costs', () => {
    const row = fc.record({ label: fc.constantFrom(0, 1), p: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 20 }), (rows) => {
        const labels = Uint8Array.from(rows, ({ label }) => label);
        const model = { probabilities: Float64Array.from(rows, ({ p }) => p), threshold: 0.5 };
        const once = decisionWorth(labels, model, { costFp: 1, costFn: 3 });
        const weights = new Float64Array(labels.length).fill(0.125);
        const same = decisionWorth(labels, model, { costFp: 2, costFn: 6 }, { weights });
        expect(same.model.cost).toBeCloseTo(2 * once.model.cost, 12);
        expect(same.model.high).toBeCloseTo(2 * once.model.high, 10);
        expect(same.everybody.saving.low).toBeCloseTo(2 * once.everybody.saving.low, 10);
      }),
    );
  });

  it('has no interval from a single row, and refuses costs that make no sense', () => {
    const one = { probabilities: Float64Array.of(0.9), threshold: 0.5 };
    const worth = decisionWorth(Uint8Array.of(1), one, { costFp: 1, costFn: 1 });
    expect(worth.model).toEqual({ cost: 0, low: NaN, high: NaN });
    expect(() => decisionWorth(Uint8Array.of(1), one, { costFp: 0, costFn: 0 })).toThrow(InvalidOption);
    expect(() => decisionWorth(Uint8Array.of(1, 0), one, { costFp: 1, costFn: 0 })).toThrow(InvalidOption);
  });
});
