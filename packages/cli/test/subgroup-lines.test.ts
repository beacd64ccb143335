import type { PerformanceMetrics } from 'verdict';
import { describe, expect, it } from 'vitest';
import { weakSliceLines } from '../src/commands/subgroup-lines.ts';

type WeakSlices = PerformanceMetrics['weakSlices'];
const slice = (words: string, beyondExpected: boolean): WeakSlices['slices'][number] =>
  ({
    words,
    rows: 120,
    loss: 0.5,
    restLoss: 0.2,
    predicted: 0.3,
    observed: 0.45,
    beyondExpected,
  }) as WeakSlices['slices'][number];
const found = { looked: 900, minimumRows: 30, slices: [], more: 0 } as unknown as WeakSlices;

describe('where a model is weaker, in the terminal', () => {
  it('lists the five surest subgroups and counts the others', () => {
    const slices = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, i) => slice(`plan is ${name}`, i % 2 === 0));
    const lines = weakSliceLines({ ...found, slices, more: 3 });
    expect(lines[0]).toBe(
      'Of 900 subgroups of 30 rows or more these have a higher log loss beyond chance, corrected for having looked at all:',
    );
    expect(lines.filter((line) => line.startsWith('plan is'))).toHaveLength(5);
    expect(lines.find((line) => line.startsWith('plan is a'))).toMatch(
      /120 +0\.5000 +0\.2000 +30\.0 % +45\.0 % +wrong/,
    );
    expect(lines.find((line) => line.startsWith('plan is b'))).toMatch(/unsure/);
    expect(lines.at(-1)).toBe('… and 4 more in the figures.');
  });

  it('says when there is none, and when there are too few rows', () => {
    expect(weakSliceLines(found)).toEqual([
      'Of 900 subgroups of 30 rows or more none has a higher log loss beyond chance.',
    ]);
    expect(weakSliceLines({ ...found, looked: 0 })).toEqual([
      'Too few rows to look for weak subgroups: 30 are needed in each.',
    ]);
  });
});
