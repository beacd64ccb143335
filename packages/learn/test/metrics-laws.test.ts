import { Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluate,
  liftCurve,
  metricNames,
  prCurve,
  rocAuc,
  rocCurve,
  thresholdCurve,
} from '../src/metrics/index.ts';
import { thinCurve } from '../src/metrics/curve-thinning.ts';
import { rankDescending } from '../src/metrics/ranking.ts';

interface Row {
  readonly label: number;
  readonly probability: number;
  readonly weight: number;
}

const rowsOf = (probability: fc.Arbitrary<number>): fc.Arbitrary<Row[]> =>
  fc.array(fc.record({ label: fc.constantFrom(0, 1), probability, weight: fc.integer({ min: 0, max: 3 }) }), {
    minLength: 1,
    maxLength: 40,
  });

const anyProbability = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 6 }).map((step) => step / 6),
);

const arraysOf = (
  rows: readonly Row[],
): { labels: Uint8Array; probabilities: Float64Array; weights: Float64Array } => ({
  labels: Uint8Array.from(rows, (row) => row.label),
  probabilities: Float64Array.from(rows, (row) => row.probability),
  weights: Float64Array.from(rows, (row) => row.weight),
});

/** The figures that differ, in words. */
function mismatches(
  a: ReturnType<typeof evaluate>,
  b: ReturnType<typeof evaluate>,
  names: readonly (typeof metricNames)[number][] = metricNames,
): string[] {
  return names
    .filter(
      (name) => !(Number.isNaN(a[name]) && Number.isNaN(b[name])) && !(Math.abs(a[name] - b[name]) < 1e-9),
    )
    .map((name) => `${name}: ${a[name]}, not ${b[name]}`);
}

const heightAt = (xs: readonly number[], ys: readonly number[], x: number): number => {
  const right = xs.findIndex((value) => value >= x);
  if (right <= 0) return ys[Math.max(0, right)];
  const width = xs[right] - xs[right - 1];
  return width === 0
    ? ys[right]
    : ys[right - 1] + ((ys[right] - ys[right - 1]) * (x - xs[right - 1])) / width;
};

