import { Random } from '@verdict/core';
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
  optimisationHistoryChart,
  parallelCoordinatesChart,
  parameterImportanceChart,
  partialDependenceChart,
  prChart,
  rocChart,
  scoreChart,
  selectionCurveChart,
  thresholdChart,
  waterfallChart,
} from '../src/index.ts';
import type { Chart, ChartSettings, SearchTrialsInput, TrialPoint } from '../src/index.ts';

/** A search of 60 configurations, two of them far off, with pruned ones and a parameter that some do not have. */
export function sampleSearch(seed: number, count = 60): SearchTrialsInput {
  const random = new Random(seed, 'search');
  const trials = Array.from({ length: count }, (_, number): TrialPoint => {
    const rate = 0.01 * 40 ** random.float();
    const depth = 3 + random.integer(8);
    const booster = random.float() < 0.3 ? 'dart' : 'gbtree';
    const score = 0.3 + 0.02 * Math.log(rate / 0.05) ** 2 + 0.001 * (depth - 6) ** 2 + 0.01 * random.float();
    const status = number % 7 === 5 ? 'pruned' : number % 29 === 20 ? 'failed' : 'complete';
    return {
      number,
      source: number < 8 ? 'portfolio' : 'tpe',
      status,
      score: status === 'failed' ? null : number % 31 === 11 ? 2 : score,
      params: {
        learning_rate: rate,
        max_depth: depth,
        booster,
        subsample: 0.5 + 0.5 * random.float(),
        ...(booster === 'dart' ? { rate_drop: 0.3 * random.float() } : {}),
      },
      best: false,
    };
  });
  const complete = trials.filter(({ status }) => status === 'complete');
  const best = complete.reduce((a, b) => ((b.score ?? 9) < (a.score ?? 9) ? b : a));
  return {
    metric: 'log_loss',
    higherIsBetter: false,
    trials: trials.map((trial) => ({ ...trial, best: trial === best })),
    baselineScore: 0.33,
  };
}

