import { InvalidOption } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseThreshold, costsOf, costThreshold } from '../src/decision/index.ts';
import type { ThresholdRule } from '../src/decision/index.ts';
import { confusion } from '../src/metrics/index.ts';

const probability = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 8 }).map((step) => step / 8),
);
const row = fc.record({
  label: fc.constantFrom(0, 1),
  probability,
  weight: fc.integer({ min: 0, max: 3 }),
});
const table = fc
  .array(row, { minLength: 1, maxLength: 30 })
  .filter((rows) => rows.some(({ weight }) => weight > 0))
  .map((rows) => ({
    labels: Uint8Array.from(rows, ({ label }) => label),
    probabilities: Float64Array.from(rows, (one) => one.probability),
    weights: Float64Array.from(rows, ({ weight }) => weight),
  }));
const share = fc.integer({ min: 1, max: 20 }).map((part) => part / 20);

/** What every threshold that can be would reach, by counting; the lowest first. */
function everyThreshold({
  labels,
  probabilities,
  weights,
}: {
  labels: Uint8Array;
  probabilities: Float64Array;
  weights: Float64Array;
}) {
  const cuts = [...new Set(probabilities.filter((_, at) => weights[at] > 0)), 0];
  if (!probabilities.some((value, at) => value === 1 && weights[at] > 0)) cuts.push(1);
  return cuts
    .sort((a, b) => a - b)
    .map((cut) => {
      const { tp, fp, tn, fn } = confusion(labels, probabilities, cut, weights);
      return {
        called: (tp + fp) / (tp + fp + tn + fn),
        precision: tp + fp > 0 ? tp / (tp + fp) : 0,
        recall: tp + fn > 0 ? tp / (tp + fn) : 0,
        tp,
      };
    });
}

describe('a capacity', () => {
  it('is used as far as ties allow, and never exceeded', () => {
    fc.assert(
      fc.property(table, share, (rows, capacity) => {
        const choice = chooseThreshold(
          rows.labels,
          rows.probabilities,
          { rule: 'capacity', capacity, of: 1 },
          rows.weights,
        );
        expect(choice.confusion).toEqual(
          confusion(rows.labels, rows.probabilities, choice.threshold, rows.weights),
        );
        const every = everyThreshold(rows).map(({ called }) => called);
        const possible = every.filter((called) => called <= capacity * (1 + 1e-9));
        expect(choice.attained).toBe(possible.length > 0);
        const wanted = possible.length > 0 ? Math.max(...possible) : Math.min(...every);
        expect(choice.score).toBeCloseTo(wanted, 12);
      }),
    );
  });

  it('is a share, or rows of a period', () => {
    const labels = Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 0, 0, 0);
    const probabilities = Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0);
    const share = chooseThreshold(labels, probabilities, { rule: 'capacity', capacity: 0.3, of: 1 });
    expect(share.threshold).toBeCloseTo(0.65, 12);
    expect(share.score).toBeCloseTo(0.3, 12);
    expect(share).toMatchObject({ rule: 'capacity', confusion: { tp: 1, fp: 2, tn: 5, fn: 2 } });
    expect(chooseThreshold(labels, probabilities, { rule: 'capacity', capacity: 600, of: 2000 })).toEqual(
      share,
    );
    // Ten rows cannot show 29.9 % of them.
    expect(
      chooseThreshold(labels, probabilities, { rule: 'capacity', capacity: 0.299, of: 1 }).score,
    ).toBeCloseTo(0.2, 12);
    const all = chooseThreshold(labels, probabilities, { rule: 'capacity', capacity: 5, of: 5 });
    expect(all.score).toBe(1);
  });

  it('calls all certain rows where they are too many to be told apart', () => {
    const choice = chooseThreshold(Uint8Array.of(1, 1, 0, 0), Float64Array.of(1, 1, 1, 0.2), {
      rule: 'capacity',
      capacity: 0.5,
      of: 1,
    });
    expect(choice).toMatchObject({ score: 0.75, attained: false });
    expect(choice.threshold).toBeGreaterThan(0.2);
  });
});

