import { readFileSync } from 'node:fs';
import { InsufficientData, InvalidOption, InvalidValue, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calibrate,
  calibrateAll,
  chooseCalibration,
  chooseThreshold,
  costThreshold,
  fitBeta,
  fitIsotonic,
  fitSigmoid,
  sigmoid,
} from '../src/decision/index.ts';
import { confusion, decisionMetrics, logLoss, rocAuc } from '../src/metrics/index.ts';

interface Case {
  readonly name: string;
  readonly labels: number[];
  readonly margins: number[];
  readonly weights?: number[];
  readonly slope: number;
  readonly intercept: number;
  readonly grid: number[];
  readonly beta: [number, number, number];
  readonly betaMargins: number[];
  readonly isotonic: number[];
  readonly plainIsotonic: number[];
}

const { cases } = JSON.parse(readFileSync(new URL('fixtures/calibration.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

/** Rows whose log-odds are slope margin + intercept. */
function drawRows(
  count: number,
  seed: number,
  oddsOf: (margin: number) => number,
): { labels: Uint8Array; margins: Float64Array } {
  const random = new Random(seed, 'margins');
  const margins = Float64Array.from({ length: count }, () => random.normal() * 2);
  const labels = Uint8Array.from(margins, (margin) => (random.float() < sigmoid(oddsOf(margin)) ? 1 : 0));
  return { labels, margins };
}

describe("calibrations equal SciPy's and scikit-learn's", () => {
  it.each(cases)('sigmoid: $name', ({ labels, margins, weights, slope, intercept }) => {
    const fitted = fitSigmoid(
      Uint8Array.from(labels),
      Float64Array.from(margins),
      weights && Float64Array.from(weights),
    );
    expect(Math.abs(fitted.slope / slope - 1)).toBeLessThan(1e-6);
    expect(Math.abs(fitted.intercept - intercept)).toBeLessThan(1e-6 * (1 + Math.abs(intercept)));
  });

  it.each(cases)('isotonic: $name', ({ labels, margins, weights, grid, isotonic }) => {
    const fitted = fitIsotonic(
      Uint8Array.from(labels),
      Float64Array.from(margins),
      weights && Float64Array.from(weights),
    );
    const got = calibrateAll(fitted, Float64Array.from(grid));
    for (const [i, wanted] of isotonic.entries()) expect(got[i]).toBeCloseTo(wanted, 11);
  });

  it.each(cases)('isotonic, where it is neither 0 nor 1: $name', (one) => {
    const fitted = fitIsotonic(
      Uint8Array.from(one.labels),
      Float64Array.from(one.margins),
      one.weights && Float64Array.from(one.weights),
    );
    const { probabilities, margins } = fitted;
    // Between the first and the last point nothing is corrected, nor is what leads to an end that is certain.
    for (const [i, plain] of one.plainIsotonic.entries()) {
      const probability = calibrate(fitted, one.grid[i]);
      expect(probability).toBeGreaterThan(0);
      expect(probability).toBeLessThan(1);
      const inner = margins.filter(
        (_, k) => probabilities[k] > probabilities[0] && probabilities[k] < probabilities.at(-1)!,
      );
      const isInner = one.grid[i] >= inner[0] && one.grid[i] <= inner.at(-1)!;
      expect(isInner ? probability : plain).toBeCloseTo(plain, 11);
    }
  });

  it.each(cases)('beta: $name', ({ labels, margins, weights, beta, grid, betaMargins }) => {
    const fitted = fitBeta(
      Uint8Array.from(labels),
      Float64Array.from(margins),
      weights && Float64Array.from(weights),
    );
    const { a, b, c } = fitted;
    for (const [i, got] of [a, b, c].entries())
      expect(Math.abs(got - beta[i])).toBeLessThan(1e-4 * (1 + Math.abs(beta[i])));
    for (const [i, wanted] of betaMargins.entries())
      expect(Math.abs(calibrate(fitted, grid[i]) - sigmoid(wanted))).toBeLessThan(1e-6);
  });
});

describe('the sigmoid calibration', () => {
  it('finds the parameters that made the labels', () => {
    const { labels, margins } = drawRows(40_000, 1, (margin) => 0.5 * margin - 1);
    const { slope, intercept } = fitSigmoid(labels, margins);
    expect(slope).toBeCloseTo(0.5, 1);
    expect(intercept).toBeCloseTo(-1, 1);
  });

  it('does not depend on where the margins lie or how large they are', () => {
    const { labels, margins } = drawRows(500, 2, (margin) => margin);
    const plain = fitSigmoid(labels, margins);
    const moved = fitSigmoid(
      labels,
      margins.map((margin) => margin * 1e8 + 1e9),
    );
    expect(moved.slope * 1e8).toBeCloseTo(plain.slope, 6);
    expect(moved.intercept + 1e9 * moved.slope).toBeCloseTo(plain.intercept, 5);
  });

  it('never turns the order round', () => {
    const { labels, margins } = drawRows(500, 3, (margin) => -margin);
    const fitted = fitSigmoid(labels, margins);
    expect(fitted.slope).toBe(0);
    const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    expect(sigmoid(fitted.intercept)).toBeCloseTo(share, 2);
  });

  it('is sound on degenerate rows', () => {
    const equal = fitSigmoid(Uint8Array.of(0, 1, 1), Float64Array.of(2, 2, 2));
    expect(equal.slope).toBe(0);
    expect(sigmoid(equal.intercept)).toBeCloseTo((0.75 + 0.75 + 1 / 3) / 3, 12);
    const single = fitSigmoid(Uint8Array.of(1), Float64Array.of(1e6));
    expect(sigmoid(single.slope * 1e6 + single.intercept)).toBeCloseTo(2 / 3, 12);
    const oneClass = fitSigmoid(Uint8Array.of(0, 0), Float64Array.of(-1, 1));
    expect(sigmoid(oneClass.slope + oneClass.intercept)).toBeCloseTo(0.25, 6);
  });
});

describe('the isotonic calibration', () => {
  it('never falls, stays inside (0, 1) and keeps the order', () => {
    const row = fc.record({ label: fc.constantFrom(0, 1), margin: fc.integer({ min: -8, max: 8 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const labels = Uint8Array.from(rows, ({ label }) => label);
        const margins = Float64Array.from(rows, ({ margin }) => margin / 2);
        const { margins: x, probabilities: y } = fitIsotonic(labels, margins);
        expect(y.every((probability) => probability > 0 && probability < 1)).toBe(true);
        expect(y).toEqual(y.toSorted((a, b) => a - b));
        expect(x).toEqual([...new Set(x)].toSorted((a, b) => a - b));
        expect([x[0], x.at(-1)]).toEqual([Math.min(...margins) + 0, Math.max(...margins) + 0]);
      }),
    );
  });

  it('is constant beyond its ends', () => {
    const fitted = fitIsotonic(Uint8Array.of(0, 1, 0, 1), Float64Array.of(-1, 0, 1, 2));
    expect(calibrate(fitted, -Infinity)).toBe(fitted.probabilities[0]);
    expect(calibrate(fitted, Infinity)).toBe(fitted.probabilities.at(-1));
    expect(calibrate(fitted, NaN)).toBeNaN();
    expect(calibrate(fitted, 0)).toBe(0.5);
    // A single negative row: half a positive in two rows.
    expect(fitted.probabilities).toEqual([0.25, 0.5, 0.5, 0.75]);
    expect(calibrate(fitted, -0.5)).toBeCloseTo((0.25 + 0.5) / 2, 12);
  });

  it('is the less certain the fewer rows say it, and never passes its neighbour', () => {
    const labels = Uint8Array.of(
      ...new Array<number>(9).fill(0),
      0,
      1,
      1,
      0,
      ...new Array<number>(4).fill(1),
    );
    const margins = Float64Array.from(labels, (_, row) => (row < 9 ? 0 : row < 13 ? 1 : 2));
    expect(fitIsotonic(labels, margins).probabilities).toEqual([0.05, 0.5, 0.9]);
    // One negative row below 1 of 50: half a row would be more than that.
    const rare = Uint8Array.from({ length: 51 }, (_, row) => (row === 50 ? 1 : 0));
    const one = Float64Array.from(rare, (_, row) => (row === 0 ? -1 : 0));
    expect(fitIsotonic(rare, one).probabilities).toEqual([0.02, 0.02]);
    expect(fitIsotonic(Uint8Array.of(1, 1, 1), Float64Array.of(0, 1, 2)).probabilities).toEqual([
      0.875, 0.875,
    ]);
  });

  it('leaves rows without weight out', () => {
    const fitted = fitIsotonic(Uint8Array.of(1, 0, 1), Float64Array.of(-5, 0, 1), Float64Array.of(0, 1, 1));
    expect(fitted.margins).toEqual([0, 1]);
  });
});

describe('no calibration', () => {
  it('is the logistic function, in both tails', () => {
    const probabilities = calibrateAll({ kind: 'none' }, Float32Array.of(0, 2, -2, 800, -800));
    expect(probabilities[0]).toBe(0.5);
    expect(probabilities[1] + probabilities[2]).toBeCloseTo(1, 15);
    expect([probabilities[3], probabilities[4]]).toEqual([1, 0]);
    expect(calibrate({ kind: 'none' }, -700)).toBeGreaterThan(0);
    expect(calibrate({ kind: 'sigmoid', slope: 2, intercept: 1 }, 3)).toBe(sigmoid(7));
  });
});

describe('the choice of a calibration', () => {
  it('leaves right probabilities alone', () => {
    let changed = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { labels, margins } = drawRows(400, seed, (margin) => margin);
      if (chooseCalibration(labels, margins, { seed }).calibration.kind !== 'none') changed++;
    }
    expect(changed).toBeLessThanOrEqual(3);
  });

  it('takes a sigmoid for margins that are too large', () => {
    const { labels, margins } = drawRows(3000, 50, (margin) => 0.4 * margin + 0.5);
    const choice = chooseCalibration(labels, margins, { seed: 1 });
    expect(choice.calibration).toEqual(fitSigmoid(labels, margins));
    expect(choice.logLoss.sigmoid).toBeLessThan(choice.logLoss.none);
    expect(choice.gains[0]).toMatchObject({ kind: 'sigmoid', over: 'none', accepted: true });
    expect(choice.gains[1]).toMatchObject({ kind: 'beta', over: 'sigmoid', accepted: false });
    expect(choice.gains[2]).toMatchObject({ kind: 'isotonic', over: 'sigmoid', accepted: false });
    expect(choice.gains[0].gain).toBeGreaterThan(2 * choice.gains[0].standardError);
    const whole = logLoss(labels, calibrateAll(choice.calibration, margins));
    expect(whole).toBeLessThan(logLoss(labels, calibrateAll({ kind: 'none' }, margins)));
    expect(rocAuc(labels, calibrateAll(choice.calibration, margins))).toBeCloseTo(
      rocAuc(labels, margins),
      12,
    );
  });

  it('takes a beta function for ends that bend differently', () => {
    const { labels, margins } = drawRows(
      6000,
      53,
      (m) => 0.2 * Math.log(sigmoid(m)) - 2.5 * Math.log(sigmoid(-m)) - 1,
    );
    const choice = chooseCalibration(labels, margins, { seed: 1 });
    expect(choice.calibration).toEqual(fitBeta(labels, margins));
    expect(choice.gains.map(({ accepted }) => accepted)).toEqual([true, true, false]);
  });

  it('takes the folds that are given', () => {
    const { labels, margins } = drawRows(600, 54, (margin) => 0.4 * margin);
    const foldOfRow = Uint8Array.from(labels, (_, row) => row % 2);
    const given = chooseCalibration(labels, margins, { seed: 1, foldOfRow });
    expect(chooseCalibration(labels, margins, { seed: 9, foldOfRow })).toEqual(given);
    const halves = [0, 1].map((fold) => {
      const rows = [...labels.keys()].filter((row) => row % 2 === fold);
      const others = [...labels.keys()].filter((row) => row % 2 !== fold);
      const fitted = fitSigmoid(
        Uint8Array.from(others, (row) => labels[row]),
        Float64Array.from(others, (row) => margins[row]),
      );
      return logLoss(
        Uint8Array.from(rows, (row) => labels[row]),
        calibrateAll(
          fitted,
          Float64Array.from(rows, (row) => margins[row]),
        ),
      );
    });
    expect(given.logLoss.sigmoid).toBeCloseTo((halves[0] + halves[1]) / 2, 12);
    expect(() => chooseCalibration(labels, margins, { seed: 1, foldOfRow: foldOfRow.subarray(1) })).toThrow(
      InvalidOption,
    );
  });

  it('takes an isotonic function for a step', () => {
    const { labels, margins } = drawRows(4000, 51, (margin) => (margin > 1 ? 3 : -1));
    const choice = chooseCalibration(labels, margins, { seed: 1 });
    expect(choice.calibration).toEqual(fitIsotonic(labels, margins));
    const only = chooseCalibration(labels, margins, { seed: 1, kinds: ['sigmoid'] });
    expect(only.calibration.kind).toBe('sigmoid');
    expect(only.logLoss.isotonic).toBeNaN();
  });

  it('asks for more where the margin is larger', () => {
    const { labels, margins } = drawRows(3000, 50, (margin) => 0.4 * margin + 0.5);
    expect(chooseCalibration(labels, margins, { seed: 1, margin: 1000 }).calibration.kind).toBe('none');
  });

  it('respects weights and groups', () => {
    const { labels, margins } = drawRows(1000, 52, (margin) => 0.4 * margin);
    const groups = Int32Array.from(labels, (_, row) => row >> 2);
    const weights = Float64Array.from(labels, (_, row) => (row < 500 ? 1 : 0));
    const choice = chooseCalibration(labels, margins, { seed: 1, groups, weights });
    expect(choice.calibration).toEqual(fitSigmoid(labels.subarray(0, 500), margins.subarray(0, 500)));
    const single = Float64Array.from(labels, (_, row) => (row === 3 ? 1 : 0));
    const lonely = chooseCalibration(labels, margins, { seed: 1, weights: single });
    expect(Number.isFinite(lonely.logLoss.sigmoid)).toBe(true);
  });

  it('counts copies of a row once where they are a group', () => {
    const { labels, margins } = drawRows(150, 57, (margin) => 0.6 * margin);
    const copies = (at: number): number => at >> 3;
    const many = {
      labels: Uint8Array.from({ length: 1200 }, (_, at) => labels[copies(at)]),
      margins: Float64Array.from({ length: 1200 }, (_, at) => margins[copies(at)]),
      groups: Int32Array.from({ length: 1200 }, (_, at) => copies(at)),
    };
    const foldOfRow = Uint8Array.from({ length: 1200 }, (_, at) => copies(at) % 3);
    const kinds = ['sigmoid'] as const;
    const [grouped] = chooseCalibration(many.labels, many.margins, {
      seed: 1,
      kinds,
      foldOfRow,
      groups: many.groups,
    }).gains;
    const [alone] = chooseCalibration(many.labels, many.margins, { seed: 1, kinds, foldOfRow }).gains;
    expect(grouped.gain).toBe(alone.gain);
    expect(grouped.standardError / alone.standardError).toBeCloseTo(
      Math.sqrt(8 * (150 / 149) * (1199 / 1200)),
      9,
    );
  });

  it('is none where nothing can be left out', () => {
    const choice = chooseCalibration(Uint8Array.of(0, 1, 0), Float64Array.of(0, 1, 2), { seed: 1 });
    expect(choice).toEqual({
      calibration: { kind: 'none' },
      logLoss: { none: NaN, sigmoid: NaN, beta: NaN, isotonic: NaN },
      gains: [],
    });
  });

  it('refuses what makes no sense', () => {
    const labels = Uint8Array.of(0, 1, 0, 1);
    const margins = Float64Array.of(1, 2, 3, 4);
    expect(() => chooseCalibration(labels, margins, { seed: 1, margin: -1 })).toThrow(InvalidOption);
    expect(() => chooseCalibration(labels, margins, { seed: 1, folds: 1 })).toThrow(InvalidOption);
    expect(() => fitSigmoid(labels, Float64Array.of(1, 2, NaN, 4))).toThrow(InvalidValue);
    expect(() => fitIsotonic(labels, Float64Array.of(1, 2, Infinity, 4))).toThrow(InvalidValue);
    expect(() => fitIsotonic(labels, margins.subarray(1))).toThrow(InvalidOption);
    expect(() => fitSigmoid(new Uint8Array(0), new Float64Array(0))).toThrow(InsufficientData);
  });
});

describe('the threshold', () => {
  const scoreOf = {
    f1: (m: ReturnType<typeof decisionMetrics>) => m.f1,
    balanced: (m: ReturnType<typeof decisionMetrics>) => m.balancedAccuracy,
    mcc: (m: ReturnType<typeof decisionMetrics>) => m.mcc,
  };
  const probability = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 8 }).map((step) => step / 8),
  );
  const row = fc.record({
    label: fc.constantFrom(0, 1),
    probability,
    weight: fc.integer({ min: 0, max: 3 }),
  });

  it.each(['f1', 'balanced', 'mcc'] as const)('is the best there is: %s', (rule) => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        fc.pre(rows.some(({ weight }) => weight > 0));
        const labels = Uint8Array.from(rows, (r) => r.label);
        const probabilities = Float64Array.from(rows, (r) => r.probability);
        const weights = Float64Array.from(rows, (r) => r.weight);
        const choice = chooseThreshold(labels, probabilities, { rule }, weights);
        const reached = confusion(labels, probabilities, choice.threshold, weights);
        expect(choice.confusion).toEqual(reached);
        expect(choice.score).toBe(scoreOf[rule](decisionMetrics(reached)));
        expect(choice.rule).toBe(rule);
        expect(choice.threshold).toBeGreaterThanOrEqual(0);
        expect(choice.threshold).toBeLessThanOrEqual(1);
        // Calling nobody positive is out of reach where a row is certain.
        const others = [0, ...probabilities, ...(probabilities.includes(1) ? [] : [1.5])];
        for (const threshold of others) {
          const other = scoreOf[rule](decisionMetrics(confusion(labels, probabilities, threshold, weights)));
          expect(choice.score).toBeGreaterThanOrEqual(other);
        }
      }),
    );
  });

  it('lies midway between distinct probabilities', () => {
    const choice = chooseThreshold(Uint8Array.of(0, 0, 1, 1), Float64Array.of(0.1, 0.2, 0.4, 0.9), {
      rule: 'mcc',
    });
    expect(choice.threshold).toBeCloseTo(0.3, 12);
    expect(choice).toMatchObject({ rule: 'mcc', score: 1, confusion: { tp: 2, fp: 0, tn: 2, fn: 0 } });
  });

  it('of several equally good ones is the nearest to one half, then the smaller', () => {
    const same = Float64Array.of(0.1, 0.1, 0.1);
    expect(chooseThreshold(Uint8Array.of(0, 0, 1), same, { rule: 'mcc' })).toMatchObject({
      threshold: 0.55,
      score: 0,
    });
    const high = Float64Array.of(0.9, 0.9, 0.9);
    expect(chooseThreshold(Uint8Array.of(0, 0, 1), high, { rule: 'mcc' }).threshold).toBe(0.45);
    const half = Float64Array.of(0.5, 0.5);
    expect(chooseThreshold(Uint8Array.of(0, 1), half, { rule: 'balanced' }).threshold).toBe(0.25);
    expect(chooseThreshold(Uint8Array.of(0, 1), half, { rule: 'f1' }).score).toBeCloseTo(2 / 3, 12);
  });

  it('separates neighbouring numbers and certain rows', () => {
    const upper = 0.5 + 2 ** -53;
    const near = chooseThreshold(Uint8Array.of(0, 1), Float64Array.of(0.5, upper), { rule: 'f1' });
    expect(near.score).toBe(1);
    const certain = chooseThreshold(Uint8Array.of(0, 1), Float64Array.of(1 - 2 ** -53, 1), { rule: 'mcc' });
    expect(certain).toMatchObject({ threshold: 1, score: 1 });
    const tiny = chooseThreshold(Uint8Array.of(0, 1), Float64Array.of(0, 5e-324), { rule: 'mcc' });
    expect(tiny).toMatchObject({ threshold: 5e-324, score: 1 });
    expect(chooseThreshold(Uint8Array.of(0), Float64Array.of(1), { rule: 'f1' })).toMatchObject({
      threshold: 0.5,
      score: 0,
    });
  });

  it('is analytic for costs', () => {
    const labels = Uint8Array.of(0, 0, 1, 1);
    const probabilities = Float64Array.of(0.1, 0.3, 0.15, 0.9);
    const choice = chooseThreshold(labels, probabilities, { rule: 'cost', costFp: 1, costFn: 4 });
    expect(choice).toEqual({
      threshold: 0.2,
      rule: 'cost',
      score: 5 / 4,
      confusion: { tp: 1, fp: 1, tn: 1, fn: 1 },
      attained: true,
    });
    const weighted = chooseThreshold(
      labels,
      probabilities,
      { rule: 'cost', costFp: 1, costFn: 4 },
      Float64Array.of(1, 3, 0, 1),
    );
    expect(weighted.score).toBeCloseTo(3 / 5, 12);
    const at = (costFp: number, costFn: number): number => costThreshold({ costFp, costFn });
    expect(at(0, 3)).toBe(0);
    expect(at(3, 0)).toBe(1);
    expect(at(1e12, 1e12)).toBe(0.5);
    expect(() => at(1e308, 1e308)).toThrow(InvalidOption);
    expect(at(5e-324, 5e-324)).toBe(0.5);
  });

  it('refuses what makes no sense', () => {
    const labels = Uint8Array.of(0, 1);
    const half = Float64Array.of(0.5, 0.5);
    for (const [costFp, costFn] of [
      [-1, 1],
      [1, NaN],
      [0, 0],
    ])
      expect(() => costThreshold({ costFp, costFn })).toThrow(InvalidOption);
    expect(() => chooseThreshold(labels, half, { rule: 'best' as 'f1' })).toThrow(InvalidOption);
    expect(() => chooseThreshold(labels, Float64Array.of(0.5, 2), { rule: 'f1' })).toThrow(InvalidValue);
    expect(() => chooseThreshold(new Uint8Array(0), new Float64Array(0), { rule: 'f1' })).toThrow(
      InsufficientData,
    );
  });
});
