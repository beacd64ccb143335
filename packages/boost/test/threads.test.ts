import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { Interrupted, InvalidOption, Random } from '@verdict/core';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Crew } from '../src/crew.ts';
import type { Helper } from '../src/crew.ts';
import { binMatrix, closePool, train, trainSync } from '../src/index.ts';
import type { ParamsInput, TrainingData, TrainingOptions } from '../src/index.ts';
import { openControl, word } from '../src/pool-control.ts';
import { returnThreads, takeThreads } from '../src/pool.ts';
import { Workspace } from '../src/workspace.ts';
import { makeData } from './support/made-data.ts';
import { startedThreads } from './support/started-threads.ts';

afterAll(closePool);

/** Enough rows for several chunks, and for parts of nodes of several threads. */
const { matrix, labels } = makeData({ rows: 150_000, numeric: 6, categories: [3, 40], missing: 0.1 });
const weights = Float32Array.from(labels, (_, i) => 10 ** ((i % 7) - 3));
const half = Uint32Array.from({ length: 140_000 }, (_, i) => i);
const rest = Uint32Array.from({ length: 10_000 }, (_, i) => 140_000 + i);
const data: TrainingData = { binned: binMatrix(matrix), labels };

const cases: readonly [string, TrainingData, ParamsInput, Partial<TrainingOptions>][] = [
  ['all rows', data, { max_depth: 6 }, {}],
  ['drawn rows and columns', data, { subsample: 0.6, colsample_bytree: 0.7, colsample_bynode: 0.8 }, {}],
  ['weights over six orders of magnitude', { ...data, weights }, { max_depth: 5, scale_pos_weight: 3 }, {}],
  ['deep trees, columns drawn by level', data, { max_depth: 11, colsample_bylevel: 0.7 }, {}],
  ['few leaves, level by level', data, { max_depth: 0, max_leaves: 45 }, {}],
  [
    'constraints',
    data,
    {
      monotone_constraints: [1, 0, -1, 0, 0, 0, 0, 0],
      interaction_constraints: [
        [0, 1, 2],
        [2, 3, 4, 5, 6],
      ],
    },
    {},
  ],
  ['the best leaf first', data, { grow_policy: 'lossguide', max_depth: 0, max_leaves: 24 }, {}],
  [
    'a fold with early stopping',
    { ...data, rows: half, validationRows: rest },
    { max_depth: 4, subsample: 0.5, alpha: 1, min_data_per_group: 50 },
    { earlyStoppingRounds: 2, evaluateTraining: true },
  ],
  [
    'dropped trees, forests and constraints',
    { ...data, rows: half, validationRows: rest },
    {
      booster: 'dart',
      rate_drop: 0.5,
      num_parallel_tree: 2,
      subsample: 0.7,
      monotone_constraints: { x0: 1, x1: -1 },
      interaction_constraints: [
        ['x0', 'x1', 'x6'],
        ['x2', 'x3', 'x7'],
      ],
    },
    { metric: ['aucpr', 'error@0.4'] },
  ],
  [
    'regression with an objective of its own',
    data,
    { objective: 'reg:squarederror' },
    {
      objective: (margins, y) => ({ gradients: margins.map((m, i) => m - y[i]), hessians: y.map(() => 1) }),
      evaluateTraining: true,
    },
  ],
  ['regression', { ...data, weights }, { objective: 'reg:squarederror' }, {}],
];