describe('a target', () => {
  it('of precision finds as many as it can while it is kept', () => {
    fc.assert(
      fc.property(table, share, (rows, target) => {
        const choice = chooseThreshold(
          rows.labels,
          rows.probabilities,
          { rule: 'precision', target },
          rows.weights,
        );
        expect(choice.confusion).toEqual(
          confusion(rows.labels, rows.probabilities, choice.threshold, rows.weights),
        );
        const every = everyThreshold(rows);
        const keeping = every.filter(({ precision, tp }) => tp > 0 && precision >= target * (1 - 1e-9));
        expect(choice.attained).toBe(keeping.length > 0);
        const { tp, fn } = choice.confusion;
        const recall = tp + fn > 0 ? tp / (tp + fn) : 0;
        // The highest precision of all, where none keeps the target.
        const most = Math.max(...every.map(({ precision }) => precision));
        expect(choice.score).toBeGreaterThanOrEqual(choice.attained ? target * (1 - 1e-9) : most);
        expect(recall).toBe(Math.max(...(choice.attained ? keeping : [{ recall }]).map((one) => one.recall)));
      }),
    );
  });

  it('of recall calls as few as it can while it is kept', () => {
    fc.assert(
      fc.property(table, share, (rows, target) => {
        const choice = chooseThreshold(
          rows.labels,
          rows.probabilities,
          { rule: 'recall', target },
          rows.weights,
        );
        expect(choice.confusion).toEqual(
          confusion(rows.labels, rows.probabilities, choice.threshold, rows.weights),
        );
        const keeping = everyThreshold(rows).filter(
          ({ recall, tp }) => tp > 0 && recall >= target * (1 - 1e-9),
        );
        expect(choice.attained).toBe(keeping.length > 0);
        const { tp, fp, tn, fn } = choice.confusion;
        const called = (tp + fp) / (tp + fp + tn + fn);
        expect(called).toBe(Math.min(...(choice.attained ? keeping : [{ called }]).map((one) => one.called)));
        expect(choice.score).toBeGreaterThanOrEqual(tp + fn > 0 ? target * (1 - 1e-9) : 0);
        expect(choice.attained).toBe(tp + fn > 0);
      }),
    );
  });

  it('is met by the threshold that one would take by hand', () => {
    const labels = Uint8Array.of(1, 1, 0, 1, 0, 0, 1, 0);
    const probabilities = Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2);
    const of = (rule: 'precision' | 'recall', target: number) =>
      chooseThreshold(labels, probabilities, { rule, target });
    expect(of('precision', 0.75).threshold).toBeCloseTo(0.55, 12);
    expect(of('precision', 1).threshold).toBeCloseTo(0.75, 12);
    expect(of('precision', 0.5).threshold).toBeCloseTo(0.1, 12);
    expect(of('recall', 0.75).threshold).toBeCloseTo(0.55, 12);
    expect(of('recall', 1)).toMatchObject({ score: 1, attained: true });
    expect(of('recall', 0.01).threshold).toBeCloseTo(0.85, 12);
  });

  it('that nothing reaches gives the most precise threshold, and says so', () => {
    const choice = chooseThreshold(Uint8Array.of(0, 1, 0, 0), Float64Array.of(0.9, 0.8, 0.7, 0.6), {
      rule: 'precision',
      target: 0.9,
    });
    expect(choice).toMatchObject({ score: 0.5, attained: false, confusion: { tp: 1, fp: 1 } });
  });
});

describe('costs of all four outcomes', () => {
  /** The cheapest of the two answers for a row of this probability. */
  const best = (p: number, c: { costFp: number; costFn: number; costTp: number; costTn: number }): boolean =>
    p * c.costTp + (1 - p) * c.costFp <= p * c.costFn + (1 - p) * c.costTn;

  it('give the threshold from which on a positive answer is the cheaper one', () => {
    const amount = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        amount,
        amount,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (costFp, costFn, costTp, costTn, p) => {
          fc.pre(costFp > costTn && costFn > costTp);
          const costs = { costFp, costFn, costTp, costTn };
          const threshold = costThreshold(costs);
          fc.pre(Math.abs(p - threshold) > 1e-9);
          expect(p >= threshold).toBe(best(p, costs));
        },
      ),
    );
    // A loan (Elkan 2001): what it brings, and what is lost.
    expect(costThreshold({ costFp: 100, costFn: 0, costTp: -5 })).toBeCloseTo(100 / 105, 12);
    expect(costThreshold({ costFp: 5, costFn: 0, costTp: -1e12 })).toBeCloseTo(5 / (5 + 1e12), 24);
  });

  it('are refused where sums of them would overflow', () => {
    for (const costs of [
      { costFp: 1e308, costFn: 1 },
      { costFp: 1, costFn: 1e13 },
      { costFp: 1, costFn: 1, costTp: -1e300 },
      { costFp: 1, costFn: 1, costTn: NaN },
    ])
      expect(() => costThreshold(costs)).toThrow(/a cost from (0|-1000000000000) to 1000000000000/);
  });

  it('are refused where an error would be wanted', () => {
    for (const costs of [
      { costFp: 1, costFn: 5, costTp: 6 },
      { costFp: 1, costFn: 5, costTn: 2 },
      { costFp: 1, costFn: 5, costTp: 5, costTn: 1 },
      { costFp: 1, costFn: 5, costTp: NaN },
      { costFp: 0, costFn: 0, costTn: -Infinity },
    ])
      expect(() => costThreshold(costs)).toThrow(InvalidOption);
    expect(() => costThreshold({ costFp: 1, costFn: 5, costTp: 6 })).toThrow(
      /costTp: expected at most costFn/,
    );
  });

  it('value what other rules decide, too', () => {
    const costs = { costFp: 1, costFn: 2 };
    expect(costsOf({ rule: 'capacity', capacity: 0.1, of: 1, costs })).toBe(costs);
    expect(costsOf({ rule: 'recall', target: 0.1 })).toBeUndefined();
    expect(costsOf({ rule: 'cost', ...costs })).toMatchObject(costs);
    expect(costsOf({ rule: 'mcc' })).toBeUndefined();
    expect(costsOf({ rule: 'fixed' })).toBeUndefined();
  });
});

describe('a rule that cannot be', () => {
  it.each([
    { rule: 'capacity', capacity: 0, of: 1 },
    { rule: 'capacity', capacity: 2, of: 1 },
    { rule: 'capacity', capacity: NaN, of: 1 },
    { rule: 'capacity', capacity: 1, of: Infinity },
    { rule: 'precision', target: 0 },
    { rule: 'recall', target: 1.5 },
    { rule: 'recall', target: NaN },
    { rule: 'recall', target: 0.5, costs: { costFp: 0, costFn: 0 } },
  ] satisfies ThresholdRule[])('is refused: %j', (rule) => {
    expect(() => chooseThreshold(Uint8Array.of(0, 1), Float64Array.of(0.2, 0.8), rule)).toThrow(
      InvalidOption,
    );
  });
});
