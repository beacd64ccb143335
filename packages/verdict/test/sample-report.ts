import { Random } from '@verdict/core';
import type { DependenceInput, ScaleInput } from '@verdict/charts';
import type { ReportInput, ReportTrial, SearchReportInput } from '../src/report/index.ts';
import { sampleSubgroups } from './sample-subgroups.ts';

export interface SampleOptions {
  readonly target?: string;
  readonly positive?: string;
  readonly negative?: string;
  /** Name of a column. */
  readonly column?: (index: number) => string;
  readonly columns?: number;
}

/** What a report of a plausible training run says; the same for the same seed. */
export function sampleReport(seed = 1, options: SampleOptions = {}): ReportInput {
  const { target = 'churn', positive = 'yes', negative = 'no', columns = 19 } = options;
  const column = options.column ?? ((i: number): string => `total_day_minutes_${i}`);
  const random = new Random(seed, 'report');
  const up = Array.from({ length: 101 }, (_, i) => i / 100);
  const metrics = {
    accuracy: 0.961,
    balancedAccuracy: 0.895,
    precision: 0.914,
    recall: 0.802,
    specificity: 0.988,
    f1: 0.854,
    f1Macro: 0.916,
    f1Weighted: 0.96,
    precisionWeighted: 0.96,
    recallWeighted: 0.961,
    rocAuc: 0.9075,
    prAuc: 0.875,
    logLoss: 0.1582,
    brier: 0.0357,
    mcc: 0.834,
    kappa: 0.833,
    ks: 0.83,
    lift10: 6.79,
    ece: 0.0123,
  };
  const near = (factor: number): Record<string, number> =>
    Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value * factor]));
  const names = Array.from({ length: columns }, (_, i) => column(i));
  const ranks = Array.from({ length: 200 }, (_, i) => (i % 11 === 0 ? null : random.float()));
  const loss = (start: number, end: number, length: number): number[] =>
    Array.from({ length }, (_, i) => end + (start - end) * Math.exp(-i / 25) + 0.002 * random.float());
  const lengths = [90, 120, 105, 100, 130];
  /** A column of numbers, levels or moments, coloured by another. */
  const shownColumn = (name: string, kind: number, by: string): DependenceInput => {
    const numbers = Array.from({ length: 40 }, (_, i) => 10 * i);
    const scale: ScaleInput =
      kind === 1
        ? { kind: 'level', levels: [`${name} a`, `${name} b`, null], counts: [90, 80, 30] }
        : {
            kind: kind === 2 ? 'datetime' : 'number',
            values: kind === 2 ? numbers.map((value) => value * 86_400_000 * 9) : numbers,
            counts: numbers.map((value) => 5 + (value % 7)),
          };
    const places = ranks.map((rank) => (rank === null ? -1 : Math.floor(rank * scale.counts.length)));
    return {
      column: name,
      scale,
      places,
      contributions: ranks.map((rank) => (rank ?? 0.5) - 0.5 + 0.1 * random.normal()),
      by: { column: by, scale, places: places.toReversed() },
    };
  };
  const count = (top: number): number[] => Array.from({ length: 20 }, () => random.integer(top));
  return {
    target: { name: target, positive, negative },
    data: {
      file: 'churn.csv',
      rows: 3752,
      labelledRows: 3750,
      unlabelledRows: 2,
      positives: 530,
      fingerprint: '9b1f0c6e4a4c2d0f5b0f3d8f4e6b1a7c9b1f0c6e4a4c2d0f5b0f3d8f4e6b1a7c',
      columns: [
        { name: target, type: 'category', role: 'target', missing: 2, distinct: 2 },
        {
          name: 'customer',
          type: 'identifier',
          role: 'ignored',
          reason: 'every row has its own value',
          missing: 0,
          distinct: 3700,
          distinctExact: false,
        },
        ...names.map((name, i) => ({
          name,
          type: 'numeric',
          role: 'feature',
          missing: i % 3 === 0 ? i * 10 : 0,
          distinct: 100 + i,
        })),
      ],
    },
    findings: [
      { code: 'CLASS_BALANCE', severity: 'info', message: '14.1 % of the rows are positive.' },
      {
        code: 'SUSPECTED_LEAKAGE',
        severity: 'warning',
        column: names[0] ?? 'x',
        message: `"${names[0]}" alone predicts the target.`,
      },
    ],
    headline: {
      source: 'hold-out',
      rows: 750,
      positives: 106,
      metrics,
      intervals: Object.fromEntries(
        Object.entries(metrics).map(([name, value]) => [name, { low: value * 0.96, high: value * 1.03 }]),
      ),
      threshold: 0.35,
      confusion: { tp: 85, fp: 8, tn: 636, fn: 21 },
      curves: {
        roc: { falsePositiveRate: up, truePositiveRate: up.map((x) => x ** 0.2) },
        pr: { recall: up, precision: up.map((x) => 1 - 0.86 * x ** 6) },
        calibration: Array.from({ length: 10 }, (_, i) => ({
          predicted: (i + 0.5) / 10,
          observed: Math.min(1, (i + 0.5) / 10 + 0.05 * random.float()),
          count: 75,
        })),
        threshold: {
          threshold: up,
          precision: up.map((x) => 0.14 + 0.86 * Math.sqrt(x)),
          recall: up.map((x) => 1 - x * x),
          f1: up.map((x) => 3 * x * (1 - x)),
          mcc: up.map((x) => 2.8 * x * (1 - x)),
        },
        lift: { share: up, gain: up.map((x) => Math.min(1, 5 * x)) },
      },
      histogram: { positive: count(12), negative: count(60) },
    },
    baselines: {
      majority: { ...near(0), accuracy: 0.859, rocAuc: 0.5, logLoss: 0.407 },
      logistic: {
        metrics: near(0.9),
        differences: { rocAuc: { difference: 0.051, low: 0.021, high: 0.083 } },
      },
    },
    crossValidation: {
      folds: 5,
      scores: Object.fromEntries(
        Object.entries(metrics).map(([name, value]) => [
          name,
          { mean: value * 0.99, standardDeviation: 0.012 },
        ]),
      ),
      trainTestGap: { ...near(0.03), logLoss: -0.05 },
      chosenOnTheseRows: ['rounds', 'blend', 'threshold'],
    },
    decision: { threshold: 0.35, rule: 'mcc' },
    importance: names.map((name, i) => ({
      column: name,
      permutation: { mean: 0.16 / (i + 1), low: 0.14 / (i + 1), high: 0.18 / (i + 1) },
      totalGain: 2240 / (i + 1),
      shap: 0.6 / (i + 1),
    })),
    permutedRows: 750,
    contributions: {
      columns: names
        .slice(0, 20)
        .map((name, i) => ({ name, contributions: ranks.map(() => random.normal() / (i + 1)), ranks })),
    },
    interactions: {
      columns: names.slice(0, 12),
      values: names
        .slice(0, 12)
        .map((_, a) => names.slice(0, 12).map((__, b) => (a === b ? 0.6 / (a + 1) : 0.2 / (a + b)))),
      rows: 120,
    },
    dependence: names.slice(0, 4).map((name, i) => shownColumn(name, i, names.at(i - 1) ?? '')),
    partialDependence: names.slice(0, 4).map((name, i) => {
      const { scale } = shownColumn(name, i, name);
      const curves = Array.from({ length: 50 }, () =>
        scale.counts.map((_, k) => 0.1 + 0.02 * k * random.float()),
      );
      return { column: name, scale, mean: scale.counts.map((_, k) => 0.1 + 0.01 * k), curves, missing: 0.15 };
    }),
    ...sampleSubgroups(column, `${target} = ${positive}`),
    learning: {
      training: lengths.map((length) => loss(0.4, 0.08, length)),
      validation: lengths.map((length) => loss(0.41, 0.16, length)),
      rounds: lengths.map((length) => length - 30),
    },
    model: {
      members: [
        { name: 'gradient-boosted trees', weight: 0.91 },
        { name: 'logistic regression', weight: 0.12 },
      ],
      trees: 620,
      features: 19,
      calibration: 'none',
      parameters: { eta: 0.05, max_depth: 5, subsample: 0.8, objective: 'binary:logistic', nested: [0, 1] },
    },
    reproducibility: {
      seed: 42,
      versions: { verdict: '0.1.0', node: 'v26.10.0' },
      command: 'verdict train churn.csv --target churn --seed 42',
    },
  };
}

