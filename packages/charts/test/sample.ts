import { Random } from '@verdict/core';
import {
  beeswarmChart,
  calibrationChart,
  confusionChart,
  importanceChart,
  learningCurveChart,
  liftChart,
  missingChart,
  prChart,
  rocChart,
  scoreChart,
  thresholdChart,
} from '../src/index.ts';
import type { Chart, ChartSettings } from '../src/index.ts';

/** A small world of plausible inputs, the same for the same seed. */
export function sampleInputs(seed: number) {
  const random = new Random(seed, 'charts');
  const steps = 40;
  const up = Array.from({ length: steps + 1 }, (_, i) => i / steps);
  const noise = (): number => random.float() * 0.02;
  const loss = (start: number, length: number): number[] =>
    Array.from({ length }, (_, i) => 0.2 + (start - 0.2) * Math.exp(-i / 20) + noise());
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
    learningCurve: {
      training: [loss(0.5, 60), loss(0.5, 80)],
      validation: [loss(0.55, 60), loss(0.55, 80)],
      rounds: [40, 61],
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
    missingChart(inputs.missing, settings),
  ];
}

/** The series of a chart, by type and name. */
export function seriesOf(chart: Chart): { type: string; name: string; data: unknown[] }[] {
  return chart.option['series'] as unknown as { type: string; name: string; data: unknown[] }[];
}
