import { InsufficientData, InvalidOption, Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseEnsemble, greedySelection, stackMembers } from '../src/ensemble/index.ts';
import type { EnsembleInput, EnsembleMember } from '../src/ensemble/index.ts';
import { testGain } from '../src/ensemble/gain-test.ts';
import { complementary, noisyCopies, summedLossOf } from './support/members.ts';

const total = (shares: Float64Array): number => shares.reduce((sum, share) => sum + share, 0);
const mixed = (members: readonly Float64Array[], shares: ArrayLike<number>): Float64Array =>
  members[0].map((_, row) => members.reduce((sum, margins, m) => sum + shares[m] * margins[row], 0));

describe('greedy selection', () => {
  it('takes the steps that its definition says, one member after another', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 6 }), (seed, count) => {
        const { labels, members, weights } = complementary(seed, 60, count, 0.7);
        const loss = (chosen: readonly number[]): number =>
          summedLossOf(
            labels,
            labels.reduce<number[]>((all, _, row) => {
              all.push(chosen.reduce((sum, m) => sum + members[m][row], 0) / chosen.length);
              return all;
            }, []),
            weights,
          );
        const order = members.map((_, m) => m).sort((a, b) => loss([a]) - loss([b]));
        const starts = [1, 2, 3, 4, 5].filter((n) => n <= count).map((n) => order.slice(0, n));
        let chosen = starts.reduce((best, start) => (loss(start) < loss(best) ? start : best));
        for (let addition = 0; addition < 40; addition++) {
          const next = order
            .map((m) => [...chosen, m])
            .reduce((best, more) => (loss(more) < loss(best) ? more : best));
          if (loss(next) >= loss(chosen) * (1 - 1e-9)) break;
          chosen = next;
        }
        const shares = greedySelection(labels, members, { weights });
        const expected = members.map((_, m) => chosen.filter((other) => other === m).length / chosen.length);
        expect(Math.max(...expected.map((share, m) => Math.abs(share - shares[m])))).toBeLessThan(1e-12);
        expect(total(shares)).toBeCloseTo(1, 12);
      }),
      { numRuns: 40 },
    );
  });

  it('adds the best of those that may be added', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 5 }), (seed, most) => {
        const { labels, members } = complementary(seed, 60, 6, 0.7);
        const few = greedySelection(labels, members, { allows: (some) => some.length <= most });
        expect(few.filter((share) => share > 0).length).toBeLessThanOrEqual(most);
        expect(total(few)).toBeCloseTo(1, 12);
        const loss = (shares: Float64Array): number => summedLossOf(labels, mixed(members, shares));
        const alone = members.map((_, m) => members.map((__, other) => Number(other === m)));
        const best = alone.map((shares) => loss(Float64Array.from(shares)));
        expect(loss(few)).toBeLessThanOrEqual(Math.min(...best) * (1 + 1e-9));
        // A member that may not be there is as good as none.
        const forbidden = greedySelection(labels, members.slice(1));
        const isBest = best[0] === Math.min(...best);
        const kept = greedySelection(labels, members, { allows: (some) => !some.includes(0) });
        expect([...kept]).toStrictEqual(isBest ? alone[0] : [0, ...forbidden]);
      }),
      { numRuns: 40 },
    );
  });

  it('is never worse than the best member, and averages bags of halves', () => {
    const { labels, members } = complementary(5, 400, 8, 0.5);
    const losses = members.map((margins) => summedLossOf(labels, margins));
    expect(summedLossOf(labels, mixed(members, greedySelection(labels, members)))).toBeLessThan(
      Math.min(...losses),
    );
    const bagged = greedySelection(labels, members, { bags: 12, seed: 3 });
    expect(total(bagged)).toBeCloseTo(1, 12);
    expect(bagged).toStrictEqual(greedySelection(labels, members, { bags: 12, seed: 3 }));
    expect(bagged).not.toStrictEqual(greedySelection(labels, members, { bags: 12, seed: 4 }));
    expect(bagged.filter((share) => share > 0).length).toBeGreaterThan(4);
  });

  it('takes the first of equal members, and one alone', () => {
    const { labels, members } = complementary(2, 50, 1, 0.5);
    expect([...greedySelection(labels, members)]).toStrictEqual([1]);
    expect([...greedySelection(labels, [members[0], members[0].slice(), members[0]])]).toStrictEqual([
      1, 0, 0,
    ]);
    expect([...greedySelection(labels, members, { bags: 3 })][0]).toBeCloseTo(1, 12);
    expect(() => greedySelection(labels, [])).toThrow(InvalidOption);
    expect(() => greedySelection(labels, [members[0].slice(1)])).toThrow(InvalidOption);
    expect(() => greedySelection(labels, members, { bags: 0 })).toThrow(InvalidOption);
    expect(() => greedySelection(labels, members, { bags: 2, allows: () => true })).toThrow(InvalidOption);
  });
});

