import { describe, expect, it } from 'vitest';
import type { SearchSpace, Trial } from '../src/search/index.ts';
import type { Proposer } from '../src/search/proposer.ts';
import { medianPoints } from '../src/search/pruning.ts';
import { randomSearch } from '../src/search/random.ts';
import { checkSpace } from '../src/search/space.ts';
import { tpeSearch } from '../src/search/tpe.ts';
import { madeTrial } from './support/made-trials.ts';

type Values = Readonly<Record<string, unknown>>;

/** The values of a function of parameters at what is proposed, where each trial sees those up to four before. */
function scoresOf(search: Proposer, trials: number, loss: (values: Values) => number): number[] {
  const seen: Trial[] = [];
  for (let number = 0; number < trials; number++) {
    const { configuration } = search.propose(
      number,
      seen.filter((trial) => trial.number <= number - 4),
    );
    const score = loss(configuration.params as Values);
    seen.push(madeTrial(number, { configuration, score }));
  }
  return seen.map(({ score }) => score);
}

/** Branin's function (Dixon and Szegő 1978) on [-5, 10] x [0, 15]; its least value is 0.397887. */
function branin({ gamma, max_delta_step }: Values): number {
  const x = Number(gamma) - 5;
  const y = Number(max_delta_step);
  const bowl = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return bowl ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}
const braninSpace: SearchSpace = { gamma: { low: 0, high: 15 }, max_delta_step: { low: 0, high: 15 } };

/** Numbers, whole numbers, logarithms, choices, and a dimension that only one choice has. */
function mixed({ learning_rate, max_depth, subsample, grow_policy, max_leaves, booster }: Values): number {
  const leaves = max_leaves === undefined ? 1 : (Math.log2(Number(max_leaves)) - 5) ** 2 / 10;
  return (
    Math.log10(Number(learning_rate) / 0.05) ** 2 +
    ((Number(max_depth) - 6) / 4) ** 2 +
    4 * (Number(subsample) - 0.8) ** 2 +
    (grow_policy === 'lossguide' ? leaves : 0.5) +
    (booster === 'dart' ? 0.3 : 0)
  );
}
const mixedSpace: SearchSpace = {
  learning_rate: { low: 0.001, high: 1, log: true },
  max_depth: { low: 2, high: 12, integer: true },
  subsample: { low: 0.2, high: 1 },
  grow_policy: ['depthwise', 'lossguide'],
  max_leaves: { low: 4, high: 256, log: true, integer: true, when: { grow_policy: 'lossguide' } },
  booster: ['gbtree', 'dart'],
};

describe('TPE', () => {
  it.each([
    ['Branin', braninSpace, branin, 0.397887],
    ['a mixed space', mixedSpace, mixed, 0],
  ] as const)(
    'beats random search on %s',
    (_, given, loss, least) => {
      const space = checkSpace(given);
      const seeds = Array.from({ length: 24 }, (__, seed) => seed);
      const regrets = (search: (seed: number) => Proposer): number[] =>
        seeds.map((seed) => Math.min(...scoresOf(search(seed), 70, loss)) - least).sort((a, b) => a - b);
      const tpe = regrets((seed) => tpeSearch(space, seed, 'log_loss'));
      const random = regrets((seed) => randomSearch(space, seed));
      expect(tpe[12]).toBeLessThan(0.5 * random[12]);
      // Of all pairs of runs, TPE is the better one in by far the most.
      const wins = tpe.reduce((sum, regret) => sum + random.filter((other) => regret < other).length, 0);
      expect(wins / seeds.length ** 2).toBeGreaterThan(0.75);
    },
    240_000,
  );

  it('goes the other way where more is better', () => {
    const space = checkSpace(mixedSpace);
    const later = (search: (seed: number) => Proposer): number => {
      const scores = Array.from({ length: 6 }, (_, seed) =>
        scoresOf(search(seed), 60, (values) => -mixed(values)).slice(30),
      ).flat();
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    };
    const random = later((seed) => randomSearch(space, seed));
    expect(later((seed) => tpeSearch(space, seed, 'roc_auc'))).toBeGreaterThan(0.6 * random);
    expect(later((seed) => tpeSearch(space, seed, 'log_loss'))).toBeLessThan(random);
  });

  it('depends on the seed, the number and what it sees, and on nothing else', () => {
    const space = checkSpace(mixedSpace);
    const seen = Array.from({ length: 40 }, (_, number) => {
      const { configuration } = randomSearch(space, 1).propose(number, []);
      return madeTrial(number, { configuration, score: mixed(configuration.params as Values) });
    });
    const at = (number: number, visible: readonly Trial[], seed = 3) =>
      tpeSearch(space, seed, 'log_loss').propose(number, visible);
    expect(at(50, seen)).toEqual(at(50, seen));
    expect(at(50, seen).configuration).not.toEqual(at(51, seen).configuration);
    expect(at(50, seen).configuration).not.toEqual(at(50, seen, 4).configuration);
    expect(at(50, seen).configuration).not.toEqual(at(50, seen.slice(20)).configuration);
    expect(at(50, seen).source).toBe('tpe');
    expect(at(50, seen).pruning).toEqual(medianPoints(at(50, seen).configuration, seen, 'log_loss'));
    // What is no place in the space, or failed, says nothing.
    const foreign = seen.map((trial) => ({
      ...trial,
      configuration: {
        ...trial.configuration,
        params: { ...trial.configuration.params, num_parallel_tree: 3 },
      },
    }));
    const failed = seen.map((trial): Trial => ({ ...trial, status: 'failed', score: NaN }));
    expect(at(50, foreign).configuration).toEqual(at(50, []).configuration);
    expect(at(50, failed).configuration).toEqual(at(50, []).configuration);
    // Nine are too few for densities.
    expect(at(50, seen.slice(0, 9)).configuration).toEqual(at(50, []).configuration);
    expect(at(50, seen.slice(0, 10)).configuration).not.toEqual(at(50, []).configuration);
  });

  it('takes pruned trials for worse than complete ones, whatever their score', () => {
    const space = checkSpace({ subsample: { low: 0.1, high: 1 } });
    const trials = Array.from({ length: 60 }, (_, number): Trial => {
      const pruned = number % 2 === 0;
      const subsample = pruned ? 0.15 : 0.7 + 0.005 * (number % 7);
      const configuration = { params: { subsample }, rounds: 300 };
      return madeTrial(number, {
        configuration,
        score: pruned ? 0.01 : 0.5,
        status: pruned ? 'pruned' : 'complete',
      });
    });
    const proposed = Array.from({ length: 40 }, (_, i) =>
      tpeSearch(space, i, 'log_loss').propose(70, trials),
    );
    const high = proposed.filter(({ configuration }) => Number(configuration.params.subsample) > 0.4);
    expect(high.length).toBeGreaterThan(32);
  });
});
