import { describe, expect, it } from 'vitest';
import { startPace } from '../src/tuning/budget.ts';
import type { Budget } from '../src/tuning/budget.ts';
import {
  defaultGrowing,
  finishingSeconds,
  growthsOf,
  shareTogether,
  warmSeconds,
} from '../src/tuning/finishing.ts';
import type { Growing } from '../src/tuning/finishing.ts';
import { measureSlowness } from '../src/tuning/machine-speed.ts';

/** Of trees that are not deep. */
function growing(seconds: number): Growing {
  return { seconds, isDeep: false };
}

/** A machine on which the process gets so many seconds of computing for each second of wall time. */
function machine(share: () => number): { readonly budget: Budget; readonly pass: (seconds: number) => void } {
  let wall = 1000;
  let cpu = 7;
  return {
    budget: { now: () => wall * 1000, cpu: () => cpu, started: 0, seconds: 100, slowness: 1 },
    pass(seconds) {
      wall += seconds;
      cpu += seconds * share();
    },
  };
}

describe('the pace of a machine', () => {
  it('is what a second of computing takes, from when it is measured', () => {
    let share = 0.1;
    const { budget, pass } = machine(() => share);
    pass(50);
    share = 0.5;
    const pace = startPace(budget, 2);
    pass(8);
    expect(pace()).toBeCloseTo(2, 12);
    share = 1.5;
    pass(8);
    expect(pace()).toBeCloseTo(1, 12);
  });

  it('is no quicker than all threads are, and bounded where nothing is computed', () => {
    const { budget, pass } = machine(() => 40);
    const quick = startPace(budget, 2);
    pass(1);
    expect(quick()).toBe(0.5);
    const idle = machine(() => 0);
    const slow = startPace(idle.budget, 4);
    expect(slow()).toBe(0.25);
    idle.pass(3);
    expect(slow()).toBe(5);
  });
});

describe('the speed of a machine', () => {
  it('is told by work that is the same everywhere: the smallest time counts', () => {
    const times = [9, 4.2, 6, 5, 7, 8, 9, 9];
    let now = 0;
    let looks = 0;
    const slowness = measureSlowness(() => {
      // Every second look is the end of a piece.
      if (looks++ % 2 === 1) now += times[(looks - 2) / 2];
      return now;
    });
    expect(looks).toBe(16);
    expect(slowness).toBeCloseTo(2, 12);
    expect(measureSlowness()).toBeGreaterThan(0);
  });
});

describe('the time that is kept back to finish', () => {
  it('grows with what is fitted and explained, and with how slow the machine is', () => {
    const known = { fitSeconds: 3, pace: 0.5, threads: 2, growths: 1 };
    const job = { fits: 2.25, explains: true, afterwards: 0 };
    const [one, three] = [1, 3].map((members) =>
      finishingSeconds(job, known, new Array<Growing>(members).fill(growing(2))),
    );
    // Two fits of a regression and a tree member, of which one has more rows, then explaining it.
    expect(one).toBeCloseTo(0.95 * 2.25 * (2 + 1) + 0.5 * (0.8 + 0.7) + 1, 12);
    expect(three).toBeCloseTo(0.95 * 2.25 * (2 + 3) + 0.5 * (0.8 + 3 * 0.7) + 3, 12);
    // A member that took longer on trial takes longer to fit.
    expect(finishingSeconds(job, known, [growing(8)]) - one).toBeCloseTo((0.95 * 2.25 + 1) * 3, 12);
    expect(defaultGrowing(known)).toEqual(growing(2));
    // Deep trees take longer to explain than they take to grow.
    expect(finishingSeconds(job, known, [{ seconds: 2, isDeep: true }])).toBeCloseTo(one + 0.5, 12);
    // What is known in seconds of computing takes four times as long at four times the pace; fits were measured there.
    const fits = 0.95 * 2.25 * 3 + 1;
    expect(finishingSeconds(job, { ...known, pace: 2 }, [growing(2)]) - fits).toBeCloseTo(
      4 * (one - fits),
      12,
    );
  });

  it('counts trees twice where features look at labels: those of the folds, and as many of all rows', () => {
    expect(growthsOf(false, 5)).toBe(1);
    expect(growthsOf(true, 5)).toBe(2.25);
    expect(growthsOf(true, 2)).toBe(3);
    const known = { fitSeconds: 3, pace: 0.5, threads: 2, growths: 1 };
    const twice = { ...known, growths: 2.25 };
    const job = { fits: 1, explains: true, afterwards: 0 };
    const more = finishingSeconds(job, twice, [growing(4)]) - finishingSeconds(job, known, [growing(4)]);
    expect(more).toBeCloseTo(0.95 * 1.25 * 2, 12);
    // What was measured of a fit has all of its trees.
    expect(finishingSeconds(job, twice, [defaultGrowing(twice)])).toBeCloseTo(0.95 * 3 + 0.75 + 1 / 2.25, 12);
  });

  it('is shorter without a hold-out or an explanation, and longer for what follows', () => {
    const known = { fitSeconds: 3, pace: 0.5, threads: 2, growths: 1 };
    const job = { fits: 1, explains: false, afterwards: 0 };
    expect(finishingSeconds(job, known, [growing(2)])).toBeCloseTo(0.95 * 3, 12);
    expect(finishingSeconds({ ...job, afterwards: 8 }, known, [growing(2)])).toBeCloseTo(0.95 * 3 + 4, 12);
  });

  it('counts on folds of one fit in the gaps of the other', () => {
    expect(shareTogether(5, 1)).toBe(1);
    expect(shareTogether(5, 2)).toBeCloseTo(5 / 6, 12);
    expect(shareTogether(4, 2)).toBe(1);
    expect(shareTogether(5, 4)).toBe(0.75);
    expect(shareTogether(5, 16)).toBe(0.5);
  });

  it('does not count what the first fit alone has to do', () => {
    expect(warmSeconds(30, 0.5)).toBe(29.35);
    expect(warmSeconds(30, 2)).toBe(27.4);
    // Of a short one most may be warming, but not all.
    expect(warmSeconds(2, 2)).toBeCloseTo(0.9, 12);
  });
});
