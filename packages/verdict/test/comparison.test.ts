import { Random } from '@verdict/core';
import { metricNames } from '@verdict/learn';
import type { Interval, MetricName, Metrics, PairedDifference } from '@verdict/learn';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComparedPair, Comparison } from '../src/comparison/comparison.ts';
import { conclude } from '../src/comparison/conclusion.ts';
import { compareFolds } from '../src/comparison/fold-comparison.ts';
import { recordedFigures } from '../src/comparison/recorded-figures.ts';
import { testOnRows } from '../src/comparison/row-tests.ts';
import { unpairedDifference } from '../src/comparison/unpaired-difference.ts';

const every = <T>(value: T): Record<MetricName, T> =>
  Object.fromEntries(metricNames.map((name) => [name, value])) as Record<MetricName, T>;

describe('the figures that a bundle carries', () => {
  const metrics = {
    headline: {
      source: 'hold-out',
      rows: 50,
      rowsFingerprint: 'ab',
      metrics: { rocAuc: 0.9, kappa: null },
      intervals: { rocAuc: { low: 0.8, high: 0.95 } },
    },
    crossValidation: { folds: 2, foldsFingerprint: 'cd', scores: { rocAuc: { values: [0.8, null] } } },
  };

  it('are read by name', () => {
    const found = recordedFigures(metrics, 'rocAuc');
    expect(found).toMatchObject({ source: 'hold-out', rows: 50, rowsFingerprint: 'ab' });
    expect(found?.metrics.rocAuc).toBe(0.9);
    expect(found?.metrics.kappa).toBeNaN();
    expect(found?.intervals.rocAuc).toEqual({ low: 0.8, high: 0.95 });
    expect(found?.intervals.f1).toEqual({ low: NaN, high: NaN });
    expect(found?.folds).toEqual({ fingerprint: 'cd', count: 2, values: [0.8, NaN] });
    expect(recordedFigures(metrics, 'f1')?.folds).toBeUndefined();
  });

  it('are not there where the file holds something else', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const found = recordedFigures(value, 'rocAuc');
        const inner = recordedFigures({ headline: value, crossValidation: value }, 'rocAuc');
        for (const figures of [found, inner]) {
          expect(figures === undefined || typeof figures.source === 'string').toBe(true);
        }
      }),
    );
    const scores = { rocAuc: { values: Array.from({ length: 20_000 }, () => 1) } };
    expect(
      recordedFigures({ ...metrics, crossValidation: { folds: 5, scores } }, 'rocAuc')?.folds,
    ).toBeUndefined();
  });
});

describe('the comparison of folds', () => {
  const folds = { fingerprint: 'x', count: 3, values: [0.9, 0.8, 0.85] };
  const better = { ...folds, values: [0.92, 0.83, 0.86] };

  it('tests scores of the same folds', () => {
    const found = compareFolds(better, folds);
    expect(found).toMatchObject({ comparable: true, folds: 3, degreesOfFreedom: 2 });
    // By hand: mean 0.02, variance 0.0001, times 1/3 + 1/2.
    expect(found.comparable && found.t).toBeCloseTo(0.02 / Math.sqrt(0.0001 * (1 / 3 + 1 / 2)), 8);
  });

  it.each([
    ['no scores', undefined, folds, /no scores by fold/],
    ['other numbers', { ...folds, count: 4, values: [1, 1, 1, 1] }, folds, /4 and 3 folds/],
    ['no fingerprint', { ...folds, fingerprint: undefined }, folds, /older version/],
    ['other folds', { ...folds, fingerprint: 'y' }, folds, /other rows to their folds/],
    ['an undefined figure', { ...folds, values: [1, NaN, 1] }, folds, /undefined/],
  ])('says why not: %s', (_, a, b, reason) => {
    for (const found of [compareFolds(a, b), compareFolds(b, a)]) {
      expect(found).toMatchObject({ comparable: false });
      expect(found.comparable ? '' : found.reason).toMatch(
        reason.source.includes('4 and 3') ? /[34] and [34] folds/ : reason,
      );
    }
  });
});

