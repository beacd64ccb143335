import { describe, expect, it } from 'vitest';
import {
  optimisationHistoryChart,
  parallelCoordinatesChart,
  parameterImportanceChart,
  selectionCurveChart,
} from '../src/index.ts';
import type { Chart, TrialPoint } from '../src/index.ts';
import { sampleSearch, seriesOf } from './sample.ts';

const trial = (number: number, score: number | null, more: Partial<TrialPoint> = {}): TrialPoint => ({
  number,
  source: 'tpe',
  status: 'complete',
  score,
  params: { depth: number },
  best: false,
  ...more,
});

const series = (chart: Chart, name: string): (number | null)[][] =>
  seriesOf(chart).find((one) => one.name === name)?.data as (number | null)[][];

describe('the course of a search', () => {
  it('keeps the best so far, in the direction of the figure', () => {
    const trials = [
      trial(0, 0.5),
      trial(1, 0.7),
      trial(2, 0.6),
      trial(3, 0.8),
      trial(4, 0.1, { status: 'pruned' }),
    ];
    const up = optimisationHistoryChart({ metric: 'roc_auc', higherIsBetter: true, trials });
    expect(series(up, 'Best so far')).toEqual([
      [0, 0.5],
      [1, 0.7],
      [2, 0.7],
      [3, 0.8],
      [4, 0.8],
    ]);
    expect(up.title).toBe('Course of the search: trial 3 of 5 is best');
    expect(series(up, 'Given up')).toEqual([[4, 0.1]]);
    const down = optimisationHistoryChart({ metric: 'log_loss', higherIsBetter: false, trials });
    expect(series(down, 'Best so far').map(([, y]) => y)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(down.subtitle).toContain('Trial 0 reaches log_loss 0.5000; 4 complete, 1 given up early.');
  });

  it('sorts trials, leaves out those without a score, and does not let far ones squeeze the rest', () => {
    const trials = [
      trial(2, 0.31),
      trial(0, 0.3),
      trial(1, 50),
      trial(3, 0.32),
      trial(4, null, { status: 'failed' }),
    ];
    const chart = optimisationHistoryChart({
      metric: 'log_loss',
      higherIsBetter: false,
      trials,
      baselineScore: 0.35,
    });
    const drawn = series(chart, 'Complete').map(([, y]) => y ?? NaN);
    expect(drawn).toHaveLength(4);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(chart.subtitle).toContain('1 far worse ones lie at the edge');
    expect(series(chart, 'Trial 0').map(([, y]) => y)).toEqual([0.35, 0.35]);
  });

  it('says that there is none', () => {
    for (const trials of [[], [trial(0, 0.5, { status: 'pruned' })], [trial(0, NaN)]]) {
      const chart = optimisationHistoryChart({ metric: 'f1', higherIsBetter: true, trials });
      expect(chart.option['series']).toBeUndefined();
      expect(chart.description).toBe('No trial was completed.');
    }
    const one = optimisationHistoryChart({ metric: 'f1', higherIsBetter: true, trials: [trial(0, 0.5)] });
    expect(series(one, 'Best')).toEqual([[0, 0.5]]);
  });
});

describe('parallel coordinates', () => {
  it('draw one line a trial, the best last, and the chosen one', () => {
    const input = sampleSearch(1, 200);
    const chart = parallelCoordinatesChart({ ...input, order: ['max_depth', 'learning_rate'] });
    const complete = input.trials.filter(({ status }) => status === 'complete');
    const lines = seriesOf(chart).filter(({ name }) => /^step \d+$/u.test(name));
    const drawn = lines.flatMap(({ data }) => data as (number | null)[][]);
    expect(drawn.filter(([x]) => x === null)).toHaveLength(complete.length);
    for (const [x] of drawn) expect(x === null || (x >= -0.17 && x <= 1)).toBe(true);
    expect(lines.at(-1)?.name).toBe('step 15');
    const [names] = chart.option['yAxis'] as unknown as { data: string[] }[];
    expect(names.data).toEqual([
      'max_depth',
      'learning_rate',
      'booster',
      'rate_drop',
      'subsample',
      'log_loss',
    ]);
    expect(series(chart, 'chosen')).toHaveLength(6);
    expect(chart.description).toMatch(
      /was chosen: max_depth \d+, learning_rate 0\.\d+, booster (dart|gbtree)/u,
    );
  });

  it('name the best of several that were chosen', () => {
    const trials = [0.3, 0.1, 0.2, 0.4].map((score, i) =>
      trial(i, score, { params: { max_depth: i }, best: i < 3 }),
    );
    const chart = parallelCoordinatesChart({ metric: 'log_loss', higherIsBetter: false, trials });
    expect(chart.subtitle).toContain('Trial 1 is the best of the 3 that were chosen.');
    expect(series(chart, 'chosen')[0]).toEqual([0.3333, 0.5]);
  });

  it('place values linearly, by their logarithm, or one category beside the other', () => {
    const rates = [0.001, 0.01, 0.1];
    const trials = rates.map((rate, i) =>
      trial(i, i, { params: { rate, depth: [3, 4, 7][i], kind: ['b', 'a', 'c'][i] }, best: i === 2 }),
    );
    const chart = parallelCoordinatesChart({ metric: 'f1', higherIsBetter: true, trials });
    const ticks = series(chart, 'values') as unknown as { value: number[]; label: { formatter: string } }[];
    expect(ticks.map(({ value, label }) => [value[0], label.formatter])).toEqual([
      [0, '3'],
      [0.5, '5'],
      [1, '7'],
      [0, 'a'],
      [0.5, 'b'],
      [1, 'c'],
      [0, '0.001'],
      [0.5, '0.01'],
      [1, '0.1'],
      [0, '0.0000'],
      [1, '2.0000'],
    ]);
    expect(series(chart, 'chosen').map(([x]) => x)).toEqual([1, 1, 1, 1]);
    const worst = series(chart, 'step 0');
    expect(worst.slice(0, 4).map(([x]) => x)).toEqual([0, 0.5, 0, 0]);
  });

  it('say where a parameter is not set, and leave out those that never differ', () => {
    const trials = [
      trial(0, 0.1, { params: { kind: 'a', same: 1, drop: 0.5 } }),
      trial(1, 0.2, { params: { kind: 'b', same: 1 } }),
    ];
    const chart = parallelCoordinatesChart({ metric: 'f1', higherIsBetter: true, trials });
    expect(JSON.stringify(chart.option)).toContain('not set');
    expect(JSON.stringify(chart.option)).not.toContain('"same"');
    expect(series(chart, 'step 15')[0]).toEqual([-0.17, 0.5]);
  });

  it('draw twelve parameters at most, and survive any name', () => {
    const params = (i: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: 30 }, (_, p) => [`${'x'.repeat(200)}${p}`, i]));
    const trials = [0, 1].map((i) => trial(i, i, { params: { ...params(i), ['__proto__x']: i } }));
    const chart = parallelCoordinatesChart({ metric: 'f1', higherIsBetter: true, trials });
    expect(chart.subtitle).toContain('12 of 31 parameters are drawn');
  });

  it('say that there is nothing to draw', () => {
    for (const trials of [[], [trial(0, 1)], [trial(0, 1, { params: {} }), trial(1, 2, { params: {} })]]) {
      const chart = parallelCoordinatesChart({ metric: 'f1', higherIsBetter: true, trials });
      expect(chart.description).toBe('No two complete trials differ in a parameter.');
    }
    const same = parallelCoordinatesChart({
      metric: 'f1',
      higherIsBetter: true,
      trials: [trial(0, 0.5), trial(1, 0.5)],
    });
    expect(series(same, 'chosen').at(-1)).toEqual([0.5, 1.5]);
  });
});

