import { Interrupted, InvalidOption, InvalidValue } from '@verdict/core';
import { afterAll, describe, expect, it } from 'vitest';
import { binMatrix, closePool, train, trainSync } from '../src/index.ts';
import type { CustomMetric, CustomObjective, TrainingOptions } from '../src/index.ts';
import { brier, logistic } from './fixtures/loss-module.ts';
import { makeData, range } from './support/made-data.ts';

afterAll(closePool);

const made = makeData({ rows: 400, missing: 0.1 });
const fold = {
  binned: binMatrix(made.matrix),
  labels: made.labels,
  weights: made.labels.map((_, i) => 1 + (i % 3)),
  rows: range(300),
  validationRows: range(100, 300),
};
const objective = logistic as CustomObjective;
const metric: CustomMetric = { name: 'brier', higherIsBetter: false, evaluate: brier };
const module = new URL('fixtures/loss-module.ts', import.meta.url);
const options: TrainingOptions = {
  rounds: 12,
  earlyStoppingRounds: 6,
  evaluateTraining: true,
  metric: [metric, 'auc'],
  objective,
};

describe('functions of the caller, when training runs in a thread', () => {
  const expected = trainSync(fold, {}, options);

  it('are called on the caller’s thread and give what trainSync gives', async () => {
    const found = await train(fold, {}, { ...options, onRound: () => undefined });
    expect(Buffer.compare(found.booster.toUbj(), expected.booster.toUbj())).toBe(0);
    expect(found.history).toEqual(expected.history);
  });

  it('may keep and spoil what they get', async () => {
    const kept: Float32Array[] = [];
    const spoiling: CustomObjective = (margins, labels, weights, round) => {
      const answer = objective(margins, labels, weights, round);
      for (const list of [labels, weights]) list?.fill(NaN);
      kept.push(margins);
      return answer;
    };
    const evaluate: CustomMetric['evaluate'] = (margins, labels, weights) => {
      const value = brier(margins, labels);
      for (const list of [margins, labels, weights]) list?.fill(NaN);
      return value;
    };
    const spoilt = { ...options, objective: spoiling, metric: [{ ...metric, evaluate }, 'auc' as const] };
    const found = await train(fold, {}, spoilt);
    expect(Buffer.compare(found.booster.toUbj(), expected.booster.toUbj())).toBe(0);
    expect(found.history).toEqual(expected.history);
    expect(new Set(kept.map(({ buffer }) => buffer)).size).toBe(kept.length);
    expect(kept[0]).not.toEqual(kept[1]);
  });

  it('may come from a module that the thread loads', async () => {
    const found = await train(
      fold,
      {},
      {
        ...options,
        objective: { module, export: 'logistic' },
        metric: [{ ...metric, evaluate: { module: module.href, export: 'brier' } }, 'auc'],
      },
    );
    expect(Buffer.compare(found.booster.toUbj(), expected.booster.toUbj())).toBe(0);
    expect(found.history).toEqual(expected.history);
  });

  it('may be a module’s default export', async () => {
    const text =
      'export default (margins) => ({ gradients: margins.map(() => -1), hessians: margins.map(() => 1) })';
    const address = `data:text/javascript,${encodeURIComponent(text)}`;
    const { booster } = await train(fold, { lambda: 0 }, { rounds: 1, objective: { module: address } });
    // No split helps: one leaf with the Newton step, 1, times the learning rate.
    expect([...booster.trees[0].thresholds]).toEqual([Math.fround(0.3)]);
  });

  it('get the rows, weights and rounds', async () => {
    const rounds: unknown[] = [];
    await train(
      fold,
      {},
      {
        rounds: 2,
        objective: (margins, labels, weights, round) => {
          rounds.push([round, margins.length, labels.length, weights?.[2]]);
          return objective(margins, labels, weights, round);
        },
        metric: {
          ...metric,
          evaluate: (margins, labels, weights, round) => {
            rounds.push([`m${round}`, margins.length, labels[0], weights?.length]);
            return 1;
          },
        },
      },
    );
    const held = made.labels[300];
    expect(rounds).toEqual(
      [0, 1].flatMap((r) => [
        [r, 300, 300, 3],
        [`m${r}`, 100, held, 100],
      ]),
    );
  });

  it('can abort the training in the midst of a round', async () => {
    const controller = new AbortController();
    const aborting: CustomObjective = (margins, labels, weights, round) => {
      if (round === 3) controller.abort();
      return objective(margins, labels, weights, round);
    };
    const promise = train(fold, {}, { rounds: 1e6, objective: aborting, signal: controller.signal });
    await expect(promise).rejects.toThrow(Interrupted);
  });

  it('end the training with what they throw, and with what they should not answer', async () => {
    const complain = (): never => {
      throw new RangeError('mine');
    };
    await expect(train(fold, {}, { ...options, objective: complain })).rejects.toThrow(
      new RangeError('mine'),
    );
    await expect(train(fold, {}, { ...options, metric: { ...metric, evaluate: complain } })).rejects.toThrow(
      'mine',
    );
    const poor: CustomObjective = (margins, labels) => ({
      gradients: labels,
      hessians: margins.map(() => NaN),
    });
    await expect(train(fold, {}, { ...options, objective: poor })).rejects.toThrow(InvalidValue);
    const short: CustomObjective = () => ({ gradients: [], hessians: [] });
    await expect(train(fold, {}, { ...options, objective: short })).rejects.toThrow(/300 gradients/);
    const vague = { ...metric, evaluate: () => NaN };
    await expect(train(fold, {}, { ...options, metric: vague })).rejects.toThrow(
      /metric brier: expected a finite/,
    );
  });

  it.each<[string, Partial<TrainingOptions>, RegExp]>([
    ['without such an export', { objective: { module, export: 'missing' } }, /a function missing/],
    ['whose export is no function', { objective: { module, export: 'none' } }, /a function none/],
    ['that is not there', { objective: { module: new URL('nowhere.ts', module) } }, /can be loaded/],
    ['without an absolute address', { objective: { module: './loss.js' } }, /an absolute URL/],
    [
      'for a metric without an address',
      { metric: { ...metric, evaluate: { module: 'x' } } },
      /an absolute URL/,
    ],
  ])('cannot come from a module %s', async (_, extra, text) => {
    const promise = train(fold, {}, { ...options, ...extra });
    await expect(promise).rejects.toThrow(InvalidOption);
    await expect(train(fold, {}, { ...options, ...extra })).rejects.toThrow(text);
  });

  it('of a module are held to the same rules', async () => {
    const promise = train(fold, {}, { ...options, objective: { module, export: 'poor' } });
    await expect(promise).rejects.toThrow(InvalidValue);
    await expect(promise).rejects.toThrow(/row 1, column "hessian".*round 0/);
  });

  it('of a module are not for trainSync', () => {
    expect(() => trainSync(fold, {}, { ...options, objective: { module } })).toThrow(/for train/);
    const remote = { ...metric, evaluate: { module } };
    expect(() => trainSync(fold, {}, { rounds: 1, metric: remote })).toThrow(InvalidOption);
  });
});
