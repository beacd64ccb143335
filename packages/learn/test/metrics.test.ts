import { readFileSync } from 'node:fs';
import { InsufficientData, InvalidOption, InvalidValue } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import {
  averagePrecision,
  brier,
  calibrationCurve,
  confusion,
  decisionMetrics,
  delongTest,
  evaluate,
  expectedCalibrationError,
  ksStatistic,
  liftAt,
  logLoss,
  majorityBaseline,
  mcnemarTest,
  metricNames,
  prCurve,
  rocAuc,
  rocCurve,
  wilsonInterval,
} from '../src/metrics/index.ts';
import type { MetricName } from '../src/metrics/index.ts';
import { normalCdf, normalQuantile } from '../src/metrics/normal-distribution.ts';

interface Case {
  readonly name: string;
  readonly labels: number[];
  readonly probabilities: number[];
  readonly threshold: number;
  readonly weights?: number[];
  readonly expected: Record<MetricName | 'eceUniform', number | null>;
  readonly roc?: [number, number][];
  readonly pr?: [number, number][];
  readonly calibration?: [number, number][];
}

interface Fixture {
  readonly cases: Case[];
  readonly delong: { labels: number[]; a: number[]; b: number[]; expected: Record<string, number> }[];
  readonly mcnemar: { onlyA: number; onlyB: number; pValue: number }[];
  readonly normalCdf: [number, number][];
  readonly normalQuantile: [number, number][];
  readonly wilson: { hits: number; count: number; level: number; interval: [number, number] }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('fixtures/metrics.json', import.meta.url), 'utf8'),
) as Fixture;

const arraysOf = (
  c: Case,
): { labels: Uint8Array; probabilities: Float64Array; weights: Float64Array | undefined } => ({
  labels: Uint8Array.from(c.labels),
  probabilities: Float64Array.from(c.probabilities),
  weights: c.weights === undefined ? undefined : Float64Array.from(c.weights),
});

/** The figures that differ, in words; null stands for NaN. */
function mismatches(got: object, wanted: object): string[] {
  return Object.entries(wanted).flatMap(([name, value]: [string, number | null]) => {
    const figure = (got as Record<string, number>)[name];
    const equal =
      value === null ? Number.isNaN(figure) : Math.abs(figure - value) <= 1e-11 * (1 + Math.abs(value));
    return equal ? [] : [`${name}: ${figure}, not ${value}`];
  });
}

