import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { Interrupted, InvalidOption, OutOfResources } from '@verdict/core';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Booster, trainSync, binMatrix } from '../src/index.ts';
import type { Matrix, Tree } from '../src/index.ts';
import type { BlockJob } from '../src/block-job.ts';
import type { BlocksRequest } from '../src/block-task.ts';
import { columnCells } from '../src/cells.ts';
import type { Cells } from '../src/cells.ts';
import { Predictor } from '../src/predictor.ts';
import { runTask, runTaskAside } from '../src/row-task.ts';
import { groupTrees } from '../src/rank-groups.ts';
import { buildScoreImage } from '../src/score-image.ts';
import { makeData, numericMatrix, range, rowOf } from './support/made-data.ts';
import { randomCells, randomForest } from './support/random-trees.ts';
import type { RandomForest } from './support/random-trees.ts';
import { startedThreads } from './support/started-threads.ts';

/** Rows enough for thresholds to be numbered. */
const MANY = 8200;

/** Compares margins and leaves of blocks, before and after thresholds are numbered, with those of single rows. */
function compare(options: RandomForest, seed: number): void {
  const trees = randomForest(options, seed);
  const columns = randomCells(options, MANY, seed + 1);
  const predictor = new Predictor(trees);
  const expected = new Float32Array(MANY);
  const row = new Float32Array(options.features);
  const expectedLeaves: number[] = [];
  for (let i = 0; i < MANY; i++) {
    columns.forEach((column, f) => (row[f] = column[i]));
    expected[i] = predictor.addRow(row, 0, trees.length, 0.25);
    if (i < 300) trees.forEach((tree) => expectedLeaves.push(leafOf(tree, row)));
  }
  for (const rows of [1, 8, 9, 300, MANY, 300]) {
    const cells = columnCells(
      columns.map((column) => column.subarray(0, rows)),
      rows,
    );
    const margins = new Float32Array(rows).fill(0.25);
    predictor.addMargins(cells, 0, trees.length, margins);
    expect(margins).toStrictEqual(expected.slice(0, rows));
    if (rows > 300) continue;
    const leaves = runTask(predictor.leafTask(cells, 0, trees.length));
    expect(leaves).toStrictEqual(Int32Array.from(expectedLeaves.slice(0, rows * trees.length)));
  }
}

/** The leaf that a row reaches by the definition of a split. */
function leafOf(tree: ReturnType<typeof randomForest>[number], row: Float32Array): number {
  let node = 0;
  while (tree.lefts[node] >= 0) {
    const x = row[tree.features[node]];
    const set = tree.categories.subarray(tree.categoryStarts[node], tree.categoryStarts[node + 1]);
    let right = !(x < tree.thresholds[node]);
    if (tree.categorical[node] === 1) right = x >= 0 && set.includes(Math.floor(x));
    if (Number.isNaN(x)) right = tree.defaultLefts[node] === 0;
    node = tree.lefts[node] + (right ? 1 : 0);
  }
  return node;
}

/** A tree of one split, with leaves 0 and 1; missing values go left. */
function stump(threshold: number): Tree {
  const [tree] = randomForest({ trees: 1, features: 1, numeric: 1, splits: 1, thresholds: 1 }, 1);
  return { ...tree, thresholds: Float32Array.of(threshold, 0, 1), defaultLefts: Uint8Array.of(1, 0, 0) };
}

