import { describe, expect, it } from 'vitest';
import {
  beeswarmChart,
  calibrationChart,
  confusionChart,
  dependenceChart,
  importanceChart,
  interactionChart,
  learningCurveChart,
  liftChart,
  missingChart,
  partialDependenceChart,
  prChart,
  rocChart,
  scoreChart,
  thresholdChart,
  waterfallChart,
} from '../src/index.ts';
import type { Chart } from '../src/index.ts';
import { everyChart, sampleInputs, seriesOf } from './sample.ts';

const inputs = sampleInputs(1);
const dressings = [{}, { theme: 'dark' }, { compact: true }, { theme: 'dark', compact: true }] as const;

/** How many parts of a kind a chart has. */
function partCount(kind: string, chart: Chart): number {
  return (chart.option[kind] as unknown[]).length;
}

/** The axis of two columns, of which the second is a little or much below 0. */
function importanceAxis(low: number): Record<string, unknown> {
  const chart = importanceChart({
    items: [
      { column: 'a', permutation: { mean: 1, low: 0.9, high: 1.1 } },
      { column: 'b', permutation: { mean: low / 2, low, high: 0 } },
    ],
  });
  return (chart.option['xAxis'] as unknown as Record<string, unknown>[])[0];
}

/** The height of a line's first point. */
function first(data: unknown[]): number {
  return (data as number[][])[0][1];
}