describe('figures equal those of scikit-learn and SciPy', () => {
  it.each(fixture.cases)('evaluate: $name', (c) => {
    const { labels, probabilities, weights } = arraysOf(c);
    const metrics = evaluate(labels, probabilities, c.threshold, weights);
    expect(Object.keys(metrics).toSorted()).toEqual([...metricNames].toSorted());
    const { eceUniform: _, ...wanted } = c.expected;
    expect(mismatches(metrics, wanted)).toEqual([]);
  });

  it.each(fixture.cases)('single functions: $name', (c) => {
    const { labels, probabilities, weights } = arraysOf(c);
    const { expected } = c;
    const got = {
      rocAuc: rocAuc(labels, probabilities, weights),
      prAuc: averagePrecision(labels, probabilities, weights),
      logLoss: logLoss(labels, probabilities, weights),
      brier: brier(labels, probabilities, weights),
      ks: ksStatistic(labels, probabilities, weights),
      lift10: liftAt(labels, probabilities, 0.1, weights),
      ece: expectedCalibrationError(labels, probabilities, {}, weights),
      eceUniform: expectedCalibrationError(labels, probabilities, { strategy: 'uniform' }, weights),
      ...decisionMetrics(confusion(labels, probabilities, c.threshold, weights)),
    };
    expect(Object.keys(got).toSorted()).toEqual(Object.keys(expected).toSorted());
    expect(mismatches(got, expected)).toEqual([]);
  });

  it.each(fixture.cases.filter((c) => c.roc !== undefined))('curves: $name', (c) => {
    const { labels, probabilities, weights } = arraysOf(c);
    const roc = rocCurve(labels, probabilities, weights);
    const wantedRoc = c.roc ?? [];
    for (const [i, x] of roc.falsePositiveRate.entries()) {
      const y = roc.truePositiveRate[i];
      const distances = wantedRoc.map(([fpr, tpr]) => Math.abs(fpr - x) + Math.abs(tpr - y));
      expect(Math.min(...distances)).toBeLessThan(1e-12);
    }
    const area = roc.falsePositiveRate.reduce(
      (sum, x, i) =>
        i === 0
          ? 0
          : sum +
            ((x - roc.falsePositiveRate[i - 1]) * (roc.truePositiveRate[i] + roc.truePositiveRate[i - 1])) /
              2,
      0,
    );
    expect(area).toBeCloseTo(c.expected.rocAuc ?? NaN, 3);
    const pr = prCurve(labels, probabilities, weights);
    const wantedPr = c.pr ?? [];
    for (const [i, recall] of pr.recall.entries()) {
      const distances = wantedPr.map(([x, y]) => Math.abs(x - recall) + Math.abs(y - pr.precision[i]));
      expect(Math.min(...distances)).toBeLessThan(1e-12);
    }
    expect(pr.recall.at(-1)).toBeCloseTo(1, 12);
  });

  it.each(fixture.cases.filter((c) => c.calibration !== undefined))('calibration curve: $name', (c) => {
    const { labels, probabilities } = arraysOf(c);
    const points = calibrationCurve(labels, probabilities, { strategy: 'uniform', bins: 10 });
    expect(points).toHaveLength(c.calibration?.length ?? -1);
    for (const [i, [predicted, observed]] of (c.calibration ?? []).entries()) {
      expect(mismatches(points[i], { predicted, observed })).toEqual([]);
      expect(points[i].low).toBeLessThanOrEqual(observed);
      expect(points[i].high).toBeGreaterThanOrEqual(observed);
      expect(points[i].from).toBeLessThanOrEqual(points[i].to);
    }
    expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(labels.length);
  });

  it.each(fixture.delong)("DeLong's test", ({ labels, a, b, expected }) => {
    const result = delongTest(Uint8Array.from(labels), Float64Array.from(a), Float64Array.from(b));
    expect(mismatches(result, expected)).toEqual([]);
  });

  it.each(fixture.mcnemar)("McNemar's test: $onlyA against $onlyB", ({ onlyA, onlyB, pValue }) => {
    const length = onlyA + onlyB + 1;
    const labels = new Uint8Array(length).fill(1);
    const decisionsA = Uint8Array.from(labels, (_, row) => (row < onlyA || row === length - 1 ? 1 : 0));
    const decisionsB = Uint8Array.from(labels, (_, row) => (row >= onlyA ? 1 : 0));
    const result = mcnemarTest(labels, decisionsA, decisionsB);
    expect(result).toMatchObject({ onlyA, onlyB });
    expect(Math.abs(result.pValue / pValue - 1)).toBeLessThan(1e-10);
  });

  it('the normal distribution', () => {
    for (const [z, value] of fixture.normalCdf) {
      expect(Math.abs(normalCdf(z) / value - 1)).toBeLessThan(1e-12);
    }
    for (const [q, value] of fixture.normalQuantile) {
      expect(Math.abs(normalQuantile(q) - value)).toBeLessThan(1e-11 * (1 + Math.abs(value)));
    }
    expect(normalCdf(-50)).toBe(0);
    expect(normalCdf(50)).toBe(1);
    expect(normalCdf(NaN)).toBeNaN();
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    expect(normalQuantile(1.5)).toBeNaN();
  });

  it.each(fixture.wilson)(
    "Wilson's interval of $hits in $count at $level",
    ({ hits, count, level, interval }) => {
      const { low, high } = wilsonInterval(hits / count, count, level);
      expect(mismatches({ low, high }, { low: interval[0], high: interval[1] })).toEqual([]);
    },
  );
});