describe('training on several threads', () => {
  it.each(cases)('gives the same bytes as on one: %s', (_, input, params, options) => {
    const expected = trainSync(input, params, { rounds: 3, ...options });
    for (const threads of [2, 3, 8]) {
      const found = trainSync(input, params, { rounds: 3, threads, ...options });
      expect(found.history).toEqual(expected.history);
      expect(found.booster.toUbj()).toEqual(expected.booster.toUbj());
    }
  });

  it('gives the same bytes beside the caller', async () => {
    const expected = trainSync(data, {}, { rounds: 2 });
    const found = await train(data, {}, { rounds: 2, threads: 3 });
    expect(found.booster.toUbj()).toEqual(expected.booster.toUbj());
  });

  it('leaves the event loop of the caller free', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await train(data, {}, { rounds: 5, threads: 2 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  it('refuses a number of threads that cannot be', async () => {
    expect(() => trainSync(data, {}, { rounds: 1, threads: 0 })).toThrow(InvalidOption);
    await expect(train(data, {}, { rounds: 1, threads: 1.5 })).rejects.toThrow(InvalidOption);
  });

  it.each([1, 3])('stops in the middle of a round, with %i threads', async (threads) => {
    const controller = new AbortController();
    // One tree of some hundred thousand nodes.
    const options = { rounds: 1, threads, signal: controller.signal };
    const training = train(data, { max_depth: 30, min_child_weight: 0, lambda: 0 }, options);
    setTimeout(() => controller.abort(), 60);
    await expect(training).rejects.toThrow(Interrupted);
  });

  it.each([0, 1, 2])('fails clearly if thread %i dies', async (victim) => {
    await closePool();
    const threads = takeThreads(3);
    returnThreads(threads);
    const training = train(data, {}, { rounds: 1e6, threads: 3 });
    setTimeout(() => void threads[victim].end(), 100);
    await expect(training).rejects.toThrow('ended early');
    const after = await train(data, {}, { rounds: 1, threads: 3 });
    expect(after.booster.trees).toHaveLength(1);
  });

  it.each(['train', 'trainSync'])('lets the process end after %s', (call) => {
    const script = `
      import { binMatrix, ${call} } from '${new URL('../src/index.ts', import.meta.url)}';
      const values = Float32Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 1009);
      const matrix = { rowCount: values.length, columns: [values], featureNames: ['x'], featureTypes: ['q'] };
      const labels = values.map((value) => (value % 3 === 0 ? 1 : 0));
      const options = { rounds: 3, threads: 3 };
      const { booster } = await ${call}({ binned: binMatrix(matrix), labels }, {}, options);
      console.log(booster.trees.length);
    `;
    const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(out).toBe('3\n');
  });
});

describe('the memory of a job', () => {
  it('is kept for the next one until the pool is closed', async () => {
    await closePool();
    await train(data, {}, { rounds: 1, threads: 2 });
    const kept = Workspace.take(1);
    expect(kept.memory.buffer.byteLength).toBeGreaterThan(labels.length * 30);
    kept.release();
    expect(Workspace.take(1)).toBe(kept);
    kept.release();
    await closePool();
    expect(Workspace.take(1).memory.buffer.byteLength).toBeLessThan(200_000);
  });
});

describe('threads that wait', () => {
  it('are ended after a while, also where the last job failed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await startedThreads(() => binMatrix(matrix, { threads: 3 }));
      // A job that fails ends its own threads.
      for (const thread of takeThreads(1)) void thread.end();
      const stillWaiting = async (): Promise<number> =>
        1 -
        (
          await startedThreads(
            () => binMatrix(matrix, { threads: 2 }),
            () => Promise.resolve(),
          )
        ).started;
      expect(await stillWaiting()).toBe(1);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await stillWaiting()).toBe(0);
      for (const thread of takeThreads(1)) void thread.end();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(Workspace.take(1).memory.buffer.byteLength).toBeLessThan(200_000);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('tables of many columns', () => {
  /** 600 columns of noise, but for one in the middle and its copy at the end, which decide. */
  const rowCount = 3000;
  const random = new Random(8);
  const columns = Array.from({ length: 600 }, () =>
    Float32Array.from({ length: rowCount }, () => random.integer(40)),
  );
  columns[599] = columns[300];
  const wide = {
    rowCount,
    columns,
    featureNames: columns.map((_, f) => `x${f}`),
    featureTypes: columns.map(() => 'q' as const),
  };
  const input = { binned: binMatrix(wide), labels: columns[300].map((value) => (value > 17 ? 1 : 0)) };

  it('are searched range by range, the first of equal columns wins', () => {
    const { booster } = trainSync(input, { max_depth: 2 }, { rounds: 1 });
    expect(booster.trees[0].features[0]).toBe(300);
    expect(booster.trees[0].thresholds[0]).toBeCloseTo(17.5, 6);
  });

  it.each<ParamsInput>([{}, { colsample_bynode: 0.9 }, { colsample_bytree: 0.1 }])(
    'give the same bytes on any number of threads: %j',
    (params) => {
      const expected = trainSync(input, { min_child_weight: 0, ...params }, { rounds: 2 });
      for (const threads of [2, 3, 8]) {
        const found = trainSync(input, { min_child_weight: 0, ...params }, { rounds: 2, threads });
        expect(found.booster.toUbj()).toEqual(expected.booster.toUbj());
      }
    },
  );
});

describe('tables of ten thousand columns', () => {
  const rowCount = 400;
  const random = new Random(9);
  const columns = Array.from({ length: 10_000 }, (_, f) =>
    Float32Array.from({ length: rowCount }, () =>
      f % 50 === 7 ? random.integer(5) : random.float() < 0.02 ? NaN : random.normal(),
    ),
  );
  const matrix = {
    rowCount,
    columns,
    featureNames: columns.map((_, f) => `x${f}`),
    featureTypes: columns.map((_, f) => (f % 50 === 7 ? ('c' as const) : ('q' as const))),
  };
  const decisive = [12, 777, 4321, 5555, 8123, 9007].map((f) => columns[f]);
  const labels = Float32Array.from({ length: rowCount }, (_, row) =>
    decisive.reduce((sum, column) => sum + column[row], 0) > 0 ? 1 : 0,
  );
  const binned = binMatrix(matrix);
  const few: TrainingOptions = { rounds: 3 };

  it.each<ParamsInput>([
    { max_depth: 4 },
    { max_depth: 4, colsample_bytree: 0.5, colsample_bynode: 0.5, subsample: 0.8 },
    { grow_policy: 'lossguide', max_depth: 0, max_leaves: 12 },
  ])('give the same bytes on threads that are all used: %j', async (params) => {
    const expected = trainSync({ binned, labels }, { min_child_weight: 0, ...params }, few).booster;
    expect(new Set(expected.trees.flatMap(({ features }) => Array.from(features))).size).toBeGreaterThan(15);
    for (const threads of [1, 2, 3, 8]) {
      const { started, result } = await startedThreads(() =>
        trainSync({ binned, labels }, { min_child_weight: 0, ...params }, { ...few, threads }),
      );
      expect(started).toBe(threads - 1);
      expect(result.booster.toUbj()).toEqual(expected.toUbj());
    }
  });

  it('have the same bins', async () => {
    for (const threads of [2, 3, 8]) {
      const { started, result } = await startedThreads(() => binMatrix(matrix, { threads }));
      expect(started).toBe(threads - 1);
      expect(result).toEqual(binned);
    }
  });
});

describe('a crew', () => {
  it('gives up when it hears that a helper died', async () => {
    const control = openControl();
    // Takes one chain before there is any, and never finishes it; the loss is reported a little later.
    const dying: Helper = { post: () => Atomics.add(control.words, word.next, 1) };
    const work = (): void =>
      Workspace.use(1 << 20, (workspace) =>
        Crew.use(workspace, { helpers: [dying], control }, (crew) => {
          for (let i = 0; i < 2; i++) {
            crew.chain(1e6);
            crew.call('clearBytes', 4096, 64);
          }
          crew.run();
        }),
      );
    const reporter = new Worker(
      `const { workerData: words } = require('node:worker_threads');
       setTimeout(() => { Atomics.store(words, ${word.failed}, 1); Atomics.notify(words, ${word.done}); }, 200);`,
      { eval: true, workerData: control.words },
    );
    expect(work).toThrow('failed or ended early');
    await reporter.terminate();
  });
});