describe('laws of the metrics', () => {
  it('the area under the ROC curve is the share of pairs in the right order', () => {
    fc.assert(
      fc.property(rowsOf(anyProbability), (rows) => {
        let wins = 0;
        let pairs = 0;
        for (const a of rows.filter((row) => row.label === 1)) {
          for (const b of rows.filter((row) => row.label === 0)) {
            const win = a.probability > b.probability ? 1 : a.probability === b.probability ? 0.5 : 0;
            wins += a.weight * b.weight * win;
            pairs += a.weight * b.weight;
          }
        }
        fc.pre(pairs > 0);
        const { labels, probabilities, weights } = arraysOf(rows);
        expect(rocAuc(labels, probabilities, weights)).toBeCloseTo(wins / pairs, 12);
      }),
    );
  });

  it('a weight is a repetition', () => {
    fc.assert(
      fc.property(rowsOf(anyProbability), anyProbability, (rows, threshold) => {
        fc.pre(rows.some((row) => row.weight > 0));
        const repeated = rows.flatMap((row) => Array.from({ length: row.weight }, () => row));
        const whole = arraysOf(rows);
        const parts = arraysOf(repeated);
        expect(
          mismatches(
            evaluate(whole.labels, whole.probabilities, threshold, whole.weights),
            evaluate(parts.labels, parts.probabilities, threshold),
          ),
        ).toEqual([]);
      }),
    );
  });

  it('the scale of the weights and the order of the rows do not matter', () => {
    fc.assert(
      fc.property(rowsOf(anyProbability), fc.constantFrom(2 ** -20, 0.5, 2 ** 20), (rows, scale) => {
        fc.pre(rows.some((row) => row.weight > 0));
        const a = arraysOf(rows);
        const b = arraysOf(rows.toReversed());
        expect(
          mismatches(
            evaluate(a.labels, a.probabilities, 0.5, a.weights),
            evaluate(
              b.labels,
              b.probabilities,
              0.5,
              b.weights.map((weight) => weight * scale),
            ),
          ),
        ).toEqual([]);
      }),
    );
  });

  it('a rising map of the scores changes no ranking figure', () => {
    const grid = fc.integer({ min: 0, max: 1000 }).map((step) => step / 1000);
    fc.assert(
      fc.property(rowsOf(grid), (rows) => {
        const { labels, probabilities } = arraysOf(rows);
        const mapped = probabilities.map((value) => (value + value ** 3) / 2);
        expect(
          mismatches(evaluate(labels, probabilities, 0.5), evaluate(labels, mapped, 0.5), [
            'rocAuc',
            'prAuc',
            'ks',
            'lift10',
          ]),
        ).toEqual([]);
      }),
    );
  });

  it('swapping the classes mirrors the figures', () => {
    const grid = fc.integer({ min: 0, max: 64 }).map((step) => step / 64);
    fc.assert(
      fc.property(rowsOf(grid), (rows) => {
        const { labels, probabilities } = arraysOf(rows);
        const a = evaluate(labels, probabilities, 0.3);
        const b = evaluate(
          labels.map((label) => 1 - label),
          probabilities.map((value) => 1 - value),
          0.7 + 1e-9,
        );
        expect(
          mismatches(a, b, [
            'accuracy',
            'balancedAccuracy',
            'f1Macro',
            'f1Weighted',
            'rocAuc',
            'brier',
            'mcc',
            'ks',
          ]),
        ).toEqual([]);
        expect(a.recall).toBeCloseTo(b.specificity, 12);
      }),
    );
  });

  it('ranks as a comparison sort does', () => {
    const number = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity));
    fc.assert(
      fc.property(fc.array(number, { maxLength: 60 }), (values) => {
        const wanted = values
          .map((_, row) => row)
          .sort((a, b) => (values[a] === values[b] ? a - b : values[a] > values[b] ? -1 : 1));
        expect([...rankDescending(Float64Array.from(values))]).toEqual(wanted);
      }),
    );
  });
});

