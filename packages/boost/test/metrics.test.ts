import { InvalidOption, Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { binMatrix, trainSync } from '../src/index.ts';
import type { CustomMetric, MetricName, TrainingOptions } from '../src/index.ts';
import { findMetric } from '../src/metrics.ts';
import { orderByMargin } from '../src/margin-order.ts';
import { readFixture } from './support/fixtures.ts';
import type { FeaturesFixture } from './support/fixtures.ts';
import { makeData, range } from './support/made-data.ts';

const { metrics } = readFixture<FeaturesFixture>('features');
const margins = Float32Array.from(metrics.margins);
const labels = Float32Array.from(metrics.labels);
const weights = Float32Array.from(metrics.weights);
const names = Object.keys(metrics.plain);

describe('metrics', () => {
  it.each(names)('%s is XGBoost’s, with and without weights, over ties', (name) => {
    const metric = findMetric(name);
    expect(metric.evaluate(margins, labels, undefined)).toBeCloseTo(metrics.plain[name], 6);
    expect(metric.evaluate(margins, labels, weights)).toBeCloseTo(metrics.weighted[name], 6);
  });

  it('take a weight for a number of rows', () => {
    const counts = Float32Array.from(margins, (_, i) => 1 + (i % 3));
    const repeated = [...margins.keys()].flatMap((row) => new Array<number>(counts[row]).fill(row));
    const [m, y] = [margins, labels].map((list) => Float32Array.from(repeated, (row) => list[row]));
    for (const name of names) {
      const metric = findMetric(name);
      expect(metric.evaluate(margins, labels, counts)).toBeCloseTo(metric.evaluate(m, y, undefined), 9);
    }
  });

  it('of ranking count pairs and thresholds, as by hand', () => {
    const m = Float32Array.of(3, 2, 2, 1, -1);
    const y = Float32Array.of(1, 0, 1, 1, 0);
    // Pairs won: 3 beats both, the tied 2 wins one and a half, 1 wins one.
    expect(findMetric('auc').evaluate(m, y, undefined)).toBeCloseTo(4.5 / 6, 12);
    // Recall 1/3 at precision 1; then t/(2t - 1) from 1 to 2 true positives; then (t)/(t + 1) from 2 to 3.
    const between = (f: (t: number) => number, from: number): number => {
      let sum = 0;
      for (let i = 0; i < 20_000; i++) sum += f(from + (i + 0.5) / 20_000) / 20_000;
      return sum;
    };
    const area = (1 + between((t) => t / (2 * t - 1), 1) + between((t) => t / (t + 1), 2)) / 3;
    expect(findMetric('aucpr').evaluate(m, y, undefined)).toBeCloseTo(area, 8);
  });

  it('of errors heed the ends of the range of thresholds', () => {
    const m = Float32Array.of(-5, 0, 5);
    const y = Float32Array.of(0, 0, 1);
    const at = (name: MetricName): number => findMetric(name).evaluate(m, y, undefined);
    expect([at('error@0'), at('error@1'), at('error@0.5'), at('error')]).toEqual([2 / 3, 1 / 3, 0, 0]);
    expect(at('error@0.001')).toBeCloseTo(2 / 3, 12);
  });

  it('are refused by a name that is none, or none for the objective', () => {
    for (const name of ['', 'AUC', 'error@', 'error@2', 'error@-1', 'error@x', 'constructor']) {
      expect(() => findMetric(name)).toThrow(InvalidOption);
    }
    expect(() => findMetric('auc', 'reg:squarederror')).toThrow(/rmse or mae with the objective/);
    expect(
      findMetric('rmse', 'reg:squarederror').evaluate(
        Float32Array.of(1, 3),
        Float32Array.of(1, 1),
        undefined,
      ),
    ).toBe(Math.SQRT2);
  });
});

describe('the order of margins', () => {
  it('is that of a sort, with infinities, both zeros and ties in the order of the rows', () => {
    const random = new Random(3);
    const values = Float32Array.from(
      { length: 5000 },
      () => random.normal() * 10 ** (random.integer(60) - 30),
    );
    values.set([0, -0, Infinity, -Infinity, 1, 1, -1, -1, 3.4e38, -3.4e38, 1e-45, -1e-45]);
    const expected = [...values.keys()].sort((a, b) => {
      const [x, y] = [values[a], values[b]];
      if (x !== y) return x < y ? -1 : 1;
      return Number(Object.is(y, -0)) - Number(Object.is(x, -0)) || a - b;
    });
    expect([...orderByMargin(values)]).toEqual(expected);
    expect([...orderByMargin(new Float32Array(0))]).toEqual([]);
  });
});

const made = makeData({ rows: 500 });
const fold = {
  binned: binMatrix(made.matrix),
  labels: made.labels,
  rows: range(350),
  validationRows: range(150, 350),
};
const brier: CustomMetric = {
  name: 'brier',
  higherIsBetter: false,
  evaluate: (m, y) =>
    m.reduce((sum, margin, i) => sum + (1 / (1 + Math.exp(-margin)) - y[i]) ** 2, 0) / m.length,
};

describe('several metrics at once', () => {
  const metric = ['logloss', 'auc', 'error@0.3', brier] as const;

  it('are recorded and reported, each under its name', () => {
    const reports: unknown[] = [];
    const options: TrainingOptions = {
      rounds: 5,
      metric,
      evaluateTraining: true,
      onRound: (report) => void reports.push(report),
    };
    const { history, validationMargins } = trainSync(fold, {}, options);
    expect(Object.keys(history.metrics)).toEqual(['logloss', 'auc', 'error@0.3', 'brier']);
    expect(history.validation).toEqual(history.metrics.logloss.validation);
    expect(history.training).toEqual(history.metrics.logloss.training);
    const held = made.labels.slice(350);
    for (const name of ['auc', 'error@0.3'] as const) {
      const last = findMetric(name).evaluate(validationMargins ?? new Float32Array(0), held, undefined);
      expect(history.metrics[name].validation?.at(-1)).toBe(last);
    }
    const { metrics: last, ...rest } = reports[4] as { metrics: Record<string, Record<string, number>> };
    expect(last.brier.validation).toBe(history.metrics.brier.validation?.[4]);
    expect(last.auc.training).toBe(history.metrics.auc.training?.[4]);
    expect(rest).toEqual({
      round: 4,
      training: history.training?.[4],
      validation: history.validation?.[4],
      bestIteration: 4,
    });
  });

  it('let early stopping follow the first, or the one that is named', () => {
    const stopped = (options: Partial<TrainingOptions>) =>
      trainSync(fold, { learning_rate: 0.5 }, { rounds: 100, earlyStoppingRounds: 8, metric, ...options });
    const first = stopped({});
    const values = first.history.metrics.logloss.validation ?? [];
    expect(Math.min(...values)).toBe(values[first.bestIteration]);
    const named = stopped({ stopMetric: 'auc' });
    const areas = named.history.metrics.auc.validation ?? new Float64Array(0);
    expect(Math.max(...areas)).toBe(areas[named.bestIteration]);
    expect(named.history.validation).toEqual(areas);
    const own = stopped({ stopMetric: 'brier' });
    const scores = own.history.metrics.brier.validation ?? [];
    expect(Math.min(...scores)).toBe(scores[own.bestIteration]);
  });

  it('of one’s own may say what is better, and cannot change what training sees', () => {
    const greedy: CustomMetric = {
      name: 'greedy',
      higherIsBetter: true,
      evaluate: (m, y, w) => {
        const sum = m.reduce((total, margin) => total + margin, 0);
        m.fill(7);
        y.fill(7);
        w?.fill(7);
        return sum;
      },
    };
    const weighted = { ...fold, weights: new Float32Array(500).fill(2) };
    const plain = trainSync(weighted, {}, { rounds: 20, metric: 'auc' });
    const own = trainSync(weighted, {}, { rounds: 20, metric: greedy, evaluateTraining: true });
    expect(Buffer.compare(own.booster.toUbj(), plain.booster.toUbj())).toBe(0);
    const values = own.history.validation ?? new Float64Array(0);
    const { bestIteration } = trainSync(
      weighted,
      {},
      { rounds: 20, metric: greedy, earlyStoppingRounds: 20 },
    );
    expect(values[bestIteration]).toBe(Math.max(...values));
  });

  it.each<[string, Partial<TrainingOptions>, RegExp]>([
    ['a metric twice', { metric: ['auc', 'auc'] }, /each of its own name/],
    ['no metric', { metric: [] }, /at least one metric/],
    ['a metric to follow that is not there', { metric: ['auc'], stopMetric: 'logloss' }, /one of auc/],
    ['a metric without a direction', { metric: { name: 'x', evaluate: () => 1 } as never }, /higherIsBetter/],
    ['a number', { metric: 3 as never }, /a name, or/],
    ['an answer that is not finite', { metric: { ...brier, evaluate: () => NaN } }, /metric brier.*round 0/],
  ])('%s is refused', (_, options, text) => {
    const attempt = (): unknown => trainSync(fold, {}, { rounds: 2, ...options });
    expect(attempt).toThrow(InvalidOption);
    expect(attempt).toThrow(text);
  });
});
