import { describe, expect, it } from 'vitest';
import type { SearchResult, Trial } from '../src/search/index.ts';
import { chooseMembers } from '../src/tuning/choose-members.ts';
import type { Growing } from '../src/tuning/finishing.ts';
import { complementary } from './support/members.ts';

/** Trials that each know a part of the labels, numbered in the order of their ranks; each took 1 second more. */
function searched(
  count: number,
  change: (number: number) => Partial<Trial> = () => ({}),
): {
  readonly input: Parameters<typeof chooseMembers>[0];
  readonly found: SearchResult;
  readonly linear: Float64Array;
  readonly folds: Uint8Array;
} {
  const { labels, members } = complementary(3, 1200, count, 0.2);
  const trials = members.map((margins, number): Trial => ({
    number,
    configuration: { params: { max_depth: 4 }, rounds: 40 },
    source: 'portfolio',
    status: 'complete',
    score: 0.5,
    foldScores: [],
    deviation: 0,
    rounds: 40,
    curve: new Array<number>(40).fill(0.5),
    oof: Float32Array.from(margins),
    seconds: 1 + number,
    ...change(number),
  }));
  return {
    input: {
      rows: { labels, weights: undefined, groups: undefined },
      settings: { options: { folds: 5, seed: 3 } },
      tuning: { ensemble: true },
    },
    found: { trials, ranking: trials.map(({ number }) => number), metric: 'log_loss' },
    linear: new Float64Array(1200),
    folds: Uint8Array.from(labels, (_, row) => row % 5),
  };
}

/** No more than so many seconds of growing. */
function within(seconds: number): (members: readonly Growing[]) => boolean {
  return (members) => members.reduce((sum, growing) => sum + growing.seconds, 0) <= seconds;
}

describe('the members that ship', () => {
  const chosenOf = (
    { input, found, linear, folds }: ReturnType<typeof searched>,
    seconds: number,
  ): ReturnType<typeof chooseMembers> => chooseMembers(input, found, linear, folds, within(seconds));
  const numbers = ({ members }: ReturnType<typeof chooseMembers>): number[] =>
    members.map(({ trial }) => trial);

  it('are those that were judged, as many as can be fitted in time', () => {
    const all = chosenOf(searched(4), Infinity);
    expect(numbers(all).toSorted()).toStrictEqual([0, 1, 2, 3]);
    const some = chosenOf(searched(4), 6);
    expect(some.ensemble!.kept).toBe(true);
    expect(some.members).toStrictEqual(some.ensemble!.members);
    expect(numbers(some).length).toBeGreaterThan(1);
    expect(numbers(some).reduce((sum, number) => sum + 1 + number, 0)).toBeLessThanOrEqual(6);
    expect(some.ensemble!.treesEnsemble).toBe(some.members.length * 40 * 5);
  });

  it('are no more than eight', () => {
    expect(numbers(chosenOf(searched(10), Infinity)).length).toBe(8);
  });

  it('are the best one that can be fitted, or the quickest if none can', () => {
    const slowFirst = searched(3, (number) => ({ seconds: 9 - number }));
    expect(numbers(chosenOf(slowFirst, 8))).toStrictEqual([1]);
    expect(numbers(chosenOf(slowFirst, 1))).toStrictEqual([2]);
    expect(chosenOf(slowFirst, 1).ensemble).toBeUndefined();
    // With time for one, it was for want of time that there is no blend.
    expect(chosenOf(slowFirst, 7).ensemble).toMatchObject({ kept: false, gain: 0, limited: true });
    // Trials that can not be fitted are no candidates: the one that a gain is measured against can ship, too.
    const { members, ensemble } = chosenOf(slowFirst, 8);
    expect(ensemble).toMatchObject({ kept: false });
    expect([1, 2]).toContain(ensemble!.single);
    expect(members.length).toBe(1);
  });

  it('are of complete trials only, and none where there is none', () => {
    const pruned = searched(3, (number) =>
      number === 1 ? {} : { status: 'pruned', oof: new Float32Array(0) },
    );
    expect(numbers(chosenOf(pruned, Infinity))).toStrictEqual([1]);
    expect(
      chosenOf(
        searched(2, () => ({ status: 'failed' })),
        Infinity,
      ).members,
    ).toStrictEqual([]);
  });

  it('is one where no ensemble is asked for', () => {
    const { input, ...rest } = searched(3);
    const chosen = chosenOf({ input: { ...input, tuning: { ensemble: false } }, ...rest }, Infinity);
    expect(chosen).toStrictEqual({ members: [{ trial: 0, weight: 1 }] });
  });
});