describe('curves', () => {
  const random = new Random(5);
  const rowCount = 20_000;
  const labels = new Uint8Array(rowCount);
  const probabilities = new Float64Array(rowCount);
  const weights = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    probabilities[row] = 1 / (1 + Math.exp(-random.normal() * 1.5 + 1));
    labels[row] = random.float() < probabilities[row] ? 1 : 0;
    weights[row] = random.float();
  }

  it('are thinned without a visible change', () => {
    const thin = rocCurve(labels, probabilities, weights);
    const full = rocCurve(labels, probabilities, weights, rowCount + 1);
    expect(thin.threshold.length).toBeLessThanOrEqual(500);
    expect(full.threshold.length).toBeGreaterThan(thin.threshold.length);
    for (let i = 0; i < full.threshold.length; i += 7) {
      const height = heightAt(thin.falsePositiveRate, thin.truePositiveRate, full.falsePositiveRate[i]);
      expect(Math.abs(height - full.truePositiveRate[i])).toBeLessThan(0.005);
    }
    expect(prCurve(labels, probabilities).recall.length).toBeLessThanOrEqual(500);
    expect([thin.falsePositiveRate[0], thin.truePositiveRate[0], thin.threshold[0]]).toEqual([
      0,
      0,
      Infinity,
    ]);
    expect(thin.truePositiveRate.at(-1)).toBe(1);
  });

  it('keep corners and both ends', () => {
    const x = Float64Array.from({ length: 1001 }, (_, i) => (i <= 500 ? 0 : (i - 500) / 500));
    const y = Float64Array.from({ length: 1001 }, (_, i) => (i <= 500 ? i / 500 : 1));
    expect([...thinCurve(x, y)]).toEqual([0, 500, 1000]);
    expect([...thinCurve(x.subarray(0, 2), y.subarray(0, 2))]).toEqual([0, 1]);
    expect([...thinCurve(new Float64Array(9), new Float64Array(9))]).toEqual([0, 8]);
    const there = Float64Array.of(0, 0.5, 0);
    expect([...thinCurve(there, new Float64Array(3))]).toEqual([0, 1, 2]);
  });

  it('gains and lift belong together', () => {
    const curve = liftCurve(labels, probabilities, weights);
    expect([curve.share[0], curve.gain[0]]).toEqual([0, 0]);
    expect(curve.share.at(-1)).toBeCloseTo(1, 12);
    expect(curve.lift.at(-1)).toBeCloseTo(1, 12);
    for (let i = 1; i < curve.share.length; i++) {
      expect(curve.lift[i]).toBeCloseTo(curve.gain[i] / curve.share[i], 10);
      expect(curve.gain[i]).toBeGreaterThanOrEqual(curve.gain[i - 1]);
    }
    const { lift10 } = evaluate(labels, probabilities, 0.5, weights);
    expect(heightAt(curve.share, curve.gain, 0.1) / 0.1).toBeCloseTo(lift10, 2);
    const exact = liftCurve(Uint8Array.of(0, 1, 1, 0, 1), Float64Array.of(0.9, 0.9, 0.9, 0.5, 0.1));
    expect(exact.share).toEqual([0, 0.6, 0.8, 1]);
    expect(exact.lift[0]).toBeCloseTo(2 / 3 / 0.6, 12);
    const none = liftCurve(Uint8Array.of(0, 0), Float64Array.of(1, 2));
    expect(none.gain.every((gain) => gain === 0)).toBe(true);
  });

  it('the threshold curve holds what evaluate says', () => {
    const curve = thresholdCurve(labels, probabilities, { costFp: 1, costFn: 5 }, weights);
    expect(curve.threshold.length).toBeLessThanOrEqual(501);
    expect([...curve.threshold]).toEqual([...curve.threshold].sort((a, b) => a - b));
    for (let i = 0; i < curve.threshold.length; i += 40) {
      const metrics = evaluate(labels, probabilities, curve.threshold[i], weights);
      expect(curve.precision[i]).toBeCloseTo(metrics.precision, 10);
      expect(curve.recall[i]).toBeCloseTo(metrics.recall, 10);
      expect(curve.f1[i]).toBeCloseTo(metrics.f1, 10);
      expect(curve.mcc[i]).toBeCloseTo(metrics.mcc, 8);
    }
    expect(curve.cost?.at(0)).toBeCloseTo(
      1 - weights.reduce((sum, w, i) => sum + w * labels[i], 0) / weights.reduce((sum, w) => sum + w, 0),
      10,
    );
    const ranks = probabilities.toSorted();
    expect(curve.threshold).toContain(ranks[0]);
    expect(curve.threshold).toContain(ranks.at(-1));
    expect([curve.threshold[0], curve.threshold.at(-1)]).toEqual([0, 1]);
    expect(curve.threshold.every((value) => value >= 0 && value <= 1)).toBe(true);
    const few = Float64Array.of(0.111, 0.222, 0.333, 0.9991);
    expect(thresholdCurve(Uint8Array.of(0, 1, 0, 1), few).threshold).toEqual(
      expect.arrayContaining([...few]),
    );
    const single = thresholdCurve(Uint8Array.of(1), Float64Array.of(0.25));
    expect(single.threshold).toContain(0.25);
    expect(single).not.toHaveProperty('cost');
    expect(single.recall[single.threshold.indexOf(0.25)]).toBe(1);
  });

  it('are defined with one class', () => {
    const roc = rocCurve(Uint8Array.of(1, 1), Float64Array.of(0.3, 0.6));
    expect(roc.falsePositiveRate.every((rate) => rate === 0)).toBe(true);
    expect(roc.truePositiveRate.at(-1)).toBe(1);
    const pr = prCurve(Uint8Array.of(0, 0), Float64Array.of(0.3, 0.6));
    expect(pr.recall.at(-1)).toBe(1);
    expect(pr.precision.at(-1)).toBe(0);
  });
});
