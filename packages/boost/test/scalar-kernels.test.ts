import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as vectors from '../src/index.ts';
import { makeData } from './support/made-data.ts';

/** The same package, loaded where there is no SIMD. */
let scalars: typeof vectors;

beforeAll(async () => {
  vi.resetModules();
  const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  scalars = await import('../src/index.ts');
  // The kernels are loaded when they are first needed.
  scalars.binMatrix({
    rowCount: 1,
    columns: [new Float32Array(1)],
    featureNames: ['x'],
    featureTypes: ['q'],
  });
  if (validate.mock.calls.length !== 1) throw new Error('The other kernels were not asked for.');
  validate.mockRestore();
});

describe('kernels without SIMD', () => {
  const { matrix, labels } = makeData({ rows: 12_000, numeric: 6, categories: [3, 40], missing: 0.1 });
  const weights = Float32Array.from(labels, (_, i) => 10 ** ((i % 7) - 3));
  const validationRows = Uint32Array.from({ length: 3001 }, (_, i) => i * 3);
  const options = { rounds: 12, evaluateTraining: true };

  it.each<[string, vectors.ParamsInput, number]>([
    ['plain', { max_depth: 6 }, 1],
    ['on threads', { max_depth: 6 }, 3],
    ['drawn and penalised', { subsample: 0.7, colsample_bylevel: 0.6, alpha: 0.5, max_delta_step: 0.7 }, 1],
    [
      'constrained, with dropped trees',
      { booster: 'dart', rate_drop: 0.3, monotone_constraints: { x0: 1 } },
      1,
    ],
    ['regression', { objective: 'reg:squarederror', num_parallel_tree: 2, subsample: 0.8 }, 1],
    ['best leaf first', { grow_policy: 'lossguide', max_depth: 0, max_leaves: 40 }, 1],
  ])('train to the same bytes: %s', (_, params, threads) => {
    const [mine, theirs] = [scalars, vectors].map(({ binMatrix, trainSync }) => {
      const data = { binned: binMatrix(matrix, { weights }), labels, weights, validationRows };
      return trainSync(data, params, { ...options, threads });
    });
    expect(mine.booster.roundCount).toBe(12);
    expect(mine.history).toEqual(theirs.history);
    expect(mine.booster.toUbj()).toEqual(theirs.booster.toUbj());
  });

  it('predict and explain to the same bytes', () => {
    const data = { binned: vectors.binMatrix(matrix), labels };
    const file = vectors.trainSync(data, {}, { rounds: 10 }).booster.toUbj();
    const [mine, theirs] = [scalars, vectors].map(({ Booster }) => Booster.fromUbj(file));
    const few = { ...matrix, rowCount: 333, columns: matrix.columns.map((column) => column.slice(0, 333)) };
    expect(mine.predictMargin(matrix)).toEqual(theirs.predictMargin(matrix));
    expect(mine.predictLeaves(few)).toEqual(theirs.predictLeaves(few));
    expect(mine.contributions(few)).toEqual(theirs.contributions(few));
  });
});