/** The same report of an imported model: it has no regression to compare with, no folds and no learning curve. */
export function importedReport(file = 'model.json'): ReportInput {
  const { crossValidation: _, learning: __, ...input } = sampleReport();
  const { members, parameters: ___, ...model } = input.model;
  return {
    ...input,
    headline: { ...input.headline, source: 'sample' },
    baselines: input.baselines.majority === undefined ? {} : { majority: input.baselines.majority },
    model: {
      ...model,
      members: members.slice(0, 1).map(({ name }) => ({ name })),
      imported: {
        file,
        format: 'XGBoost, JSON, version 3.2.0',
        objective: 'binary:logistic',
        rounds: 'the first 5 of 6 rounds, up to the best one as XGBClassifier does',
        sha256: 'ab'.repeat(32),
      },
    },
  };
}

/** What a search of 200 configurations tells; the same for the same seed. */
export function sampleSearch(
  seed = 1,
  name = (i: number): string => `minutes × calls ${i}`,
): SearchReportInput {
  const random = new Random(seed, 'search report');
  const trials = Array.from({ length: 200 }, (_, number): ReportTrial => {
    const rate = 0.01 * 40 ** random.float();
    const depth = 3 + random.integer(8);
    const status = number > 12 && random.float() < 0.3 ? 'pruned' : number === 30 ? 'failed' : 'complete';
    const booster = ['gbtree', 'dart', 'forest'][random.integer(3)];
    return {
      number,
      source: number < 8 ? 'portfolio' : 'tpe',
      status,
      score: status === 'failed' ? null : 0.3 + 0.02 * Math.log(rate / 0.05) ** 2 + 0.01 * random.float(),
      deviation: status === 'complete' ? 0.01 * random.float() : null,
      rounds: 50 + random.integer(900),
      seconds: 3 * random.float(),
      params: {
        booster,
        learning_rate: rate,
        max_depth: depth,
        min_child_weight: 10 ** (2 * random.float()),
        subsample: 0.5 + 0.5 * random.float(),
        colsample_bytree: 0.4 + 0.6 * random.float(),
        lambda: 0.001 * 10 ** (4 * random.float()),
        ...(booster === 'dart' ? { rate_drop: 0.3 * random.float() } : {}),
      },
      best: false,
    };
  });
  const complete = trials.filter(({ status }) => status === 'complete');
  const best = complete.reduce((a, b) => ((b.score ?? 9) < (a.score ?? 9) ? b : a));
  return {
    metric: 'log_loss',
    strategy: 'tpe',
    trials: trials.map((trial) => ({ ...trial, best: trial === best })),
    baselineScore: 0.3312,
    importance: [
      { parameter: 'learning_rate', share: 0.61 },
      { parameter: 'max_depth', share: 0.12 },
      { parameter: 'booster', share: 0.05 },
    ],
    outOfFold: { chosen: 0.2951, plain: 0.3244 },
    nested: {
      folds: 3,
      inner: 0.3001,
      outer: 0.3054,
      plainInner: 0.3202,
      plainOuter: 0.3211,
      optimism: 0.0053,
      standardError: 0.0021,
    },
    ensemble: {
      members: [
        { trial: 17, kind: 'gradient-boosted trees', weight: 0.6 },
        { trial: 44, kind: 'DART', weight: 0.3 },
        { kind: 'logistic regression', weight: 0.1 },
      ],
      gain: 0.0021,
      atLeast: 0.0007,
      kept: true,
      limited: false,
      treesBefore: 620,
      treesAfter: 1490,
    },
    features: {
      families: [
        { family: 'ratios', count: 12, gain: 0.0012, standardError: 0.0004, kept: true },
        { family: name(0), count: 3, gain: -0.0003, standardError: 0.0005, kept: false },
        { family: 'logarithms', count: 2, gain: null, standardError: null, kept: false },
      ],
    },
    selection: {
      method: 'mutual information',
      curve: [1, 2, 4, 8, 16, 32, 64].map((count) => ({
        count,
        mean: 0.3 + 0.2 / count,
        standardError: count === 64 ? 0 : 0.01,
      })),
      kept: 16,
      dropped: Array.from({ length: 48 }, (_, i) => name(i)),
    },
  };
}
