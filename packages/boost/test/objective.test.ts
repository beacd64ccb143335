import { InvalidValue } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { settleGradients } from '../src/objective.ts';
import type { GradientFrame, GradientSums } from '../src/objective.ts';
import { Workspace } from '../src/workspace.ts';

/** Settles the given pairs (g, h); the memory around them is full of what should not matter. */
function settle(pairs: readonly number[]): { sums: GradientSums; pairs: number[] } {
  return Workspace.use(1 << 20, (workspace) => {
    const rows = pairs.length / 2;
    const gradients = workspace.reserve(rows * 8 + 32);
    workspace.floats(gradients, rows * 2 + 8).fill(NaN);
    workspace.floats(gradients, rows * 2).set(pairs);
    const frame: Omit<GradientFrame, 'crew'> = {
      workspace,
      round: 7,
      rows,
      margins: 0,
      labels: 0,
      weights: 0,
      gradients,
      sums: workspace.reserve(16),
    };
    const sums = settleGradients(frame);
    return { sums, pairs: [...workspace.floats(gradients, Math.ceil(rows / 4) * 8)] };
  });
}

describe('gradients that come from elsewhere', () => {
  it('have no negative hessians, are padded with nothing and summed up', () => {
    const most = 3.4028234663852886e38;
    const { sums, pairs } = settle([-3, 2, 1, -5, most, 1, -most, most, 0, 0]);
    expect(pairs.slice(0, 10)).toEqual([-3, 2, 1, 0, most, 1, -most, most, 0, 0]);
    expect(pairs.slice(10)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(sums).toEqual({ gradient: 4 + 2 * most, hessian: 3 + most });
  });

  it('are summed over many blocks', () => {
    const pairs = Array.from({ length: 2 * 10_001 }, (_, i) => (i % 2 === 0 ? -2 : 0.5));
    expect(settle(pairs).sums).toEqual({ gradient: 20_002, hessian: 5000.5 });
  });

  it('are refused if one is not finite, with the round and the row', () => {
    expect(() => settle([1, 1, 1, NaN, NaN, 1])).toThrow(InvalidValue);
    expect(() => settle([1, 1, 1, NaN])).toThrow(/row 2, column "hessian".*round 7, got NaN/);
    expect(() => settle([NaN, NaN])).toThrow(/row 1, column "gradient"/);
    expect(() => settle([0, 1, Infinity, 1])).toThrow(/row 2, column "gradient".*got Infinity/);
    expect(() => settle([0, -Infinity])).toThrow(/row 1, column "hessian".*got -Infinity/);
  });
});
