import { readFileSync } from 'node:fs';
import type { CodeColumn } from '@verdict/core';
import { Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairnessOf } from '../src/subgroups/index.ts';
import { groupRows } from '../src/subgroups/fairness-groups.ts';
import { differenceInterval, ratioInterval } from '../src/subgroups/rate-intervals.ts';

interface FairnessCase {
  readonly group: readonly string[];
  readonly probabilities: readonly number[];
  readonly labels: readonly number[];
  readonly weights: readonly number[] | null;
  readonly threshold: number;
  readonly rates: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly demographicParityDifference: number;
  readonly demographicParityRatio: number;
  readonly equalOpportunityDifference: number;
  readonly equalisedOddsDifference: number;
}

const fixture = JSON.parse(readFileSync(new URL('fixtures/subgroups.json', import.meta.url), 'utf8')) as {
  readonly fairness: readonly FairnessCase[];
  readonly pairs: readonly {
    readonly first: readonly [number, number];
    readonly second: readonly [number, number];
    readonly low: number;
    readonly high: number;
  }[];
};

/** A column of texts; null is missing. */
function columnOf(values: readonly (string | null)[], name = 'group'): CodeColumn {
  const levels = [...new Set(values.filter((value) => value !== null))];
  const places = new Map(levels.map((level, place) => [level, place]));
  return {
    kind: 'code',
    name,
    levels,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : (places.get(value) ?? -1))),
  };
}

const repeat = (value: string | null, times: number): (string | null)[] =>
  new Array<string | null>(times).fill(value);

describe('fairness', () => {
  it.each(fixture.fairness.map((one, i) => [i, one] as const))(
    'has fairlearn’s figures, case %s',
    (_, one) => {
      const result = fairnessOf(columnOf(one.group), {
        labels: Uint8Array.from(one.labels),
        probabilities: Float64Array.from(one.probabilities),
        threshold: one.threshold,
        ...(one.weights === null ? {} : { weights: Float64Array.from(one.weights) }),
      });
      expect(result.groups.map(({ group }) => group)).toEqual(
        Object.keys(one.rates['baseRate'] ?? {}).sort(),
      );
      for (const group of result.groups) {
        const figures = {
          baseRate: group.baseRate.value,
          selectionRate: group.selectionRate.value,
          truePositiveRate: group.truePositiveRate.value,
          falsePositiveRate: group.falsePositiveRate.value,
          precision: group.precision.value,
        };
        for (const [name, value] of Object.entries(figures))
          expect(value).toBeCloseTo(one.rates[name][group.group ?? ''], 12);
      }
      expect(result.demographicParity?.difference).toBeCloseTo(one.demographicParityDifference, 12);
      expect(result.demographicParity?.ratio).toBeCloseTo(one.demographicParityRatio, 12);
      expect(result.equalOpportunity?.difference).toBeCloseTo(one.equalOpportunityDifference, 12);
      expect(result.equalisedOdds?.difference).toBeCloseTo(one.equalisedOddsDifference, 12);
    },
  );

  it('compares only groups with enough rows, and says which have too few', () => {
    const column = columnOf([
      ...repeat('a', 100),
      ...repeat('b', 60),
      ...repeat('c', 12),
      ...repeat(null, 8),
    ]);
    const labels = Uint8Array.from(column.codes, (_, row) => row % 2);
    const probabilities = Float64Array.from(column.codes, (code) =>
      code === 2 ? 1 : code === 0 ? 0.8 : 0.2,
    );
    const result = fairnessOf(column, { labels, probabilities, threshold: 0.5 });
    expect(result.groups.map(({ group, rows, small }) => [group, rows, small])).toEqual([
      ['a', 100, false],
      ['b', 60, false],
      ['c', 12, true],
      [null, 8, true],
    ]);
    expect(result.demographicParity).toMatchObject({ highest: 'a', lowest: 'b', difference: 1, ratio: 0 });
    expect(result.demographicParity?.groups).toBe(2);
    expect(result.groups[0].predicted).toBeCloseTo(0.8, 12);
    expect(result.groups[1].precision.value).toBeNaN();
  });

  it('has no gap without two groups, and no rate of positives without any', () => {
    const column = columnOf(repeat('only', 50));
    const labels = new Uint8Array(50);
    const rows = { labels, probabilities: new Float64Array(50), threshold: 0.5 };
    const result = fairnessOf(column, rows);
    expect(result).toMatchObject({
      demographicParity: null,
      equalOpportunity: null,
      falsePositives: null,
      equalisedOdds: null,
    });
    expect(result.groups[0].truePositiveRate).toEqual({ value: NaN, low: NaN, high: NaN, rows: 0 });
    const two = fairnessOf(columnOf([...repeat('a', 40), ...repeat('b', 40)]), {
      labels: new Uint8Array(80),
      probabilities: new Float64Array(80),
      threshold: 0.5,
    });
    expect(two.demographicParity).toMatchObject({ difference: 0, ratio: NaN });
    expect(two.equalOpportunity).toBeNull();
    expect(two.falsePositives).toMatchObject({ difference: 0 });
    expect(two.equalisedOdds).toBeNull();
  });

  it('widens intervals for having picked the extremes of many groups', () => {
    const half = (groups: number): number => {
      const names = Array.from({ length: groups }, (_, i) =>
        repeat(`g${String(i).padStart(2, '0')}`, 100),
      ).flat();
      const labels = Uint8Array.from(names, (_, row) => row % 2);
      // Always the same two extremes: one group at 70 %, one at 30 %, the others between.
      const probabilities = Float64Array.from(names, (_, row) => {
        const group = Math.floor(row / 100);
        return row % 100 < (group === 0 ? 70 : group === 1 ? 30 : 50) ? 1 : 0;
      });
      const { interval } = fairnessOf(columnOf(names), {
        labels,
        probabilities,
        threshold: 0.5,
      }).demographicParity!;
      return interval.high - interval.low;
    };
    expect(half(3)).toBeGreaterThan(half(2));
    expect(half(12)).toBeGreaterThan(half(3));
  });

  it('refuses a column of another length', () => {
    expect(() =>
      fairnessOf(columnOf(['a']), {
        labels: new Uint8Array(2),
        probabilities: new Float64Array(2),
        threshold: 0.5,
      }),
    ).toThrow(/2 rows/);
  });
});