describe('the interval of an unpaired difference', () => {
  it('is that of two normal means where the intervals are symmetric', () => {
    const found = unpairedDifference(0.9, 0.8, { low: 0.87, high: 0.93 }, { low: 0.76, high: 0.84 });
    expect(found.difference).toBeCloseTo(0.1, 12);
    expect(found.low).toBeCloseTo(0.05, 12);
    expect(found.high).toBeCloseTo(0.15, 12);
    // Half-width 0.05 is 1.96 standard errors, so the difference is 3.92 of them.
    expect(found.pValue).toBeCloseTo(8.857e-5, 7);
  });

  it('has a p-value below 0.05 exactly where it leaves out 0, and turns with the sides', () => {
    const figure = fc.record({
      value: fc.double({ min: 0, max: 1, noNaN: true }),
      below: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
      above: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
    });
    fc.assert(
      fc.property(figure, figure, (a, b) => {
        const bounds = ({ value, below, above }: typeof a): Interval => ({
          low: value - below,
          high: value + above,
        });
        const one = unpairedDifference(a.value, b.value, bounds(a), bounds(b));
        const two = unpairedDifference(b.value, a.value, bounds(b), bounds(a));
        fc.pre(Math.abs(one.pValue - 0.05) > 1e-9);
        expect(one.pValue < 0.05).toBe(one.low > 0 || one.high < 0);
        expect(two.low).toBeCloseTo(-one.high, 12);
        expect(two.pValue).toBeCloseTo(one.pValue, 12);
      }),
    );
  });

  it('is not known where an interval is not, and knows no doubt where there is none', () => {
    expect(unpairedDifference(1, 0.5, { low: NaN, high: NaN }, { low: 0.4, high: 0.6 }).pValue).toBeNaN();
    const sure = unpairedDifference(1, 0.5, { low: 1, high: 1 }, { low: 0.5, high: 0.5 });
    expect(sure).toMatchObject({ low: 0.5, high: 0.5, pValue: 0 });
    expect(unpairedDifference(1, 1, { low: 1, high: 1 }, { low: 1, high: 1 }).pValue).toBe(1);
  });
});

describe('tests on rows', () => {
  const random = new Random(4, 'rows');
  const margins = Float64Array.from({ length: 400 }, () => 1.5 * random.normal());
  const labels = Uint8Array.from(margins, (margin) => (random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0));
  const scored = (noise: number) => ({
    probabilities: margins.map((margin) => 1 / (1 + Math.exp(-margin - noise * random.normal()))),
    threshold: 0.5,
  });
  const [good, poor] = [scored(0.1), scored(3)];

  it('decide by DeLong for the area under the ROC curve, by the bootstrap for all else', () => {
    const auc = testOnRows(labels, good, poor, 'rocAuc', { seed: 1, weights: undefined });
    expect(auc.test).toMatchObject({ method: 'DeLong', pValue: auc.delong?.pValue });
    expect(auc.test.pValue).toBeLessThan(0.001);
    expect(auc.differences.rocAuc.difference).toBeCloseTo(auc.test.difference, 12);
    const loss = testOnRows(labels, good, poor, 'logLoss', { seed: 1, weights: undefined });
    expect(loss.test).toMatchObject({ method: 'paired bootstrap', ...pick(loss.differences.logLoss) });
    expect(loss.mcnemar?.onlyA).toBeGreaterThan(loss.mcnemar?.onlyB ?? Infinity);
  });

  it('leave out what knows no weights', () => {
    const found = testOnRows(labels, good, poor, 'rocAuc', {
      seed: 1,
      weights: new Float64Array(400).fill(2),
    });
    expect(found.test.method).toBe('paired bootstrap');
    expect([found.delong, found.mcnemar]).toEqual([undefined, undefined]);
  });

  it('decide by the bootstrap where a class has one row', () => {
    const rare = new Uint8Array(400);
    rare[3] = 1;
    const found = testOnRows(rare, good, poor, 'rocAuc', { seed: 1, weights: undefined });
    expect(found.test.method).toBe('paired bootstrap');
  });
});

function pick({ difference, low, high, pValue }: PairedDifference) {
  return { difference, low, high, pValue };
}