describe('the importance of parameters', () => {
  it('is ordered, in per cent, and names what is left', () => {
    const chart = parameterImportanceChart({
      metric: 'f1',
      items: [
        { parameter: 'b', share: 0.1 },
        { parameter: 'a', share: 0.6 },
        { parameter: 'c', share: null },
      ],
    });
    expect(seriesOf(chart)[0].data).toMatchObject([{ value: 60 }, { value: 10 }]);
    expect(chart.subtitle).toContain('Parameters acting together explain the other 30.0\u202f%.');
    expect(chart.title).toContain('a');
  });

  it('has no bars for what explains nothing, unless nothing explains anything', () => {
    const items = [0.5, 0.0004, 0.3, 0].map((share, i) => ({ parameter: `p${i}`, share }));
    const chart = parameterImportanceChart({ metric: 'f1', items });
    expect(seriesOf(chart)[0].data).toMatchObject([{ value: 50 }, { value: 30 }]);
    expect(chart.subtitle).toContain('2 more explain less.');
    const flat = parameterImportanceChart({ metric: 'f1', items: [{ parameter: 'a', share: 0 }] });
    expect(seriesOf(flat)[0].data).toMatchObject([{ value: 0 }]);
  });

  it('is not there for too few trials', () => {
    for (const items of [[], [{ parameter: 'a', share: NaN }]]) {
      const chart = parameterImportanceChart({ metric: 'f1', items });
      expect(chart.description).toContain('too few trials');
    }
  });
});

describe('the curve of a selection', () => {
  const curve = [
    { count: 8, mean: 0.2, standardError: 0 },
    { count: 2, mean: 0.3, standardError: 0.02 },
    { count: 4, mean: 0.21, standardError: 0.02 },
  ];
  const input = { method: 'chi-square', curve, kept: 4 };

  it('marks what is kept, and the line of the best, which the bars of what is as good reach', () => {
    const chart = selectionCurveChart(input);
    expect(chart.title).toBe('Number of features: 4 of 8 are kept');
    expect(series(chart, 'Best')).toEqual([
      [0, 0.2],
      [8, 0.2],
    ]);
    expect(series(chart, 'Kept')).toEqual([[4, 0.21]]);
    expect(chart.subtitle).toContain('Best with 8: 0.2000; with 4: 0.2100');
    expect(chart.subtitle).toContain('one standard error of the difference to the best');
  });

  it('has a logarithmic axis over orders of magnitude, and names some of the numbers', () => {
    const many = Array.from({ length: 40 }, (_, i) => ({
      count: Math.round(2 * 1.2 ** i),
      mean: 0.5,
      standardError: 0,
    }));
    const chart = selectionCurveChart({ ...input, curve: many, kept: 3000 });
    const axis = chart.option['xAxis'] as unknown as { type: string; axisLabel: { customValues: number[] } };
    expect(axis.type).toBe('log');
    expect(axis.axisLabel.customValues.length).toBeLessThanOrEqual(11);
    expect(seriesOf(chart).some(({ name }) => name === 'Kept')).toBe(false);
  });

  it('says that there is none', () => {
    for (const points of [[], [{ count: 3, mean: NaN, standardError: NaN }]]) {
      expect(selectionCurveChart({ ...input, curve: points }).description).toMatch(
        /^No numbers of features/u,
      );
    }
  });
});