describe('every chart', () => {
  it.each(dressings)('is plain JSON without a hole: %o', (settings) => {
    for (const chart of everyChart(inputs, settings)) {
      expect(JSON.parse(JSON.stringify(chart.option))).toStrictEqual(chart.option);
    }
  });

  it('says what it shows in words', () => {
    for (const chart of everyChart(inputs)) {
      expect(chart.title.length).toBeGreaterThan(5);
      expect(chart.description.length).toBeGreaterThan(15);
      expect(`${chart.title}${chart.subtitle}${chart.description}`).not.toMatch(
        /NaN|undefined|null|Infinity/u,
      );
    }
  });

  it('prints its title unless it is compact', () => {
    for (const chart of everyChart(inputs)) {
      expect(JSON.stringify(chart.option['title'])).toContain(JSON.stringify(chart.title).slice(1, -1));
    }
    for (const chart of everyChart(inputs, { compact: true })) expect(chart.option['title']).toEqual([]);
  });

  it('takes its colours from the theme', () => {
    for (const chart of everyChart(inputs, { theme: 'dark' })) {
      expect(JSON.stringify(chart.option)).not.toMatch(/#0072b2|#1b2430/u);
    }
  });

  it('has a name of its own', () => {
    const names = everyChart(inputs).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('does not change its input', () => {
    const before = structuredClone(inputs);
    everyChart(inputs);
    expect(inputs).toStrictEqual(before);
  });
});

describe('a chart of nothing', () => {
  const nothing = [
    confusionChart({ tp: 0, fp: 0, tn: 0, fn: 0, positive: 'a', negative: 'b' }),
    rocChart({ curve: { falsePositiveRate: [], truePositiveRate: [] }, auc: null }),
    rocChart({ curve: { falsePositiveRate: [NaN, 0], truePositiveRate: [0, null] }, auc: NaN }),
    prChart({ curve: { recall: [], precision: [] }, averagePrecision: null, prevalence: NaN }),
    calibrationChart({ bins: [] }),
    calibrationChart({ bins: [{ predicted: NaN, observed: NaN, count: 0 }] }),
    thresholdChart({ curve: { threshold: [], precision: [], recall: [], f1: [], mcc: [] } }),
    liftChart({ curve: { share: [], gain: [] }, prevalence: 0 }),
    scoreChart({ histogram: { positive: [], negative: [] }, positive: 'a', negative: 'b' }),
    scoreChart({
      histogram: { edges: [0, NaN], positive: [1], negative: [1] },
      positive: 'a',
      negative: 'b',
    }),
    importanceChart({ items: [] }),
    importanceChart({ items: [{ column: 'a', shap: NaN }] }),
    beeswarmChart({ columns: [] }),
    beeswarmChart({ columns: [{ name: 'a', contributions: [NaN, null], ranks: [] }] }),
    interactionChart({ columns: [], values: [], rows: 0 }),
    interactionChart({ columns: ['a'], values: [[1]], rows: 5 }),
    interactionChart({ columns: ['a', 'b'], values: [[1], [NaN, 2]], rows: 5 }),
    dependenceChart({
      column: 'a',
      scale: { kind: 'number', values: [], counts: [] },
      places: [],
      contributions: [],
    }),
    dependenceChart({
      column: 'a',
      scale: { kind: 'number', values: [NaN, 1], counts: [1, 1] },
      places: [0, 7, 1],
      contributions: [1, 1, null],
    }),
    partialDependenceChart({
      column: 'a',
      scale: { kind: 'level', levels: ['x'], counts: [9] },
      mean: [NaN],
      curves: [],
      positive: 'yes',
    }),
    waterfallChart({ ...inputs.waterfall, steps: [] }),
    waterfallChart({ ...inputs.waterfall, margin: NaN }),
    learningCurveChart({ training: [], validation: [] }),
    learningCurveChart({ training: [[NaN]], validation: [[]] }),
    missingChart({ rows: 0, columns: [] }),
    missingChart({ rows: 5, columns: [{ name: 'a', missing: 0 }] }),
  ];

  it.each(nothing.map((chart, i) => [`${i} ${chart.name}`, chart] as const))('says so: %s', (_, chart) => {
    expect(chart.option['series']).toBeUndefined();
    expect(chart.description).toMatch(/\bNo\b|no /u);
    expect(JSON.stringify(chart.option['title'])).toContain(chart.description.slice(0, 10));
  });
});

describe('confusion matrix', () => {
  it('gives counts and shares of the true class', () => {
    const cells = seriesOf(confusionChart(inputs.confusion)).flatMap(
      ({ data }) => data as { value: number[]; label: { formatter: string } }[],
    );
    expect(cells.map(({ value }) => value)).toEqual([
      [0, 0, 85 / 106],
      [1, 1, 636 / 644],
      [1, 0, 21 / 106],
      [0, 1, 8 / 644],
    ]);
    expect(cells[0].label.formatter).toContain('{count|85}');
    expect(cells[0].label.formatter).toContain('80.2\u202f%');
  });

  it('leaves the share out where a class has no row', () => {
    const chart = confusionChart({ tp: 0, fn: 0, fp: 1, tn: 2, positive: 'a', negative: 'b' });
    const [first] = seriesOf(chart)[0].data as { label: { formatter: string } }[];
    expect(first.label.formatter).toContain('{share|–}');
  });

  it('keeps two labels apart that are cut to the same text', () => {
    const long = 'x'.repeat(300);
    const chart = confusionChart({
      ...inputs.confusion,
      positive: `${long}1${long}`,
      negative: `${long}2${long}`,
    });
    const { data } = chart.option['xAxis'] as unknown as { data: string[] };
    expect(new Set(data).size).toBe(2);
  });
});

describe('curves', () => {
  it('marks the operating point, and only a known one', () => {
    expect(seriesOf(rocChart(inputs.roc)).at(-1)?.data).toEqual([[0.04, 0.2]]);
    const { operating: _, ...rest } = inputs.roc;
    expect(seriesOf(rocChart(rest)).map(({ name }) => name)).toEqual(['Chance', 'Model']);
    const unknown = prChart({ ...inputs.pr, operating: { precision: NaN, recall: 0 } });
    expect(seriesOf(unknown).map(({ name }) => name)).toEqual(['Chance', 'Model']);
  });

  it('puts area and interval into words', () => {
    const chart = rocChart(inputs.roc);
    expect(chart.title).toBe('ROC curve: area 0.907');
    expect(chart.subtitle).toContain('95 % interval 0.880 to 0.940');
    expect(rocChart({ ...inputs.roc, auc: NaN }).title).toBe('ROC curve: area not defined');
  });

  it('draws precision by rising recall, whichever way it came', () => {
    const { curve } = inputs.pr;
    const turned = { recall: curve.recall.toReversed(), precision: curve.precision.toReversed() };
    expect(prChart({ ...inputs.pr, curve: turned }).option).toEqual(prChart(inputs.pr).option);
  });

  it('leaves out the chance line where the prevalence is not known', () => {
    expect(seriesOf(prChart({ ...inputs.pr, prevalence: NaN })).map(({ name }) => name)).not.toContain(
      'Chance',
    );
  });

  it('leaves out precision where nothing is flagged', () => {
    const chart = thresholdChart({
      curve: {
        threshold: [0, 0.5, 1],
        precision: [0.2, 0.6, 0],
        recall: [1, 0.5, 0],
        f1: [0, 0, 0],
        mcc: [0, 0, 0],
      },
    });
    expect(seriesOf(chart)[0].data).toEqual([
      [0, 0.2],
      [0.5, 0.6],
    ]);
    expect(chart.subtitle).toBe('No threshold is marked.');
  });

  it('reads the figures at the chosen threshold', () => {
    expect(thresholdChart(inputs.threshold).subtitle).toBe(
      'At 0.350 (highest MCC): precision 0.350, recall 0.650, F1 0.455, MCC 0.610.',
    );
  });

  it('takes the exact figures at the threshold where they are given', () => {
    const at = { precision: 0.9, recall: null, f1: 0.8, mcc: 0.7 };
    expect(thresholdChart({ ...inputs.threshold, at }).subtitle).toContain(
      'precision 0.900, recall not defined, F1 0.800, MCC 0.700',
    );
  });

  it('samples lift between far points, where it is not a straight line', () => {
    const chart = liftChart({ curve: { share: [0, 0.5, 1], gain: [0, 0.9, 1] }, prevalence: 0.1 });
    const lift = seriesOf(chart).filter(({ name }) => name === 'Model')[1].data as [number, number][];
    const [, value] = lift.find(([share]) => share === 0.75) ?? [];
    expect(value).toBeCloseTo(0.95 / 0.75, 9);
  });

  it('gives cost an axis of its own', () => {
    const { cost: _, ...curve } = inputs.threshold.curve;
    expect(partCount('yAxis', thresholdChart(inputs.threshold))).toBe(2);
    expect(partCount('yAxis', thresholdChart({ ...inputs.threshold, curve }))).toBe(1);
  });

  it('lets the axis of cost go below 0 where right decisions are gains', () => {
    const { curve } = inputs.threshold;
    const axis = (cost: readonly number[]): unknown =>
      (
        thresholdChart({ ...inputs.threshold, curve: { ...curve, cost } }).option as {
          yAxis: { min?: number }[];
        }
      ).yAxis[1].min;
    const gains = Array.from(curve.threshold, (x) => (x ?? 0) - 0.5);
    expect(axis(gains)).toBeUndefined();
    expect(axis(gains.map(Math.abs))).toBe(0);
  });

  it('interpolates the gain at 10 %', () => {
    const chart = liftChart({
      curve: { share: [0, 0.05, 0.15, 1], gain: [0, 0.2, 0.6, 1] },
      prevalence: 0.1,
    });
    expect(chart.title).toContain('hold 40\u202f%');
    expect(chart.subtitle).toContain('4.0 times');
  });
});

describe('calibration', () => {
  it('computes intervals where none are given, and takes given ones', () => {
    const bins = [
      { predicted: 0.8, observed: 0.8, count: 10 },
      { predicted: 0.2, observed: 0.5, count: 10, low: 0.3, high: 0.7 },
    ];
    const chart = calibrationChart({ bins });
    const segments = seriesOf(chart)[1].data as number[][];
    expect(segments[0]).toEqual([0.2, 0.3]);
    expect(segments[3][1]).toBeCloseTo(0.4901625, 6);
    expect(segments[4][1]).toBeCloseTo(0.9433178, 6);
    expect(chart.subtitle).toContain('misses 1 of the 2 intervals');
  });
});

describe('importance', () => {
  it('draws the 20 highest in order, and says so', () => {
    const items = inputs.importance.items.toReversed();
    const chart = importanceChart({ items });
    expect(chart.subtitle).toContain('20 of 30');
    const bars = seriesOf(chart)[0].data as number[];
    expect(bars).toHaveLength(20);
    expect(bars).toEqual(bars.toSorted((a, b) => b - a));
  });

  it('gives gain as a share of all columns, drawn or not', () => {
    const items = Array.from({ length: 40 }, (_, i) => ({ column: `c${i}`, totalGain: 1 }));
    const bars = seriesOf(importanceChart({ items }))[0].data as number[];
    expect(bars).toEqual(Array.from({ length: 20 }, () => 2.5));
  });

  it('begins its axis at 0, or just beyond small negative bars', () => {
    expect(importanceAxis(0)['min']).toBe(0);
    expect(importanceAxis(-0.05)['min']).toBeCloseTo(-0.061, 9);
    expect(importanceAxis(-2)['min']).toBeUndefined();
  });

  it('has one panel for each measure that is known, one if compact', () => {
    expect(partCount('grid', importanceChart(inputs.importance))).toBe(3);
    expect(
      partCount(
        'grid',
        importanceChart({
          items: [
            { column: 'a', shap: 1 },
            { column: 'b', totalGain: 2 },
          ],
        }),
      ),
    ).toBe(2);
    expect(partCount('grid', importanceChart(inputs.importance, { compact: true }))).toBe(1);
  });
});

describe('beeswarm', () => {
  it('draws every row of the 15 strongest columns once, missing values apart', () => {
    const chart = beeswarmChart(inputs.beeswarm);
    const dots = seriesOf(chart).filter(({ type }) => type === 'scatter');
    expect(dots.reduce((sum, { data }) => sum + data.length, 0)).toBe(15 * 80);
    expect(dots.find(({ name }) => name === 'missing')?.data).toHaveLength(15 * 9);
  });

  it('stretches ranks over the whole of the colours', () => {
    const chart = beeswarmChart({
      columns: [{ name: 'a', contributions: [1, 2, 3], ranks: [0.4, 0.9, 0.9] }],
    });
    const counts = seriesOf(chart).flatMap(({ type, name, data }) =>
      type === 'scatter' && data.length > 0 ? [[name, data.length]] : [],
    );
    expect(counts).toEqual([
      ['low value', 1],
      ['high value', 2],
    ]);
  });

  it('thins more rows than can be told apart', () => {
    const many = Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i));
    const chart = beeswarmChart({ columns: [{ name: 'a', contributions: many, ranks: many }] });
    const dots = seriesOf(chart).filter(({ type }) => type === 'scatter');
    expect(dots.reduce((sum, { data }) => sum + data.length, 0)).toBe(500);
  });
});

describe('learning curve', () => {
  it('takes mean and band over the rounds that all folds have', () => {
    const chart = learningCurveChart({
      training: [
        [0.6, 0.5],
        [0.4, 0.3, 0.2],
      ],
      validation: [
        [0.7, 0.6],
        [0.5, 0.4, 0.3],
      ],
      rounds: [2, 3],
    });
    const find = (name: string): unknown => seriesOf(chart).find((series) => series.name === name)?.data;
    expect(find('Validation')).toEqual([
      [1, 0.6],
      [2, 0.5],
    ]);
    expect(find('Rounds kept')).toEqual([
      [2, 0.6],
      [3, 0.3],
    ]);
    expect(chart.title).toBe('Learning curve: 2 to 3 rounds are kept');
  });

  it('does with one fold and one round', () => {
    const chart = learningCurveChart({ training: [[0.5]], validation: [[0.6]], rounds: [1] });
    expect(chart.title).toBe('Learning curve: 1 round is kept');
    expect(seriesOf(chart).some(({ name }) => name.startsWith('Fold'))).toBe(false);
  });

  it('does with training alone', () => {
    expect(learningCurveChart({ training: [[0.5, 0.4]], validation: [[]] }).subtitle).toContain(
      'Training log loss',
    );
  });
});

describe('scores and missing values', () => {
  it('scales each class by itself', () => {
    const [negative, positive] = seriesOf(scoreChart(inputs.scores));
    expect(first(negative.data)).toBeCloseTo((9 / 16) * 100, 9);
    expect(first(positive.data)).toBeCloseTo(10, 9);
  });

  it('draws the one class that there is', () => {
    const chart = scoreChart({ ...inputs.scores, histogram: { positive: [0, 0], negative: [1, 2] } });
    expect(JSON.stringify(chart.option)).toContain('markLine');
  });

  it('orders columns by what they miss', () => {
    const data = seriesOf(missingChart(inputs.missing))[0].data as number[];
    expect(data).toHaveLength(20);
    expect(data[0]).toBeCloseTo(7.2, 9);
  });
});
