import { describe, expect, it } from 'vitest';
import { rankTrials } from '../src/search/index.ts';
import type { Configuration, Trial } from '../src/search/index.ts';
import { halvingPoints, medianPoints } from '../src/search/pruning.ts';
import { halvingSearch } from '../src/search/halving.ts';
import { checkSpace } from '../src/search/space.ts';
import { madeTrial } from './support/made-trials.ts';

const at = (learning_rate: number, rounds = 300): Configuration => ({ params: { learning_rate }, rounds });

/** A trial whose loss falls from 1 to `end` within 100 rounds at a learning rate of 0.1. */
function falling(number: number, end: number, given: Partial<Trial> = {}): Trial {
  const { params = {} } = given.configuration ?? at(0.1);
  const rounds = Math.round(10 / (params.learning_rate ?? 0.3));
  const curve = Array.from({ length: rounds }, (_, round) => 1 + ((end - 1) * (round + 1)) / rounds);
  return madeTrial(number, { configuration: at(0.1), curve, score: end, ...given });
}

const six = [0.6, 0.5, 0.55, 0.4, 0.45, 0.65].map((end, number) => falling(number, end));
/** What a trial that ends at `end` had after a share of its way. */
const reached = (end: number, share: number): number => 1 + (end - 1) * share;

describe('halving', () => {
  it('lets a trial go on that is in the best third with itself, at rungs of 45, 135 and 405 rounds at 0.1', () => {
    const points = halvingPoints(at(0.1, 1000), six, 'log_loss');
    // Seven with the new one: the best two go on, so it must be as good as the second of those seen.
    expect(points.map(({ rounds }) => rounds)).toEqual([45, 135, 405]);
    expect(points[0].worst).toBeCloseTo(reached(0.45, 0.45), 10);
    expect(points[1].worst).toBeCloseTo(0.45, 10);
    expect(points[2].worst).toBeCloseTo(0.45, 10);
  });

  it('keeps only the best among few, and all where nothing was seen', () => {
    expect(halvingPoints(at(0.1), [], 'log_loss')).toEqual([]);
    const [first] = halvingPoints(at(0.1), six.slice(0, 3), 'log_loss');
    expect(first.worst).toBeCloseTo(reached(0.5, 0.45), 10);
  });

  it('compares at the same progress, whatever the learning rates', () => {
    const slow = six.map(({ number, score }) => falling(number, score, { configuration: at(0.02) }));
    const points = halvingPoints(at(0.2), slow, 'log_loss');
    expect(points.map(({ rounds }) => rounds)).toEqual([23, 68, 203]);
    expect(points[0].worst).toBeCloseTo(reached(0.45, 0.45), 10);
  });

  it('counts a pruned trial only at the rungs that it reached, a complete one at all', () => {
    const pruned = falling(0, 0.1, { status: 'pruned' });
    const short = { ...pruned, curve: pruned.curve.slice(0, 45) };
    const complete = falling(1, 0.6);
    const points = halvingPoints(at(0.1), [short, complete], 'log_loss');
    expect(points[0].worst).toBeCloseTo(reached(0.1, 0.45), 10);
    expect(points[1].worst).toBeCloseTo(0.6, 10);
  });

  it('has no rung at the end or beyond, and none twice', () => {
    expect(halvingPoints(at(0.1, 135), six, 'log_loss').map(({ rounds }) => rounds)).toEqual([45]);
    expect(halvingPoints(at(20, 90), six, 'log_loss').map(({ rounds }) => rounds)).toEqual([1, 3]);
  });

  it('takes the best value so far, and the other direction', () => {
    const bumpy = madeTrial(0, {
      configuration: at(0.1),
      curve: [...Array(60).keys()].map((i) => (i === 4 ? 0.9 : 0.6)),
    });
    expect(halvingPoints(at(0.1), [bumpy], 'roc_auc')[0].worst).toBe(0.9);
    expect(halvingPoints(at(0.1), [bumpy], 'log_loss')[0].worst).toBe(0.6);
    // Decisions are judged by their log loss.
    expect(halvingPoints(at(0.1), [bumpy], 'f1')[0].worst).toBe(0.6);
  });

  it('proposes at random, with these points', () => {
    const search = halvingSearch(checkSpace({ learning_rate: { low: 0.05, high: 0.2 } }), 3, 'log_loss');
    const a = search.propose(7, six);
    expect(a.source).toBe('halving');
    expect(a.pruning).toEqual(halvingPoints(a.configuration, six, 'log_loss'));
    expect(search.propose(7, [])).toEqual({ ...a, pruning: [] });
    expect(search.propose(8, six).configuration).not.toEqual(a.configuration);
  });
});

describe('the median rule', () => {
  it('asks for the median of those that were seen, if they are five', () => {
    expect(medianPoints(at(0.1), six.slice(0, 4), 'log_loss')).toEqual([]);
    const points = medianPoints(at(0.1), six.slice(0, 5), 'log_loss');
    expect(points.map(({ rounds }) => rounds)).toEqual([90, 135, 200]);
    expect(points[0].worst).toBeCloseTo(reached(0.5, 0.9), 10);
    expect(points[1].worst).toBeCloseTo(0.5, 10);
  });
});

describe('the ranking', () => {
  it('has complete trials first, best first, the earlier of equals first, failed ones last', () => {
    const trials = [
      madeTrial(0, { score: 0.5 }),
      madeTrial(1, { score: 0.1, status: 'pruned' }),
      madeTrial(2, { score: NaN, status: 'failed' }),
      madeTrial(3, { score: 0.3 }),
      madeTrial(4, { score: 0.2, status: 'stopped' }),
      madeTrial(5, { score: 0.5 }),
    ];
    expect(rankTrials(trials, 'log_loss')).toEqual([3, 0, 5, 1, 4, 2]);
    expect(rankTrials(trials, 'roc_auc')).toEqual([0, 5, 3, 4, 1, 2]);
    expect(rankTrials([], 'roc_auc')).toEqual([]);
  });
});