describe('stacking', () => {
  it('gives shares like those that made the labels', () => {
    const { labels, members } = complementary(4, 20_000, 3, 0);
    const shares = stackMembers(labels, members);
    expect(total(shares)).toBeCloseTo(1, 12);
    for (const share of shares) expect(share).toBeCloseTo(1 / 3, 1);
  });

  it('leaves out what is useless, however many there are', () => {
    const random = new Random(8);
    const { labels, members } = complementary(8, 2000, 2, 0);
    const noise = Array.from({ length: 5 }, () => members[0].map(() => 2 * random.normal()));
    const shares = stackMembers(labels, [...noise, ...members]);
    expect(shares[5] + shares[6]).toBeGreaterThan(0.9);
    expect([...shares].every((share) => share === 0 || share >= 0.01)).toBe(true);
    const two = stackMembers(labels, [...noise, ...members], { most: 2 });
    expect(two.subarray(0, 5).every((share) => share === 0)).toBe(true);
  });

  it('falls back on the best where all are worse than nothing', () => {
    const { labels, members } = complementary(6, 3000, 2, 0);
    const against = members.map((margins) => margins.map((margin) => -margin));
    expect([...stackMembers(labels, against)].sort()).toStrictEqual([0, 1]);
    expect(() => stackMembers(labels, [])).toThrow(InvalidOption);
    expect(() => stackMembers(labels, members, { most: 0 })).toThrow(InvalidOption);
  });
});

describe('the paired gain', () => {
  const random = new Random(1);
  const differences = Float64Array.from({ length: 200 }, () => 0.1 + random.normal());
  const mean = differences.reduce((sum, value) => sum + value, 0) / 200;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 199;

  it('is the mean with its standard error', () => {
    const { gain, standardError, low, high, pValue } = testGain(differences, undefined, undefined);
    expect(gain).toBeCloseTo(mean, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(variance / 200), 12);
    expect((high - low) / standardError).toBeCloseTo(2 * 1.959964, 5);
    expect((high + low) / 2).toBeCloseTo(gain, 12);
    // R: pnorm(-1), by way of differences of mean 1 and standard error 1.
    expect(testGain(Float64Array.of(0, 2), undefined, undefined).pValue).toBeCloseTo(0.15865525393, 9);
    expect(pValue).toBeGreaterThan(0);
    expect(pValue).toBeLessThan(1);
  });

  it('does not become surer by rows that are there twice, and counts a weight of 2 as two of them', () => {
    const twice = Float64Array.from({ length: 400 }, (_, row) => differences[row % 200]);
    const groups = Int32Array.from({ length: 400 }, (_, row) => row % 200);
    const once = testGain(differences, undefined, undefined);
    const clustered = testGain(twice, undefined, groups);
    expect(clustered.standardError).toBeCloseTo(once.standardError, 12);
    expect(clustered.pValue).toBeCloseTo(once.pValue, 12);
    expect(testGain(twice, undefined, undefined).standardError).toBeLessThan(once.standardError * 0.8);
    const doubled = testGain(differences, new Float64Array(200).fill(2), undefined);
    expect(doubled.standardError).toBeCloseTo(once.standardError, 12);
    const alone = testGain(differences, undefined, new Int32Array(200).fill(-1));
    expect(alone).toStrictEqual(once);
  });

  it('is nothing without rows that differ', () => {
    // The bound that is said beside the test says the same as the test.
    const wave = Array.from({ length: 50 }, (_, row) => Math.sin(row));
    const tested = Array.from({ length: 41 }, (_, i) =>
      testGain(
        Float64Array.from(wave, (value) => value + 0.01 * (i + 5)),
        undefined,
        undefined,
      ),
    );
    const sure = tested.map(({ pValue }) => pValue <= 0.05);
    expect(new Set(sure).size).toBe(2);
    expect(tested.map(({ atLeast }) => atLeast >= 0)).toEqual(sure);
    expect(testGain(new Float64Array(9), undefined, undefined)).toMatchObject({ gain: 0, pValue: 1 });
    expect(testGain(Float64Array.of(1), undefined, undefined)).toMatchObject({ gain: 1, pValue: 1 });
    expect(testGain(Float64Array.of(1, 1), undefined, undefined)).toMatchObject({ gain: 1, pValue: 0 });
  });
});