describe('further definitions', () => {
  it('clips log loss by the precision of the array', () => {
    const labels = Uint8Array.of(1, 0);
    expect(logLoss(labels, Float64Array.of(0, 1))).toBeCloseTo(52 * Math.LN2, 10);
    expect(logLoss(labels, Float32Array.of(0, 1))).toBeCloseTo(23 * Math.LN2, 10);
    expect(logLoss(labels, Float64Array.of(1, 0))).toBeGreaterThan(0);
  });

  it('has a baseline that knows the class shares only', () => {
    const labels = Uint8Array.of(1, 0, 0, 0);
    const baseline = majorityBaseline(labels);
    expect(baseline).toMatchObject({
      share: 0.75,
      accuracy: 0.75,
      recall: 0,
      rocAuc: 0.5,
      prAuc: 0.25,
      brier: 0.1875,
      ece: 0,
    });
    expect(baseline.logLoss).toBeCloseTo(-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), 12);
    const weighted = majorityBaseline(labels, Float64Array.of(9, 1, 1, 1));
    expect(weighted).toMatchObject({ share: 0.75, accuracy: 0.75, recall: 1 });
    expect(majorityBaseline(Uint8Array.of(1))).toMatchObject({ share: 1, accuracy: 1, kappa: NaN });
    expect(majorityBaseline(Uint8Array.of(1, 0))).toMatchObject({ share: 0.5, recall: 1, specificity: 0 });
  });

  it('counts decisions given as 0 and 1', () => {
    const counts = confusion(Uint8Array.of(1, 1, 0, 0, 0), Uint8Array.of(1, 0, 0, 1, 0), 0.5);
    expect(counts).toEqual({ tp: 1, fn: 1, tn: 2, fp: 1 });
  });

  it('orders infinities and negative zero as numbers', () => {
    const labels = Uint8Array.of(0, 1, 0, 1);
    expect(rocAuc(labels, Float64Array.of(-Infinity, Infinity, -0, 0))).toBe(0.875);
    expect(rocAuc(labels, Float64Array.of(-3e300, -1e-300, -5, -2))).toBe(1);
  });

  it('gives lift its share', () => {
    const labels = Uint8Array.of(1, 1, 0, 0);
    const scores = Float64Array.of(4, 3, 2, 1);
    expect(liftAt(labels, scores, 0.5)).toBe(2);
    expect(liftAt(labels, scores, 0.75)).toBeCloseTo(4 / 3, 12);
    expect(liftAt(Uint8Array.of(0, 0), Float64Array.of(1, 2))).toBeNaN();
    expect(liftAt(labels, new Float64Array(4), 0.1)).toBeCloseTo(1, 12);
  });

  it("leaves DeLong's test undefined where it is", () => {
    const one = delongTest(Uint8Array.of(0, 1), Float64Array.of(0, 1), Float64Array.of(1, 0));
    expect(one).toMatchObject({ aucA: 1, aucB: 0, difference: 1, standardError: NaN, pValue: NaN });
    const same = Float64Array.of(1, 2, 3, 4);
    const equal = delongTest(Uint8Array.of(0, 1, 0, 1), same, same);
    expect(equal).toMatchObject({ difference: 0, z: 0, pValue: 1, low: 0, high: 0 });
    const opposite = delongTest(Uint8Array.of(0, 0, 1, 1), same, Float64Array.of(4, 3, 2, 1));
    expect(opposite).toMatchObject({ difference: 1, z: Infinity, pValue: 0 });
    expect(delongTest(Uint8Array.of(1, 1), same.subarray(0, 2), same.subarray(0, 2)).aucA).toBeNaN();
  });
});

describe('input that cannot be judged', () => {
  const labels = Uint8Array.of(0, 1);
  const half = Float64Array.of(0.5, 0.5);
  it.each([
    ['no rows', () => evaluate(new Uint8Array(0), new Float64Array(0), 0.5), InsufficientData],
    ['too few probabilities', () => evaluate(labels, half.subarray(1), 0.5), InvalidOption],
    ['a third label', () => evaluate(Uint8Array.of(0, 2), half, 0.5), InvalidValue],
    ['a probability above 1', () => brier(labels, Float64Array.of(0.5, 1.5)), InvalidValue],
    ['a probability that is no number', () => logLoss(labels, Float64Array.of(0.5, NaN)), InvalidValue],
    ['a score that is no number', () => rocAuc(labels, Float64Array.of(0.5, NaN)), InvalidValue],
    ['a threshold that is no number', () => confusion(labels, half, NaN), InvalidOption],
    ['a negative weight', () => evaluate(labels, half, 0.5, Float64Array.of(1, -1)), InvalidValue],
    ['an infinite weight', () => evaluate(labels, half, 0.5, Float64Array.of(1, Infinity)), InvalidValue],
    ['a weight that is no number', () => evaluate(labels, half, 0.5, Float64Array.of(1, NaN)), InvalidValue],
    ['weights that are all zero', () => evaluate(labels, half, 0.5, new Float64Array(2)), InsufficientData],
    [
      'weights with an infinite sum',
      () => evaluate(labels, half, 0.5, Float64Array.of(1.5e308, 1.5e308)),
      InsufficientData,
    ],
    ['too few weights', () => evaluate(labels, half, 0.5, Float64Array.of(1)), InvalidOption],
    ['no bins', () => expectedCalibrationError(labels, half, { bins: 0 }), InvalidOption],
    ['a share of all', () => liftAt(labels, half, 1), InvalidOption],
    [
      'an unknown strategy',
      () => expectedCalibrationError(labels, half, { strategy: 'other' as 'uniform' }),
      InvalidOption,
    ],
  ])('%s', (_, act, kind) => {
    expect(act).toThrow(kind);
  });
});