/** A small world of plausible inputs, the same for the same seed. */
export function sampleInputs(seed: number) {
  const random = new Random(seed, 'charts');
  const steps = 40;
  const up = Array.from({ length: steps + 1 }, (_, i) => i / steps);
  const noise = (): number => random.float() * 0.02;
  const loss = (start: number, length: number): number[] =>
    Array.from({ length }, (_, i) => 0.2 + (start - 0.2) * Math.exp(-i / 20) + noise());
  const places = (count: number, gap: number): number[] =>
    Array.from({ length: 80 }, (_, i) => (i % gap === gap - 1 ? -1 : random.integer(count)));
  const minutes = {
    column: 'minutes',
    scale: {
      kind: 'number' as const,
      values: Array.from({ length: 60 }, (_, i) => 2.5 * i),
      counts: Array.from({ length: 60 }, () => 12),
    },
    places: places(60, 10),
  };
  const plan = {
    column: 'plan',
    scale: { kind: 'level' as const, levels: ['basic', 'plus', null], counts: [40, 30, 5] },
    places: places(3, 8),
  };
  const since = {
    column: 'since',
    scale: {
      kind: 'datetime' as const,
      values: Array.from({ length: 30 }, (_, i) => Date.UTC(2015, 3 * i, 1)),
      counts: Array.from({ length: 30 }, () => 9),
    },
    places: places(30, 16),
  };
  const moved = Array.from({ length: 80 }, () => random.normal());
  const curves = (count: number): number[][] =>
    Array.from({ length: 60 }, () => Array.from({ length: count }, () => random.float()));
  const meanOf = (lines: number[][]): number[] =>
    lines[0].map((_, i) => lines.reduce((sum, line) => sum + line[i] / lines.length, 0));
  const [overMinutes, overPlans, overTime] = [curves(60), curves(2), curves(30)];
  const ranks = Array.from({ length: 80 }, (_, i) => (i % 9 === 0 ? null : random.float()));
  return {
    confusion: { tp: 85, fp: 8, tn: 636, fn: 21, positive: 'yes', negative: 'no', threshold: 0.35 },
    roc: {
      curve: { falsePositiveRate: up, truePositiveRate: up.map((x) => Math.sqrt(x)) },
      auc: 0.9075,
      interval: { low: 0.88, high: 0.94 },
      operating: { falsePositiveRate: 0.04, truePositiveRate: 0.2 },
    },
    pr: {
      curve: { recall: up, precision: up.map((x) => 1 - 0.86 * x * x) },
      averagePrecision: 0.75,
      interval: { low: 0.7, high: 0.8 },
      operating: { precision: 0.91, recall: 0.8 },
      prevalence: 0.14,
    },
    calibration: {
      bins: Array.from({ length: 10 }, (_, i) => ({
        predicted: (i + 0.5) / 10,
        observed: Math.min(1, (i + 0.5) / 10 + noise()),
        count: 75,
      })),
      ece: 0.0123,
      brier: 0.0357,
      histogram: { positive: [1, 2, 3, 4], negative: [9, 5, 2, 0] },
    },
    threshold: {
      curve: {
        threshold: up,
        precision: up,
        recall: up.map((x) => 1 - x),
        f1: up.map((x) => 2 * x * (1 - x)),
        mcc: up.map((x) => 4 * x * (1 - x) - 0.3),
        cost: up.map((x) => 5 * Math.abs(x - 0.3)),
      },
      chosen: 0.35,
      rule: 'highest MCC',
    },
    lift: { curve: { share: up, gain: up.map((x) => Math.min(1, Math.sqrt(x))) }, prevalence: 0.14 },
    scores: {
      histogram: { edges: [0, 0.25, 0.5, 0.75, 1], positive: [1, 2, 3, 4], negative: [9, 5, 2, 0] },
      positive: 'yes',
      negative: 'no',
      threshold: 0.35,
    },
    importance: {
      items: Array.from({ length: 30 }, (_, i) => ({
        column: `column_${i}`,
        permutation: { mean: 1 / (i + 1), low: 0.8 / (i + 1), high: 1.2 / (i + 1) },
        totalGain: 100 / (i + 1),
        shap: 0.5 / (i + 1),
      })),
    },
    beeswarm: {
      columns: Array.from({ length: 20 }, (_, i) => ({
        name: `column_${i}`,
        contributions: ranks.map(() => random.normal() / (i + 1)),
        ranks,
      })),
    },
    interactions: {
      columns: Array.from({ length: 14 }, (_, i) => `column_${i}`),
      values: Array.from({ length: 14 }, (_, a) =>
        Array.from({ length: 14 }, (__, b) => (a === b ? 1 / (a + 1) : 0.3 / (a + b))),
      ),
      rows: 100,
    },
    dependence: [
      { ...minutes, contributions: moved, by: plan },
      { ...plan, contributions: moved, by: minutes },
      { ...since, contributions: moved, by: since },
      { ...since, contributions: moved },
    ],
    partialDependence: [
      { ...minutes, mean: meanOf(overMinutes), curves: overMinutes, missing: 0.4, positive: 'yes' },
      {
        column: 'plan',
        scale: { kind: 'level' as const, levels: ['basic', 'plus'], counts: [40, 30] },
        mean: meanOf(overPlans),
        curves: overPlans,
        missing: 0.5,
        positive: 'yes',
      },
      { ...since, mean: meanOf(overTime), curves: overTime, positive: 'yes', centred: true },
    ],
    waterfall: {
      row: 7,
      prediction: 'yes',
      bias: -1.9,
      biasProbability: 0.13,
      steps: [
        { column: 'minutes', columns: 1, value: '265.1', contribution: 2.4, from: -1.9, to: 0.5 },
        { column: 'plan', columns: 1, value: 'basic', contribution: -0.7, from: 0.5, to: -0.2 },
        { columns: 3, contribution: 0.3, from: -0.2, to: 0.1 },
      ],
      margin: 0.1,
      probability: 0.525,
    },
    learningCurve: {
      training: [loss(0.5, 60), loss(0.5, 80)],
      validation: [loss(0.55, 60), loss(0.55, 80)],
      rounds: [40, 61],
    },
    search: sampleSearch(seed),
    parameterImportance: {
      metric: 'log_loss',
      items: [
        { parameter: 'max_depth', share: 0.12 },
        { parameter: 'learning_rate', share: 0.61 },
        { parameter: 'subsample', share: 0.02 },
      ],
    },
    selectionCurve: {
      metric: 'roc_auc',
      higherIsBetter: true,
      method: 'mutual information',
      curve: [1, 2, 4, 8, 16, 32, 64].map((features) => ({
        count: features,
        mean: 0.9 - 0.2 / features,
        standardError: 0.01,
      })),
      kept: 16,
    },
    missing: {
      rows: 1000,
      columns: Array.from({ length: 25 }, (_, i) => ({ name: `column_${i}`, missing: i * 3 })),
    },
  };
}

export type SampleInputs = ReturnType<typeof sampleInputs>;

/** Every chart of the given inputs. */
export function everyChart(inputs: SampleInputs, settings: ChartSettings = {}): Chart[] {
  return [
    confusionChart(inputs.confusion, settings),
    rocChart(inputs.roc, settings),
    prChart(inputs.pr, settings),
    calibrationChart(inputs.calibration, settings),
    thresholdChart(inputs.threshold, settings),
    liftChart(inputs.lift, settings),
    scoreChart(inputs.scores, settings),
    importanceChart(inputs.importance, settings),
    beeswarmChart(inputs.beeswarm, settings),
    learningCurveChart(inputs.learningCurve, settings),
    interactionChart(inputs.interactions, settings),
    ...inputs.dependence.map((input, i) => dependenceChart({ ...input, number: i + 1 }, settings)),
    ...inputs.partialDependence.map((input, i) =>
      partialDependenceChart({ ...input, number: i + 1 }, settings),
    ),
    waterfallChart(inputs.waterfall, settings),
    missingChart(inputs.missing, settings),
    optimisationHistoryChart(inputs.search, settings),
    parallelCoordinatesChart(inputs.search, settings),
    parameterImportanceChart(inputs.parameterImportance, settings),
    selectionCurveChart(inputs.selectionCurve, settings),
  ];
}

/** The series of a chart, by type and name. */
export function seriesOf(chart: Chart): { type: string; name: string; data: unknown[] }[] {
  return chart.option['series'] as unknown as { type: string; name: string; data: unknown[] }[];
}
