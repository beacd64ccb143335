import { Random } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitStack } from '../src/linear/index.ts';
import { chooseBlend } from '../src/training/blend.ts';
import { complementary, summedLossOf } from './support/members.ts';

/** The slopes of the objective at a stack: of each member's weight, and of the offset. */
function slopes(
  { labels, members }: ReturnType<typeof complementary>,
  at: readonly number[],
  offset: number,
  towards: readonly number[],
  shrinkage: number,
): number[] {
  const residuals = Array.from(labels, (label, row) => {
    const margin = members.reduce((sum, margins, m) => sum + at[m] * margins[row], offset);
    return 1 / (1 + Math.exp(-margin)) - label;
  });
  const dot = (values: (row: number) => number): number =>
    residuals.reduce((sum, residual, row) => sum + residual * values(row), 0);
  return [
    ...members.map((margins, m) => dot((row) => margins[row]) + 2 * shrinkage * (at[m] - towards[m])),
    dot(() => 1),
  ];
}

const FROZEN: readonly (readonly [number, readonly number[]])[] = [
  [0, [0.5962064392911562, 0.31103421936231773, -0.07343816040542232]],
  [1, [0.332542520388509, 0, -0.37025238933792565]],
  [2, [0.8618383495786066, 0.7373587888416286, 0.04890460276180687]],
  [3, [0.7003768113716865, 0, -0.27852396826980985]],
];

describe('a stack of members', () => {
  it('satisfies the conditions of the optimum, with few members and with many', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(0, 0.5, 3),
        fc.constantFrom(0.5, 5),
        (seed, count, noise, shrinkage) => {
          const random = new Random(seed, 'signs');
          const made = complementary(seed, 150, count, noise);
          // Some members know the opposite, some the same as others, some nothing.
          const members = made.members.map((margins, m) => {
            const draw = random.float();
            if (draw < 0.3) return margins.map((margin) => -margin);
            if (draw < 0.5) return made.members[0].map((margin) => margin + 0.1 * random.normal());
            return draw < 0.6 && m > 0 ? margins.map(() => random.normal()) : margins;
          });
          const towards = members.map(() => 1 / count);
          const { labels } = made;
          const { weights, offset } = fitStack({ labels, members, weights: undefined, towards, shrinkage });
          const found = slopes({ ...made, members }, weights, offset, towards, shrinkage);
          for (const [m, weight] of weights.entries()) {
            expect(weight).toBeGreaterThanOrEqual(0);
            expect(weight > 0 ? Math.abs(found[m]) : -found[m]).toBeLessThan(0.01);
          }
          expect(Math.abs(found[count])).toBeLessThan(0.01);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('of many finds what trying all sets of members finds', () => {
    const made = complementary(3, 80, 5, 1);
    const members = made.members.map((margins, m) => (m % 2 === 1 ? margins.map((x) => -x) : margins));
    const objective = (at: readonly number[], offset: number): number =>
      summedLossOf(
        made.labels,
        Array.from(made.labels, (_, row) =>
          members.reduce((sum, margins, m) => sum + at[m] * margins[row], offset),
        ),
      ) +
      2 * at.reduce((sum, weight) => sum + (weight - 0.2) ** 2, 0);
    const input = { labels: made.labels, weights: undefined, shrinkage: 2 };
    const { weights, offset } = fitStack({ ...input, members, towards: members.map(() => 0.2) });
    // All sets of at most three members, which are fitted by another way.
    let best = Infinity;
    for (let set = 1; set < 32; set++) {
      const chosen = members.map((_, m) => m).filter((m) => Math.floor(set / 2 ** m) % 2 === 1);
      if (chosen.length > 3) continue;
      const own = fitStack({
        ...input,
        members: chosen.map((m) => members[m]),
        towards: chosen.map(() => 0.2),
      });
      const at = members.map((_, m) => (chosen.includes(m) ? own.weights[chosen.indexOf(m)] : 0));
      best = Math.min(best, objective(at, own.offset));
    }
    expect(weights.filter((weight) => weight > 0).length).toBeLessThanOrEqual(3);
    expect(objective(weights, offset)).toBeCloseTo(best, 6);
  });

  it('counts rows by their weights, in proportion', () => {
    const { labels, members, weights } = complementary(6, 200, 5, 0.5);
    const input = { labels, members, towards: members.map(() => 0.2), shrinkage: 5 };
    const light = fitStack({ ...input, weights });
    const heavy = fitStack({ ...input, weights: weights?.map((weight) => weight * 8) });
    expect(heavy.offset).toBeCloseTo(light.offset, 6);
    expect(light.offset).not.toBeCloseTo(fitStack({ ...input, weights: undefined }).offset, 6);
  });

  it('of no members is the log-odds of the labels', () => {
    const labels = Uint8Array.of(1, 0, 0, 0);
    const stack = fitStack({ labels, members: [], weights: undefined, towards: [], shrinkage: 5 });
    expect(stack.weights).toStrictEqual([]);
    expect(stack.offset).toBeCloseTo(-Math.log(3), 5);
  });

  it('of two members is what the blend has been since version 0.1, to the digit', () => {
    for (const [seed, expected] of FROZEN) {
      const { labels, members, weights } = complementary(seed, 90, 2, 1);
      const [trees, linear] = [members[0], seed % 2 === 1 ? members[1].map((x) => -x) : members[1]];
      const blend = chooseBlend(labels, trees, linear, seed % 3 === 0 ? undefined : weights);
      expect([blend.trees, blend.linear, blend.offset]).toStrictEqual(expected);
    }
  });
});