describe('blocks of rows', () => {
  it('give the bits of single rows, whatever the trees', () => {
    const options = fc.record({
      trees: fc.integer({ min: 1, max: 8 }),
      features: fc.integer({ min: 1, max: 6 }),
      numeric: fc.integer({ min: 0, max: 6 }),
      splits: fc.integer({ min: 0, max: 150 }),
      thresholds: fc.integer({ min: 1, max: 300 }),
      chain: fc.constantFrom(0, 0.5, 1),
    });
    fc.assert(fc.property(options, fc.integer({ min: 0, max: 1e6 }), compare), { numRuns: 15, seed: 4 });
  });

  it('count the thresholds that are not above a value, however these lie', () => {
    const floats = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 120 });
    const scaled = fc
      .tuple(floats, fc.constantFrom(1, 1e-38, 1e30))
      .map(([values, by]) => values.map((v) => v * by));
    fc.assert(
      fc.property(scaled, floats, (thresholds, others) => {
        // One stump for each threshold: to the right it adds 1.
        const trees = Float32Array.from(thresholds).reduce<Tree[]>((list, t) => [...list, stump(t)], []);
        const values = Float32Array.from([...thresholds, ...others, NaN]);
        const column = Float32Array.from({ length: MANY }, (_, i) => values[i % values.length]);
        const margins = new Float32Array(MANY);
        new Predictor(trees).addMargins(columnCells([column], MANY), 0, trees.length, margins);
        const ranks = values.map((x) => trees.filter((tree) => x >= tree.thresholds[0]).length);
        expect(margins).toStrictEqual(column.map((_, i) => ranks[i % values.length]));
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it('do so for more thresholds than a byte holds, in the forest and in one tree', () => {
    const options = { trees: 12, features: 2, numeric: 2, splits: 120, thresholds: 5000 };
    const { groups, byFloats } = groupTrees(randomForest(options, 5));
    expect(groups.length).toBeGreaterThan(2);
    expect(byFloats).not.toContain(1);
    compare(options, 5);
    const large = { ...options, trees: 3, splits: 900 };
    expect(groupTrees(randomForest(large, 5)).byFloats).toStrictEqual(Uint8Array.of(1, 1, 1));
    compare(large, 5);
  });

  it('do so for more categories than a byte holds', () => {
    const options = { trees: 5, features: 2, numeric: 1, splits: 40, thresholds: 20, codes: 400 };
    expect(groupTrees(randomForest(options, 6)).byFloats).toContain(1);
    compare(options, 6);
    compare({ ...options, codes: 200 }, 6);
  });

  it('do so for a threshold that is not a number', () => {
    const [tree] = randomForest({ trees: 1, features: 1, numeric: 1, splits: 1, thresholds: 1 }, 1);
    tree.thresholds[0] = NaN;
    expect(groupTrees([tree]).byFloats).toStrictEqual(Uint8Array.of(1));
    const predictor = new Predictor([tree]);
    const margins = new Float32Array(MANY);
    predictor.addMargins(columnCells([new Float32Array(MANY)], MANY), 0, 1, margins);
    expect(new Set(margins)).toStrictEqual(new Set([tree.thresholds[2]]));
  });

  it('do so for many columns, of which they hold only those that splits look at', () => {
    const options = { trees: 20, features: 3000, numeric: 2500, splits: 60, thresholds: 50 };
    const image = buildScoreImage(randomForest(options, 7), true);
    expect(image.features.length).toBeLessThan(1100);
    expect(image.blockRows).toBeLessThan(512);
    const few = { ...options, trees: 6 };
    const trees = randomForest(few, 7);
    const columns = randomCells(few, 200, 8);
    const predictor = new Predictor(trees);
    const margins = new Float32Array(200);
    predictor.addMargins(columnCells(columns, 200), 0, 6, margins);
    const single = margins.map((_, i) =>
      predictor.addRow(
        Float32Array.from(columns, (column) => column[i]),
        0,
        6,
        0,
      ),
    );
    expect(margins).toStrictEqual(single);
  });

  it('give the margins of a trained model in every way that there is', () => {
    const { matrix, labels } = makeData({ rows: 9000, categories: [5, 40], missing: 0.1 });
    const binned = binMatrix(matrix);
    const { booster } = trainSync({ binned, labels }, { max_depth: 8 }, { rounds: 8 });
    const first = booster.predictMargin(matrix);
    expect(booster.predictMargin(matrix)).toStrictEqual(first);
    expect(booster.predictBinned(binned)).toStrictEqual(first);
    expect(first.map((_, i) => booster.predictRow(rowOf(matrix, i)))).toStrictEqual(first);
    const fresh = Booster.fromUbj(booster.toUbj());
    const small = { ...matrix, rowCount: 100, columns: matrix.columns.map((c) => c.subarray(0, 100)) };
    expect(fresh.predictMargin(small)).toStrictEqual(first.slice(0, 100));
  });
});

describe('threads', () => {
  const { matrix, labels } = makeData({ rows: 9500, categories: [5, 40], missing: 0.1 });
  const { booster } = trainSync({ binned: binMatrix(matrix), labels }, { max_depth: 7 }, { rounds: 40 });
  const few = { ...matrix, rowCount: 700, columns: matrix.columns.map((c) => c.subarray(0, 700)) };
  const margins = booster.predictMargin(matrix);
  const leaves = booster.predictLeaves(matrix);
  const contributions = booster.contributions(few);

  // Fifteen times the same rounds: work that is worth eight threads.
  const many = Booster.fromTrees(Array.from({ length: 15 }, () => booster.trees).flat(), {
    ...booster,
    roundStarts: undefined,
  });
  const short = few.columns.map((column) => column.subarray(0, 20));
  const bytes = (view: ArrayBufferView): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const calls: Record<string, (threads: number) => Float32Array | Float64Array | Int32Array> = {
    margins: (threads) => many.predictMargin(matrix, { threads }),
    probabilities: (threads) => many.predictProbability(matrix, { threads }),
    leaves: (threads) => many.predictLeaves(matrix, { threads }),
    contributions: (threads) => booster.contributions(few, { threads }),
    'contributions against a background': (threads) =>
      booster.contributions(few, { threads, background: { ...few, rowCount: 20, columns: short } }),
    interactions: (threads) => booster.interactions(few, { threads }),
  };

  it.each(Object.keys(calls))('of any number are used and give the same bytes: %s', async (name) => {
    const alone = calls[name](1);
    for (const threads of [2, 3, 8]) {
      const { started, result } = await startedThreads(() => calls[name](threads));
      expect(started).toBe(threads - 1);
      expect(bytes(result).equals(bytes(alone))).toBe(true);
    }
  });

  it.each([2, 3, 8])('are used by as many rows as are walked: %i', async (threads) => {
    const walked = { ...matrix, rowCount: 4000, columns: matrix.columns.map((c) => c.subarray(0, 4000)) };
    const fresh = Booster.fromTrees(many.trees, many);
    const { started, result } = await startedThreads(() => fresh.predictMargin(walked, { threads }));
    expect(started).toBe(threads - 1);
    expect(result).toStrictEqual(many.predictMargin(walked));
  });

  it('are as many as asked for beside the caller, too', async () => {
    const [manyMargins, manyLeaves] = [calls.margins(1), calls.leaves(1)];
    for (const threads of [1, 2, 3, 8]) {
      const one = await startedThreads(async () => many.predictMarginAsync(matrix, { threads }));
      const other = await startedThreads(async () => many.predictLeavesAsync(matrix, { threads }));
      expect([one.started, other.started]).toStrictEqual([threads, threads]);
      expect(bytes(one.result).equals(bytes(manyMargins))).toBe(true);
      expect(bytes(other.result).equals(bytes(manyLeaves))).toBe(true);
    }
  });

  it('leave the event loop free where the call is asynchronous', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const [a, b, c, d, e] = await Promise.all([
      booster.predictMarginAsync(matrix, { threads: 2 }),
      booster.predictLeavesAsync(matrix),
      booster.contributionsAsync(few, { threads: 1 }),
      booster.predictAsync(few),
      booster.predictMarginAsync({ ...few, rowCount: 1, columns: few.columns.map((x) => x.slice(0, 1)) }),
    ]);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(a).toStrictEqual(margins);
    expect(b).toStrictEqual(leaves);
    expect(c).toStrictEqual(contributions);
    expect(d).toStrictEqual(booster.predictProbability(few));
    expect(e).toStrictEqual(margins.slice(0, 1));
  });

  it('stop when told', async () => {
    const stop = new AbortController();
    const running = booster.contributionsAsync(matrix, { signal: stop.signal, threads: 2 });
    stop.abort();
    await expect(running).rejects.toThrow(Interrupted);
    await expect(booster.predictMarginAsync(matrix, { signal: stop.signal })).rejects.toThrow(Interrupted);
    expect(await booster.predictMarginAsync(matrix)).toStrictEqual(margins);
  });

  it('stop between two pieces of a table that is copied for them', async () => {
    const stop = new AbortController();
    let reads = 0;
    const read = (): void => {
      if (++reads === 6) stop.abort();
    };
    const cells: Cells = { rowCount: 1_000_000, featureCount: 40, read };
    const job = { features: Int32Array.from(range(40)) } as BlockJob;
    const running = runTaskAside({ result: new Float32Array(0), job, cells }, 1, stop.signal);
    await expect(running).rejects.toThrow(Interrupted);
    // Four columns a piece.
    expect(reads).toBe(8);
  });

  it('are given many columns in few pieces', async () => {
    const options = { trees: 40, features: 500, numeric: 500, splits: 60, thresholds: 10 };
    const wide = numericMatrix(randomCells(options, 20_000, 4));
    const forest = Booster.fromTrees(randomForest(options, 3), { ...wide, baseOutput: 0.5 });
    const posting = vi.spyOn(Worker.prototype, 'postMessage');
    const found = await forest.predictMarginAsync(wide, { threads: 1 });
    const requests = posting.mock.calls.map(([message]) => message as BlocksRequest);
    posting.mockRestore();
    expect(found).toStrictEqual(forest.predictMargin(wide));
    const { columns } = requests.find(({ kind }) => kind === 'blocks') ?? { columns: [] };
    expect(columns.length).toBeGreaterThan(400);
    expect(new Set(columns.map(({ buffer }) => buffer)).size).toBe(3);
  });

  it('are refused where their number makes no sense', async () => {
    expect(() => booster.predictMargin(few, { threads: 0 })).toThrow(InvalidOption);
    await expect(booster.contributionsAsync(few, { threads: 1.5 })).rejects.toThrow(InvalidOption);
  });
});

describe('a range of rounds', () => {
  const { matrix, labels } = makeData({ rows: 300, categories: [5], missing: 0.1 });
  const trained = trainSync({ binned: binMatrix(matrix), labels }, {}, { rounds: 18 }).booster;
  // Nine rounds of two weighted trees.
  const booster = Booster.fromTrees(trained.trees, {
    ...trained,
    treeWeights: Float32Array.from({ length: 18 }, (_, t) => 1 / (1 + t)),
    roundStarts: Int32Array.from({ length: 10 }, (_, round) => 2 * round),
  });

  it.each([
    [0, 9],
    [2, 7],
    [4, 4],
  ])('from %i to %i answers as those rounds do', (begin, end) => {
    const part = booster.slice(begin, end);
    const range = { begin, end };
    expect(booster.predictMargin(matrix, range)).toStrictEqual(part.predictMargin(matrix));
    expect(booster.predictProbability(matrix, range)).toStrictEqual(part.predictProbability(matrix));
    expect(booster.predictLeaves(matrix, range)).toStrictEqual(part.predictLeaves(matrix));
    expect(booster.contributions(matrix, range)).toStrictEqual(part.contributions(matrix));
  });

  it('must lie within the rounds that there are', () => {
    expect(() => booster.predictMargin(matrix, { begin: 3, end: 2 })).toThrow(InvalidOption);
    expect(() => booster.contributions(matrix, { end: 10 })).toThrow(InvalidOption);
    expect(() => booster.predictLeaves(matrix, { begin: 0.5 })).toThrow(InvalidOption);
  });
});

describe('a single row', () => {
  it('allocates nothing but the number that is returned', () => {
    const { matrix, labels } = makeData({ rows: 500, categories: [5], missing: 0.1 });
    const { booster } = trainSync({ binned: binMatrix(matrix), labels }, {}, { rounds: 50 });
    const row = rowOf(matrix, 3);
    let sum = 0;
    const allocatedBy = (calls: number): number => {
      const before = getHeapStatistics().total_allocated_bytes;
      for (let i = 0; i < calls; i++) sum += booster.predictRow(row);
      return (getHeapStatistics().total_allocated_bytes - before) / calls;
    };
    allocatedBy(20_000);
    // A number that leaves a function may take 16 bytes; one for every tree would take 800.
    expect(allocatedBy(40_000)).toBeLessThan(100);
    expect(sum).not.toBe(0);
  });
});

describe('a booster refuses', () => {
  const { matrix, labels } = makeData({ rows: 60 });
  const binned = binMatrix(matrix);
  const { booster } = trainSync({ binned, labels }, {}, { rounds: 3 });

  it.each<[string, () => unknown, RegExp]>([
    ['a row of another length', () => booster.predictRow(new Float32Array(3)), /4 values/],
    ['the same to be explained', () => booster.contributionsRow(new Float32Array(5)), /4 values/],
    ['rows that there are not', () => booster.predictBinned(binned, Uint32Array.of(60)), /below 60/],
    ['rounds that there are not', () => booster.predictBinned(binned, undefined, 4), /up to 3/],
    [
      'a column less',
      () => booster.predict({ ...matrix, columns: matrix.columns.slice(1), ...names(3) }),
      /4 columns/,
    ],
    [
      'columns of other names',
      () => booster.interactions({ ...matrix, ...names(4) }),
      /"x0", as in the model/,
    ],
    [
      'starts for other rows',
      () => booster.predictMargin(matrix, { baseMargin: new Float32Array(2) }),
      /60 margins/,
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(InvalidOption);
    expect(call).toThrow(message);
  });

  it('what no array can hold', () => {
    const featureNames = Array.from({ length: 5000 }, (_, f) => `x${f}`);
    const featureTypes = featureNames.map(() => 'q' as const);
    const wide = Booster.fromTrees([], { featureNames, featureTypes, baseOutput: 0.5 });
    const column = new Float32Array(1000);
    const table = { rowCount: 1000, columns: featureNames.map(() => column), featureNames, featureTypes };
    expect(() => wide.interactions(table)).toThrow(OutOfResources);
  });
});

function names(count: number): Pick<Matrix, 'featureNames' | 'featureTypes'> {
  const featureNames = Array.from({ length: count }, (_, f) => `y${f}`);
  return { featureNames, featureTypes: featureNames.map(() => 'q') };
}
