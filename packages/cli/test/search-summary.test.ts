import type { PerformanceMetrics, SearchProgress } from 'verdict';
import { describe, expect, it } from 'vitest';
import { leaderboardState, searchLines } from '../src/commands/search-summary.ts';

type Search = NonNullable<PerformanceMetrics['search']>;

const trial = (
  number: number,
  status: Search['trials'][number]['status'],
  score: number,
): Search['trials'][number] => ({
  number,
  status,
  score,
  source: number === 0 ? 'portfolio' : 'tpe',
  configuration: {
    ...(number === 0 ? { name: 'defaults of train' } : {}),
    params: { max_depth: 3 + number, learning_rate: 0.1 },
    rounds: 500,
  },
  foldScores: [score, score],
  deviation: 0.01,
  rounds: 100,
  seconds: 1,
});
const ensemble: NonNullable<Search['ensemble']> = {
  kept: true,
  method: 'greedy',
  members: [],
  limited: false,
  gain: 0.002,
  standardError: 0.0005,
  low: 0.001,
  high: 0.003,
  atLeast: 0.0012,
  pValue: 0.001,
  single: 1,
  treesSingle: 500,
  treesEnsemble: 1000,
  foldGains: [0.002],
  rows: 900,
};
const member = (number: number, weight: number): Search['members'][number] => ({
  trial: number,
  kind: `boosted trees, depth ${3 + number}`,
  weight,
  rounds: 100,
  params: {},
});
const search: Search = {
  strategy: 'tpe',
  metric: 'log_loss',
  trials: [trial(0, 'complete', 0.4), trial(1, 'complete', 0.38), trial(2, 'pruned', 0.6)],
  ranking: [1, 0, 2],
  families: [],
  engineered: [],
  members: [member(1, 0.75), member(0, 0.25)],
  ensemble,
  outOfFold: { chosen: 0.35, plain: 0.37 },
  ended: 'budget',
};
const text = (change: Partial<Search>): string =>
  searchLines({ search: { ...search, ...change } }).join('\n');