describe('groups', () => {
  it('of fewer than five rows are not named, and beyond the hundred largest neither', () => {
    const few = groupRows(columnOf([...repeat('a', 5), ...repeat('b', 4), ...repeat('c', 4), 'd']));
    expect(few.groups).toEqual(['a']);
    expect(few.hidden).toEqual({ groups: 3, rows: 9 });
    expect(few.groupOfRow.filter((group) => group < 0)).toHaveLength(9);
    const many = Array.from({ length: 130 }, (_, i) => repeat(`name ${i}`, 5 + (i % 3))).flat();
    expect(groupRows(columnOf(many)).groups).toHaveLength(100);
    expect(groupRows(columnOf(many)).hidden.groups).toBe(30);
    expect(groupRows(columnOf([]))).toMatchObject({ groups: [], hidden: { groups: 0, rows: 0 } });
  });

  it('join spellings of one value, and all words for missing', () => {
    const column = columnOf([...repeat(' a', 3), ...repeat('a ', 3), ...repeat('NA', 3), ...repeat(null, 3)]);
    expect(groupRows(column)).toMatchObject({ groups: ['a', null], hidden: { groups: 0, rows: 0 } });
  });

  it('of many numbers are quarters, cut between two values', () => {
    const random = new Random(3, 'ages');
    const ages = Array.from({ length: 400 }, () => String(18 + random.integer(60)));
    const { groups, groupOfRow, hidden } = groupRows(columnOf([...ages, ...repeat('', 10)]));
    expect(groups).toHaveLength(5);
    expect(groups[0]).toMatch(/^below [\d.]+$/);
    expect(groups[1]).toMatch(/^[\d.]+ to below [\d.]+$/);
    expect(groups[3]).toMatch(/^[\d.]+ or more$/);
    expect(groups[4]).toBeNull();
    expect(hidden.groups).toBe(0);
    const cuts = groups.slice(1, 4).map((name) => Number.parseFloat(name!));
    for (const cut of cuts) expect(ages).not.toContain(String(cut));
    groupOfRow.subarray(0, 400).forEach((group, row) => {
      expect(group).toBe(cuts.filter((cut) => cut <= Number(ages[row])).length);
    });
    for (let quarter = 0; quarter < 4; quarter++)
      expect(Math.abs(groupOfRow.filter((group) => group === quarter).length - 100)).toBeLessThan(25);
  });

  it('of few numbers are those numbers', () => {
    const column = columnOf([...repeat('1', 9), ...repeat('2', 9), ...repeat('10', 9)]);
    expect(groupRows(column).groups).toEqual(['1', '10', '2']);
  });
});

describe('intervals', () => {
  it.each(fixture.pairs)(
    'of the difference of $first and $second are Newcombe’s',
    ({ first, second, low, high }) => {
      const interval = differenceInterval(
        { share: first[0] / first[1], count: first[1] },
        { share: second[0] / second[1], count: second[1] },
      );
      expect(interval.low).toBeCloseTo(low, 10);
      expect(interval.high).toBeCloseTo(high, 10);
    },
  );

  it('have the published ends of Newcombe’s first example', () => {
    const { low, high } = differenceInterval({ share: 56 / 70, count: 70 }, { share: 48 / 80, count: 80 });
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.0524', '0.3339']);
  });

  it('of a ratio hold it, turn with it, and agree with the difference on what is equal', () => {
    const rate = fc
      .tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }))
      .map(([a, b]) => ({ share: Math.min(a, b) / Math.max(a, b), count: Math.max(a, b) }));
    fc.assert(
      fc.property(rate, rate, (a, b) => {
        const ratio = ratioInterval(a, b);
        const value = a.share / b.share;
        expect(ratio.low).toBeLessThanOrEqual(value * (1 + 1e-9));
        expect(ratio.high).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        const turned = ratioInterval(b, a);
        expect(turned.low * ratio.high).toBeCloseTo(1, 6);
        const difference = differenceInterval(a, b);
        const edge = Math.min(
          Math.abs(ratio.low - 1),
          Math.abs(ratio.high - 1),
          Math.abs(difference.low),
          Math.abs(difference.high),
        );
        const undecided = difference.low < 0 && difference.high > 0;
        expect(edge < 1e-6 || (ratio.low < 1 && ratio.high > 1) === undecided).toBe(true);
      }),
    );
    expect(ratioInterval({ share: 0.5, count: 10 }, { share: 0, count: 10 })).toEqual({
      low: NaN,
      high: NaN,
    });
    expect(ratioInterval({ share: 0, count: 10 }, { share: 0.5, count: 10 }).low).toBe(0);
  });
});
