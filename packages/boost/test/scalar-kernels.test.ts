import { registerHooks } from 'node:module';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as vectors from '../src/index.ts';
import * as kernels from '../src/kernels.ts';
import { makeData } from './support/made-data.ts';
import { startedThreads } from './support/started-threads.ts';

/** The same package, loaded where there is no SIMD: every module of it once more, under another address. */
let scalars: typeof vectors;

beforeAll(async () => {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const copied =
        context.parentURL?.endsWith('?scalar') === true && found.url.includes('/packages/boost/');
      return copied ? { ...found, url: `${found.url}?scalar` } : found;
    },
  });
  const load = async (name: string): Promise<unknown> =>
    import(`${new URL(`../src/${name}.ts`, import.meta.url).href}?scalar`);
  scalars = (await load('index')) as typeof vectors;
  const { usesVectors } = (await load('kernels')) as typeof kernels;
  hooks.deregister();
  // The kernels are compiled when they are first asked for.
  const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  const found = usesVectors();
  validate.mockRestore();
  if (found || !kernels.usesVectors()) throw new Error('The two copies have the same kernels.');
});

afterAll(async () => Promise.all([scalars.closePool(), vectors.closePool()]));

describe('kernels without SIMD', () => {
  const { matrix, labels } = makeData({ rows: 12_000, numeric: 6, categories: [3, 40], missing: 0.1 });
  const weights = Float32Array.from(labels, (_, i) => 10 ** ((i % 7) - 3));
  const validationRows = Uint32Array.from({ length: 3001 }, (_, i) => i * 3);
  const options = { rounds: 12, evaluateTraining: true };

  it.each<[string, vectors.ParamsInput]>([
    ['plain', { max_depth: 6 }],
    ['drawn and penalised', { subsample: 0.7, colsample_bylevel: 0.6, alpha: 0.5, max_delta_step: 0.7 }],
    ['constrained, with dropped trees', { booster: 'dart', rate_drop: 0.3, monotone_constraints: { x0: 1 } }],
    ['regression', { objective: 'reg:squarederror', num_parallel_tree: 2, subsample: 0.8 }],
    ['best leaf first', { grow_policy: 'lossguide', max_depth: 0, max_leaves: 40 }],
  ])('train to the same bytes: %s', (_, params) => {
    const [mine, theirs] = [scalars, vectors].map(({ binMatrix, trainSync }) => {
      const data = { binned: binMatrix(matrix, { weights }), labels, weights, validationRows };
      return trainSync(data, params, options);
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
    const background = { ...few, rowCount: 30, columns: few.columns.map((column) => column.slice(0, 30)) };
    expect(mine.predictMargin(matrix)).toEqual(theirs.predictMargin(matrix));
    expect(mine.predictLeaves(few)).toEqual(theirs.predictLeaves(few));
    expect(mine.contributions(few)).toEqual(theirs.contributions(few));
    expect(mine.contributions(few, { background })).toEqual(theirs.contributions(few, { background }));
    expect(mine.interactions(few)).toEqual(theirs.interactions(few));
  });
});

describe('kernels without SIMD on threads', () => {
  // Cells enough for eight threads, in training (50,000 for each) and in binning (262,144).
  const { matrix, labels } = makeData({ rows: 270_000, numeric: 6, categories: [3, 40], missing: 0.1 });
  const alone = vectors.binMatrix(matrix);
  const { booster } = vectors.trainSync({ binned: alone, labels }, { subsample: 0.8 }, { rounds: 40 });
  const file = booster.toUbj();
  const few = { ...matrix, rowCount: 700, columns: matrix.columns.map((column) => column.slice(0, 700)) };
  const background = { ...few, rowCount: 20, columns: few.columns.map((column) => column.slice(0, 20)) };
  const bytes = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

  const answers: Record<string, (model: vectors.Booster, threads: number) => ArrayBufferView> = {
    margins: (model, threads) => model.predictMargin(matrix, { threads }),
    leaves: (model, threads) => model.predictLeaves(matrix, { threads }),
    contributions: (model, threads) => model.contributions(few, { threads }),
    'contributions against a background': (model, threads) =>
      model.contributions(few, { threads, background }),
    interactions: (model, threads) => model.interactions(few, { threads }),
  };

  it.each([1, 2, 3, 8])('bin and train to the same bytes: %i', async (threads) => {
    const binning = await startedThreads(() => scalars.binMatrix(matrix, { threads }), scalars.closePool);
    expect(binning.started).toBe(threads - 1);
    expect(binning.result).toStrictEqual(alone);
    const training = await startedThreads(
      () => scalars.trainSync({ binned: alone, labels }, { subsample: 0.8 }, { rounds: 3, threads }),
      scalars.closePool,
    );
    expect(training.started).toBe(threads - 1);
    expect(training.result.booster.toUbj()).toStrictEqual(booster.slice(0, 3).toUbj());
  });

  it.each(Object.keys(answers))('give the same bytes: %s', async (name) => {
    const model = scalars.Booster.fromUbj(file);
    const expected = bytes(answers[name](booster, 1));
    for (const threads of [1, 2, 3, 8]) {
      const { started, result } = await startedThreads(
        () => answers[name](model, threads),
        scalars.closePool,
      );
      expect(started).toBe(threads - 1);
      expect(bytes(result).equals(expected)).toBe(true);
    }
  });
});