describe('what a search found, in the terminal', () => {
  it('says where the best trial took too long to be fitted', () => {
    const said = (members: Search['members']): string =>
      searchLines({ search: { ...search, members } }).join('\n');
    expect(said([member(0, 1)])).toContain('Trial 1 scored better, but there was no time to fit it');
    expect(said([member(1, 1)])).not.toContain('scored better');
    expect(said(search.members)).not.toContain('scored better');
  });

  it('is its best trials and what they were blended to', () => {
    const lines = searchLines({ search });
    expect(lines).toHaveLength(7);
    expect(lines[0]).toBe(
      '2 configurations tried on all folds, 1 given up early; scores are of the trees alone; they chose, so they are a little too good.',
    );
    expect(lines[3]).toMatch(/^ +1 +0\.3800 +0\.0100 +100 +boosted trees, depth 4/);
    expect(lines[4]).toMatch(/^ +0 +0\.4000 +0\.0100 +100 +defaults of train/);
    expect(lines[5]).toBe(
      'A blend is better than the best trial alone (its log loss a row is lower by 0.0020, with 95 % confidence by at least 0.0012) and is used: 75.0 % boosted trees, depth 4 (trial 1), 25.0 % boosted trees, depth 3 (trial 0).',
    );
    expect(text({ ensemble: { ...ensemble, limited: true } })).toContain(
      'A blend is better than the best trial alone that there was time to fit (',
    );
    // The score of a trial has no regression: it must not be held against what has one.
    expect(lines[6]).toBe(
      'With the regression and calibrated, the model reaches log_loss 0.3500 out of fold; training without a search reaches 0.3700 in the same way.',
    );
    expect(searchLines({})).toEqual([]);
  });

  it('says why one kind of trees is used', () => {
    const members = [member(1, 1)];
    expect(text({ members, ensemble: { ...ensemble, kept: false } })).toContain(
      'A blend is not proven to be better than the best trial alone',
    );
    const none = { ...ensemble, kept: false, gain: 0 };
    expect(text({ members, ensemble: { ...none, limited: true } })).toContain(
      'No blend that there was time to fit does better than one alone: it uses 100.0 % boosted trees, depth 4',
    );
    const { ensemble: _, ...single } = search;
    expect(searchLines({ search: { ...single, members } }).at(-2)).toBe(
      'It uses 100.0 % boosted trees, depth 4 (trial 1).',
    );
    const plain = [{ kind: 'boosted trees, depth 5', weight: 1, rounds: 500, params: {} }];
    const untried = { ...single, trials: [trial(2, 'pruned', 0.6)], ranking: [2], members: plain };
    expect(searchLines({ search: untried })).toEqual([
      '0 configurations tried on all folds, 1 given up early; a larger --budget would let some end.',
      'It uses 100.0 % boosted trees, depth 5, as plain training has it.',
      expect.stringContaining('training without a search'),
    ]);
  });

  it('says which features paid, which did not, and which were not tried', () => {
    const family = (name: string, gain: number, kept: boolean): Search['families'][number] => ({
      family: name,
      count: 4,
      gain,
      standardError: 0.001,
      kept,
    });
    const paid = { families: [family('the strongest 4', 0.01, true)], engineered: ['a / b', 'a × b'] };
    expect(text(paid)).toContain('Engineered features that paid: the strongest 4 (2 features).');
    const families = [family('the strongest 4', -0.01, false), family('logarithms and ranks', NaN, false)];
    expect(text({ families })).toContain(
      'Engineered features (the strongest 4) did not pay and are left out.',
    );
    expect(text({ families })).toContain(
      'There was no time to try engineered features: logarithms and ranks.',
    );
    expect(text({ selectionSkipped: 'rfe' })).toContain(
      'All features are used: there was no time to select some by rfe; a larger --budget would leave it.',
    );
  });

  it('tells how trials ended, how many more there are, and that none is better blended', () => {
    const trials = [
      ...Array.from({ length: 8 }, (_, number) => trial(number, 'complete', 0.4)),
      trial(8, 'stopped', 0.5),
      trial(9, 'stopped', 0.5),
      trial(10, 'failed', NaN),
    ];
    const said = text({
      trials,
      ranking: trials.map(({ number }) => number),
      members: [member(1, 1)],
      ensemble: { ...ensemble, kept: false, gain: 0, low: 0, high: 0 },
    });
    expect(said).toContain('8 configurations tried on all folds, 2 cut off when the time was up, 1 failed;');
    expect(said).toContain('… and 3 more in trials.csv.');
    expect(said).toContain(
      'No blend does better than one alone: it uses 100.0 % boosted trees, depth 4 (trial 1).',
    );
  });

  it('says what was left out, and how optimistic the search is', () => {
    const selection = {
      method: 'rfe' as const,
      count: 3,
      kept: ['a', 'b', 'c'],
      curve: [],
      dropped: [{ name: 'd', rank: 4 }],
      cost: { logLoss: 0.001, standardError: 0.001 },
    };
    expect(text({ selection })).toContain(
      'Of 4 features the best 3 are used (rfe), which costs 0.0010 log loss.',
    );
    const saving = { ...selection, cost: { logLoss: -0.002, standardError: 0.001 } };
    expect(text({ selection: saving })).toContain('which saves 0.0020 log loss.');
    expect(text({ selection: { ...selection, dropped: [] } })).toContain(
      'All 3 features are used: fewer, ranked by rfe, do not do as well.',
    );
    const nested = {
      folds: 2,
      metric: 'log_loss' as const,
      inner: [0.38, 0.37],
      outer: [0.39, 0.39],
      plain: { inner: [0.4, 0.39], outer: [0.4, 0.4] },
      optimism: 0.015,
      standardError: 0.005,
    };
    expect(text({ nested })).toContain(
      'On 2 outer folds, which chose nothing, models of such searches reach log_loss 0.3900, training without a search 0.4000.',
    );
    expect(text({ nested })).toContain(
      'Out of fold on their own rows they reached 0.3750 and 0.3950: there a search looks 0.0150 ± 0.0050 better than it is.',
    );
    expect(text({ nested: { ...nested, optimism: -0.001 } })).toContain('looks 0.0010 ± 0.0050 worse than');
  });
});

describe('the state of a leaderboard', () => {
  it('has the complete trials, best first, and the time or the trials that are granted', () => {
    const ranking = search.ranking.map((number) => ({
      ...search.trials[number],
      curve: [],
      oof: new Float32Array(0),
    }));
    const progress: SearchProgress = {
      metric: 'log_loss',
      ranking,
      elapsedSeconds: 12,
      budgetSeconds: 60,
      trials: undefined,
    };
    const state = leaderboardState(progress);
    expect(state).toMatchObject({
      complete: 2,
      pruned: 1,
      elapsed: 12,
      budget: { kind: 'seconds', total: 60 },
    });
    expect(state.rows.map(({ trial: number, learner }) => [number, learner])).toEqual([
      [1, 'boosted trees, depth 4'],
      [0, 'defaults of train'],
    ]);
    const counted = leaderboardState({ ...progress, budgetSeconds: undefined, trials: 20 });
    expect(counted.budget).toEqual({ kind: 'trials', total: 20 });
    expect(leaderboardState({ ...progress, budgetSeconds: undefined }).budget).toBeUndefined();
  });
});
