import { Booster, trainSync } from '@verdict/boost';
import type { Params } from '@verdict/boost';
import { InvalidOption } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../src/metrics/index.ts';
import type { MetricName } from '../src/metrics/index.ts';
import { foldSeed, searchMetrics } from '../src/search/index.ts';
import type { FoldsData, SearchMetric } from '../src/search/index.ts';
import { trainLockstep } from '../src/search/lockstep.ts';
import { scoreMargins } from '../src/search/metric.ts';
import { makeFolds } from './support/search-data.ts';

const data = makeFolds();
const weighted = makeFolds({ weighted: true });
const params: Partial<Params> = { learning_rate: 0.3, max_depth: 3, subsample: 0.8, colsample_bynode: 0.7 };
const base = { data, seed: 5, metric: 'log_loss' } as const;

/** Each fold trained by itself for so many rounds. */
function alone({ labels, weights, folds }: FoldsData, rounds: number, given = params) {
  return folds.map((fold, k) =>
    trainSync(
      { labels, ...fold, ...(weights && { weights }) },
      { ...given, seed: foldSeed(5, k) },
      { rounds },
    ),
  );
}

const sigmoid = (margin: number): number => 1 / (1 + Math.exp(-margin));

function scoresAlone(folds: FoldsData, rounds: number, name: MetricName, given = params): number[] {
  return alone(folds, rounds, given).map(({ validationMargins }, k) => {
    const { validationRows } = folds.folds[k];
    return evaluate(
      Uint8Array.from(validationRows, (row) => folds.labels[row]),
      Float64Array.from(validationMargins!, sigmoid),
      0.5,
      folds.weights && Float64Array.from(validationRows, (row) => folds.weights![row]),
    )[name];
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

describe('folds in lockstep', () => {
  const names: Record<SearchMetric, MetricName> = {
    log_loss: 'logLoss',
    roc_auc: 'rocAuc',
    pr_auc: 'prAuc',
    brier: 'brier',
    accuracy: 'accuracy',
    balanced_accuracy: 'balancedAccuracy',
    f1: 'f1',
    f1_weighted: 'f1Weighted',
    f1_macro: 'f1Macro',
    mcc: 'mcc',
  };

  it.each(searchMetrics)('have the %s of folds that are trained one after another', (metric) => {
    for (const folds of [data, weighted]) {
      const { status, stages, curve, logLossCurve } = trainLockstep({
        ...base,
        data: folds,
        metric,
        configuration: { params, rounds: 7 },
      });
      const [stage] = stages;
      const expected = scoresAlone(folds, 7, names[metric]);
      expect([status, stage.reached, stage.rounds]).toEqual(['complete', true, 7]);
      stage.foldScores.forEach((score, k) => expect(score).toBeCloseTo(expected[k], 10));
      expect(stage.score).toBeCloseTo(mean(expected), 10);
      expect(stage.deviation).toBeCloseTo(
        Math.sqrt(mean(expected.map((v) => (v - mean(expected)) ** 2))),
        10,
      );
      const losses = alone(folds, 7).map(({ history }) => history.validation!);
      logLossCurve.forEach((loss, round) => expect(loss).toBeCloseTo(mean(losses.map((l) => l[round])), 12));
      expect(logLossCurve).toHaveLength(7);
      expect(curve).toHaveLength(7);
      // Figures of decisions are followed by their log loss.
      const smooth = ['log_loss', 'roc_auc', 'pr_auc', 'brier'].includes(metric);
      expect(curve.at(-1)).toBeCloseTo(smooth ? stage.score : logLossCurve.at(-1)!, 5);
    }
  });

  it.each([params, { ...params, booster: 'dart', rate_drop: 0.3 } as const])(
    'give the margins of rows that did not train, and the boosters, %j',
    (given) => {
      const { stages, models, trainingScores } = trainLockstep({
        ...base,
        configuration: { params: given, rounds: 6 },
        models: true,
        trainingScores: true,
      });
      const expected = alone(data, 6, given);
      const oof = new Float32Array(data.labels.length);
      data.folds.forEach(({ binned, rows, validationRows }, k) => {
        validationRows.forEach((row, i) => (oof[row] = expected[k].validationMargins![i]));
        expect(Buffer.compare(models![k], expected[k].booster.toUbj())).toBe(0);
        const labels = Uint8Array.from(rows, (row) => data.labels[row]);
        const margins = Booster.fromUbj(models![k]).predictBinned(binned, rows);
        expect(trainingScores![k]).toBe(scoreMargins('log_loss', labels, margins, undefined));
      });
      expect(stages[0].oof).toEqual(oof);
    },
  );

  it('take checkpoints from one training, each as if it were the end', () => {
    const checkpoints = [2, 5, 9];
    const together = trainLockstep({ ...base, configuration: { params, rounds: 9 }, checkpoints });
    expect(together.stages.map(({ rounds }) => rounds)).toEqual(checkpoints);
    checkpoints.forEach((rounds, i) => {
      const [single] = trainLockstep({ ...base, configuration: { params, rounds } }).stages;
      expect(together.stages[i]).toEqual(single);
    });
  });

  it('stop by their mean, at the best round of it, and remember its margins', () => {
    for (const given of [params, { ...params, booster: 'dart', rate_drop: 0.2 } as const]) {
      const outcome = trainLockstep({
        ...base,
        configuration: { params: given, rounds: 400, earlyStoppingRounds: 8 },
      });
      const best = outcome.curve.indexOf(Math.min(...outcome.curve)) + 1;
      expect(outcome.status).toBe('complete');
      expect(outcome.curve).toHaveLength(best + 8);
      expect(best).toBeGreaterThan(1);
      const [at] = trainLockstep({ ...base, configuration: { params: given, rounds: best } }).stages;
      expect(outcome.stages).toEqual([at]);
    }
  });

  it('with early stopping and checkpoints take the best of so many rounds', () => {
    const configuration = { params, rounds: 400, earlyStoppingRounds: 8 };
    const { stages, curve } = trainLockstep({ ...base, configuration, checkpoints: [3, 300, 400] });
    const best = curve.indexOf(Math.min(...curve)) + 1;
    expect(stages.map(({ rounds, reached }) => [rounds, reached])).toEqual([
      [curve.slice(0, 3).indexOf(Math.min(...curve.slice(0, 3))) + 1, true],
      [best, true],
      [best, true],
    ]);
  });

  it('follow a metric that is to be high upwards', () => {
    const { curve, stages } = trainLockstep({
      ...base,
      metric: 'roc_auc',
      configuration: { params, rounds: 300, earlyStoppingRounds: 10 },
    });
    expect(stages[0].rounds).toBe(curve.indexOf(Math.max(...curve)) + 1);
    expect(stages[0].score).toBeCloseTo(Math.max(...curve), 12);
  });

  it('are given up where they are worse than a point allows, and not where they are as good', () => {
    const configuration = { params, rounds: 30 };
    const { curve } = trainLockstep({ ...base, configuration });
    const at = (worst: number) =>
      trainLockstep({ ...base, configuration, pruning: [{ rounds: 10, worst }], checkpoints: [5, 30] });
    const best = Math.min(...curve.slice(0, 10));
    expect(at(best).status).toBe('complete');
    const pruned = at(best - 1e-9);
    expect(pruned.status).toBe('pruned');
    expect(pruned.curve).toEqual(curve.slice(0, 10));
    expect(pruned.stages.map(({ rounds, reached }) => [rounds, reached])).toEqual([
      [5, true],
      [10, false],
    ]);
  });

  it('stop within a round when they are told to, after the first', () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    stop[0] = 1;
    const outcome = trainLockstep({ ...base, configuration: { params, rounds: 30 }, stop });
    expect(outcome.status).toBe('stopped');
    expect(outcome.curve).toHaveLength(1);
    expect(outcome.stages[0]).toMatchObject({ rounds: 1, reached: false });
  });

  it('know rows that are judged several times, once and never', () => {
    const [first, second, third] = data.folds;
    const repeated = { ...data, folds: [first, { ...second, validationRows: first.validationRows }, third] };
    const { oof } = trainLockstep({ ...base, data: repeated, configuration: { params, rounds: 4 } })
      .stages[0];
    const [a, b, c] = alone(repeated, 4).map(({ validationMargins }) => validationMargins!);
    first.validationRows.forEach((row, i) => expect(oof[row]).toBe(Math.fround((a[i] + b[i]) / 2)));
    third.validationRows.forEach((row, i) => expect(oof[row]).toBe(c[i]));
    for (const row of second.validationRows) expect(oof[row]).toBeNaN();
  });

  it('draw by the seed of the configuration, if it has one', () => {
    const [a, b, c] = [{ ...params, seed: 5 }, params, { ...params, seed: 6 }].map(
      (given) => trainLockstep({ ...base, configuration: { params: given, rounds: 3 } }).stages[0].score,
    );
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it('refuse checkpoints that do not ascend, and parameters that cannot be', () => {
    for (const checkpoints of [[], [3, 3], [5, 2], [0]]) {
      expect(() => trainLockstep({ ...base, configuration: { params, rounds: 9 }, checkpoints })).toThrow(
        InvalidOption,
      );
    }
    const configuration = { params: { max_depth: -2 }, rounds: 3 };
    expect(() => trainLockstep({ ...base, configuration })).toThrow(/max_depth/);
  });
});