describe('the choice of an ensemble', () => {
  const input = (made: ReturnType<typeof complementary>): EnsembleInput => ({
    labels: made.labels,
    folds: Uint8Array.from(made.labels, (_, row) => row % 5),
    members: made.members.map((margins, m) => ({ trial: m, kind: 'boosting', margins, trees: 100 + m })),
    seed: 7,
  });

  it('keeps members that know different things', () => {
    const choice = chooseEnsemble(input(complementary(1, 1500, 3, 0.2)));
    expect(choice.kept).toBe(true);
    expect(choice.method).not.toBe('single');
    expect(choice.members.length).toBe(3);
    expect(choice.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(choice.gain).toBeGreaterThan(0.02);
    expect(choice.low).toBeGreaterThan(0);
    expect(choice.pValue).toBeLessThan(1e-6);
    expect([choice.treesSingle, choice.treesEnsemble]).toStrictEqual([100 + choice.single, 303]);
    expect(choice.foldGains.length).toBe(5);
    expect(choice.foldGains.reduce((sum, gain) => sum + gain, 0) / 5).toBeCloseTo(choice.gain, 12);
    expect(choice.rows).toBe(1500);
  });

  it('does not keep copies', () => {
    const { labels, members } = complementary(1, 400, 1, 0.2);
    const choice = chooseEnsemble(
      input({ labels, members: [0, 1, 2, 3].map(() => members[0]), weights: undefined }),
    );
    expect(choice).toMatchObject({ kept: false, method: 'single', gain: 0, pValue: 1, single: 0 });
    expect(choice.members).toStrictEqual([{ trial: 0, weight: 1 }]);
    expect([choice.treesSingle, choice.treesEnsemble]).toStrictEqual([100, 100]);
  });

  it('keeps an ensemble of the best member and worse copies of it in about 5 of 100 cases at most', () => {
    const choices = Array.from({ length: 60 }, (_, seed) => chooseEnsemble(input(noisyCopies(seed, 250, 4))));
    expect(choices.filter(({ kept }) => kept).length).toBeLessThanOrEqual(5);
    expect(choices.filter(({ pValue }) => pValue < 0.3).length).toBeLessThanOrEqual(18);
  }, 240_000);

  it('blends with the regression, and so does not pay for what that knows already', () => {
    const made = complementary(3, 1500, 2, 0);
    const alone = chooseEnsemble(input(made));
    const both = chooseEnsemble({ ...input(made), linear: mixed(made.members, [1, 1]) });
    expect(alone.kept).toBe(true);
    expect(both.gain).toBeLessThan(alone.gain / 10);
  });

  it('takes a member but once that is there under two numbers', () => {
    const once = input(complementary(1, 1500, 3, 0.2));
    const again = once.members.map((member) => ({ ...member, trial: member.trial + 100 }));
    expect(chooseEnsemble({ ...once, members: [...again, ...once.members] })).toStrictEqual(
      chooseEnsemble(once),
    );
  });

  it('is the same again, and whatever the order of the members', () => {
    const given = input(complementary(9, 600, 6, 0.5));
    const choice = chooseEnsemble(given);
    expect(chooseEnsemble(given)).toStrictEqual(choice);
    expect(chooseEnsemble({ ...given, members: given.members.toReversed() })).toStrictEqual(choice);
    const equal = chooseEnsemble({ ...given, weights: new Float64Array(600).fill(3) });
    expect(equal.gain).toBeCloseTo(choice.gain, 9);
    expect(equal.members.map(({ trial }) => trial)).toStrictEqual(choice.members.map(({ trial }) => trial));
  });

  it('knows nothing of rows without predictions, rows of no weight, and trials of fewer folds', () => {
    const given = input(complementary(11, 500, 3, 0.4));
    const gone = (row: number): boolean => row % 7 === 3;
    const kept = Uint32Array.from(given.labels.keys()).filter((row) => !gone(row));
    const reduced: EnsembleInput = {
      labels: Uint8Array.from(kept, (row) => given.labels[row]),
      folds: Uint8Array.from(kept, (row) => given.folds[row]),
      groups: Int32Array.from(kept, (row) => row % 100),
      members: given.members.map((member) => ({
        ...member,
        margins: Float64Array.from(kept, (row) => member.margins[row]),
      })),
      seed: 7,
    };
    const groups = Int32Array.from(given.labels, (_, row) => row % 100);
    const incomplete: EnsembleMember = {
      trial: 99,
      kind: 'boosting',
      margins: given.members[0].margins.map((margin, row) => (given.folds[row] > 2 ? NaN : 5 * margin)),
      trees: 5,
    };
    const holes = given.members.map((member) => ({
      ...member,
      margins: member.margins.map((margin, row) => (gone(row) ? NaN : margin)),
    }));
    const expected = chooseEnsemble(reduced);
    expect(expected.rows).toBe(kept.length);
    expect(chooseEnsemble({ ...given, groups, members: [incomplete, ...holes] })).toStrictEqual(expected);
    const linear = new Float64Array(500).map((_, row) => (gone(row) ? NaN : 0));
    expect(chooseEnsemble({ ...given, groups, linear })).toStrictEqual(expected);
    const weights = Float64Array.from(given.labels, (_, row) => (gone(row) ? 0 : 1));
    expect(chooseEnsemble({ ...given, groups, weights }).gain).toBeCloseTo(expected.gain, 12);
  });

  it('judges as few as two folds, and as many as there are', () => {
    const given = input(complementary(12, 900, 3, 0.2));
    for (const count of [2, 3, 12]) {
      const choice = chooseEnsemble({ ...given, folds: given.folds.map((_, row) => row % count) });
      expect(choice.kept).toBe(true);
      expect(choice.foldGains.length).toBe(count);
    }
    const one = chooseEnsemble({ ...given, folds: new Uint8Array(900) });
    expect(one).toMatchObject({ kept: false, method: 'single', gain: 0, pValue: 1 });
  });

  it('is the only trial where there is one', () => {
    const { labels, members } = complementary(1, 60, 1, 0.2);
    const choice = chooseEnsemble(input({ labels, members, weights: undefined }));
    expect(choice).toMatchObject({ kept: false, method: 'single', single: 0, gain: 0, treesEnsemble: 100 });
  });

  it('thins out many rows, and looks at the best of many trials', () => {
    const { labels, members } = complementary(13, 10_400, 2, 0.2);
    const random = new Random(4);
    const many = Array.from({ length: 23 }, () => members[0].map((margin) => margin + 3 * random.normal()));
    const given = input({ labels, members: [...many, ...members], weights: undefined });
    const choice = chooseEnsemble({ ...given, folds: given.folds.map((fold) => fold % 2) });
    expect(choice.kept).toBe(true);
    expect(choice.members.map(({ trial }) => trial).sort()).toStrictEqual([23, 24]);
  });

  it('judges no more members than are allowed', () => {
    const given = input(complementary(1, 1500, 5, 0.2));
    const atMost = (most: number): EnsembleInput => ({
      ...given,
      allows(trials) {
        expect(trials.length).toBeGreaterThan(1);
        expect(new Set(trials).size).toBe(trials.length);
        return trials.length <= most;
      },
    });
    const all = chooseEnsemble(given);
    expect([all.members.length, all.limited]).toStrictEqual([5, false]);
    expect(chooseEnsemble(atMost(5))).toStrictEqual(all);
    const three = chooseEnsemble(atMost(3));
    expect([three.members.length, three.kept, three.limited]).toStrictEqual([3, true, true]);
    expect(three.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(three.treesEnsemble).toBe(three.members.reduce((sum, { trial }) => sum + 100 + trial, 0));
    // What five members gain is no claim of three of them: the test is of those that ship.
    expect(three.gain).toBeGreaterThan(0);
    expect(three.gain).toBeLessThan(all.gain * 0.8);
    const one = chooseEnsemble(atMost(1));
    expect(one).toMatchObject({ kept: false, method: 'single', limited: true });
    expect(one.treesEnsemble).toBeLessThan(105);
  });

  it('looks for members among those that are allowed', () => {
    // The best two may not be blended; of the others each may be with the best.
    const given = input(complementary(2, 2000, 4, 0.2));
    const [best, second] = chooseEnsemble(given).members;
    const choice = chooseEnsemble({
      ...given,
      allows: (trials) => !(trials.includes(best.trial) && trials.includes(second.trial)),
    });
    expect(choice.kept).toBe(true);
    expect(choice.members.length).toBe(3);
    // One that may be with nobody is no hindrance, though no other is as good alone.
    const others = chooseEnsemble({ ...given, allows: (trials) => !trials.includes(choice.single) });
    expect([others.kept, others.limited, others.single]).toStrictEqual([true, true, choice.single]);
    expect(others.members.map(({ trial }) => trial)).not.toContain(choice.single);
    expect(others.members.length).toBe(3);
  });

  it('refuses what it cannot compare', () => {
    const given = input(complementary(1, 40, 2, 0.2));
    const empty = given.members.map((member) => ({ ...member, margins: member.margins.map(() => NaN) }));
    const refuse = (change: Partial<EnsembleInput>, kind: typeof InvalidOption | typeof InsufficientData) =>
      expect(() => chooseEnsemble({ ...given, ...change })).toThrow(kind);
    refuse({ members: [] }, InvalidOption);
    refuse({ members: [given.members[0], given.members[0]] }, InvalidOption);
    refuse({ folds: given.folds.slice(1) }, InvalidOption);
    refuse({ groups: new Int32Array(3) }, InvalidOption);
    refuse({ linear: new Float64Array(3) }, InvalidOption);
    refuse({ members: empty }, InsufficientData);
  });
});