describe('the words', () => {
  const metrics = { ...every(0.5), rocAuc: 0.9 } as Metrics;
  const model = (name: string): Comparison['models'][number] => ({
    model: name,
    verdictVersion: '1',
    seed: 1,
    dataFingerprint: '',
    columns: 3,
    threshold: 0.5,
    metrics,
    intervals: every({ low: 0, high: 1 }),
  });
  const pair = (test: Partial<ComparedPair['test']>, more: Partial<ComparedPair> = {}): ComparedPair => ({
    best: 'a',
    other: 'b',
    differences: every({ a: 0.9, b: 0.8, difference: 0.1, low: 0.05, high: 0.15, pValue: 0.01 }),
    test: {
      method: 'DeLong',
      difference: 0.1,
      low: 0.05,
      high: 0.15,
      pValue: 0.01,
      adjustedPValue: 0.01,
      ...test,
    },
    outcome: 'better',
    crossValidation: { comparable: false, reason: 'they have 4 and 3 folds' },
    ...more,
  });
  const say = (pairs: readonly ComparedPair[]): string[] =>
    conclude({
      target: { name: 't', positive: 'yes', negative: 'no' },
      metric: 'rocAuc',
      basis: 'rows',
      rows: { file: 'x.csv', rows: 1500, positives: 700, unlabelledRows: 0, weighted: false },
      models: [model('a'), ...pairs.map(({ other }) => model(other))],
      pairs,
      warnings: [],
      notes: [],
    });

  it('say which is better, by how much, and how sure', () => {
    expect(say([pair({})])).toEqual([
      'a is better than b on these 1\u202f500 rows: its ROC AUC is 0.1000 higher (0.9000 against 0.8000; 95 % interval of the difference 0.0500 to 0.1500; DeLong’s test, p = 0.01).',
      'The cross-validations of a and b cannot be compared: they have 4 and 3 folds.',
    ]);
  });

  it('say that no difference was found, and why', () => {
    const none = { outcome: 'no difference found' } as const;
    expect(say([pair({ low: -0.02, adjustedPValue: 0.2 }, none)])[0]).toContain(
      'No difference was found between a and b on these 1\u202f500 rows: ROC AUC is 0.9000 and 0.8000, and the 95 % interval of the difference, −0.0200 to 0.1500, includes 0 (DeLong’s test, p = 0.2).',
    );
    expect(say([pair({ adjustedPValue: 0.06 }, none)])[0]).toContain(
      'leaves out 0, but the test does not reach the 5 % level (DeLong’s test, p = 0.06)',
    );
    expect(say([pair({ difference: 0, low: 0, high: 0 }, none)])[0]).toContain('cannot be told apart');
    expect(say([pair({ low: NaN, high: NaN, adjustedPValue: NaN }, none)])[0]).toContain('too few rows');
  });

  it('speak of several models, of decisions and of folds', () => {
    const cv = {
      comparable: true,
      folds: 5,
      difference: -0.01,
      standardError: 0.01,
      t: -1,
      degreesOfFreedom: 4,
      pValue: 0.2,
      adjustedPValue: 0.37,
      low: -0.04,
      high: 0.02,
    } as const;
    const sentences = say([
      pair(
        { adjustedPValue: 0.00001 },
        { mcnemar: { onlyA: 30, onlyB: 10, pValue: 0.002, adjustedPValue: 0.012 }, crossValidation: cv },
      ),
      pair({}, { other: 'c', mcnemar: { onlyA: 0, onlyB: 0, pValue: 1, adjustedPValue: 1 } }),
      pair(
        {},
        {
          other: 'd',
          mcnemar: { onlyA: 3, onlyB: 14, pValue: 0.01, adjustedPValue: 0.06 },
          crossValidation: { ...cv, adjustedPValue: 0.01 },
        },
      ),
    ]);
    expect(sentences[0]).toBe('a is first by ROC AUC (0.9000).');
    expect(sentences[1]).toContain('DeLong’s test, p < 0.0001, corrected for 4 models)');
    expect(sentences[4]).toContain('30 rows only a gets right, 10 only b: a decides rightly more often');
    expect(sentences[5]).toBe('Decisions: a and c are right on the same rows.');
    expect(sentences[4]).toContain('(McNemar’s test, p = 0.012, corrected for 4 models)');
    expect(sentences[6]).toContain('no difference in how often they decide rightly');
    expect(sentences[7]).toContain(
      'on the same 5 folds when they were trained, a has a mean ROC AUC 0.0100 lower than b',
    );
    expect(sentences[7]).toContain('p = 0.37, corrected for 4 models; no difference found');
    expect(sentences[9]).not.toContain('no difference found');
    const level = say([pair({}, { crossValidation: { ...cv, difference: 0, adjustedPValue: 1 } })]);
    expect(level[1]).toBe(
      'Cross-validated on the same 5 folds when they were trained, a and b have the same mean ROC AUC.',
    );
  });
});
