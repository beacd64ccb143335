import { Random } from '@verdict/core';
import { afterAll, describe, expect, it } from 'vitest';
import { ColumnSampler } from '../src/column-sampler.ts';
import { Crew } from '../src/crew.ts';
import { resolveConstraints } from '../src/constraints.ts';
import { Grower } from '../src/grower.ts';
import { binMatrix, resolveParams } from '../src/index.ts';
import type { BinnedMatrix, ParamsInput, Tree } from '../src/index.ts';
import { planSpace, TrainingSpace } from '../src/training-space.ts';
import type { SpacePlan } from '../src/training-space.ts';
import { Workspace } from '../src/workspace.ts';
import { closePool } from '../src/pool.ts';
import { makeData } from './support/made-data.ts';

afterAll(closePool);

const { matrix } = makeData({ rows: 1500, numeric: 5, categories: [4, 20], missing: 0.1 });
const binned = binMatrix(matrix, { maxBin: 64 });

/** Grows a tree over whole-numbered gradients in memory that is planned as usual, or with less room. */
function grow(
  input: ParamsInput,
  less: Partial<SpacePlan> = {},
  chosen?: Uint32Array,
  threads = 1,
  table = binned,
): Tree {
  const rows = table.rowCount;
  const params = resolveParams({ min_child_weight: 0, ...input });
  const planned = planSpace(table, rows, 0, params, threads);
  const plan = { ...planned, ...less };
  expect(planned.histograms).toBeGreaterThan(less.histograms ?? 0);
  expect(planned.cachedColumns).toBe(table.storage.length);
  return Workspace.use(planned.bytes, (workspace) => {
    const data = { binned: table, ...(chosen !== undefined && { rows: chosen }) };
    const space = new TrainingSpace(workspace, plan, data, params);
    space.fill(workspace, data);
    const random = new Random(4);
    const packed = workspace.ints(space.packed, 2 * rows);
    const gradients = workspace.floats(space.gradients, 2 * rows);
    const index = workspace.words(space.index, rows);
    workspace.floats(space.margins, rows).fill(0);
    for (let row = 0; row < rows; row++) {
      const g = random.integer(401) - 200;
      const h = 1 + random.integer(50);
      packed.set([h, g], 2 * row);
      gradients.set([g, h], 2 * row);
      index[row] = row;
    }
    const sampler = new ColumnSampler(params, table.columns.length);
    return Crew.use(workspace, threads, (crew) =>
      new Grower(workspace, crew, space, params, sampler, resolveConstraints(params, table)).grow({
        position: 0,
        drawn: rows,
        passengers: 0,
        contiguous: true,
        gradientScale: 1,
        hessianScale: 1,
        learningRate: params.learning_rate,
        weight: 1,
      }),
    );
  });
}

describe('a tree that is grown with few histograms', () => {
  // Sums are whole numbers: a histogram that is built anew equals the one that was given up.
  it.each<[string, ParamsInput]>([
    ['best leaf first', { grow_policy: 'lossguide', max_depth: 0, max_leaves: 60 }],
    ['level by level', { grow_policy: 'depthwise', max_depth: 0, max_leaves: 60 }],
    ['branch by branch', { max_depth: 7 }],
  ])('is the same as with many, %s', (_, input) => {
    const expected = grow(input);
    expect(expected.lefts.length).toBeGreaterThan(100);
    for (const histograms of [3, 4, 7]) expect(grow(input, { histograms })).toEqual(expected);
  });

  it.each<[string, ParamsInput]>([
    ['level by level', { grow_policy: 'depthwise', max_depth: 0, max_leaves: 60 }],
    ['branch by branch', { max_depth: 9 }],
  ])('is the same when several nodes are split at once, %s', (_, input) => {
    const expected = grow(input);
    for (const histograms of [3, 8, 40, 90]) {
      expect(grow(input, { histograms }, undefined, 2)).toEqual(expected);
    }
    // A record a level and two are enough.
    for (const records of [64, 75, 85, 100]) {
      expect(grow(input, { records }, undefined, 2)).toEqual(expected);
    }
  });
});

describe('a tree that is grown with few columns beside the rows', () => {
  const everyRow = Uint32Array.from({ length: binned.rowCount }, (_, row) => row);

  it.each([
    ['copied', undefined],
    ['taken from the rows', everyRow],
  ])('is the same as with all of them, %s', (_, chosen) => {
    const expected = grow({ max_depth: 8 });
    expect(new Set(expected.features).size).toBeGreaterThan(4);
    for (const cachedColumns of [1, 2, 5]) {
      expect(grow({ max_depth: 8 }, { cachedColumns }, chosen)).toEqual(expected);
    }
  });
});

describe('a tree that is grown over rows without padding', () => {
  const nine = makeData({ rows: 1500, numeric: 7, categories: [4, 20], missing: 0.1 });
  const table = binMatrix(nine.matrix, { maxBin: 64 });

  it('is the same as over padded ones', () => {
    const [expected, ...found] = [16, 12].flatMap((stride) =>
      [9, 2].map((cachedColumns) => {
        const blocks = [{ first: 0, count: 9, stride }];
        return grow({ max_depth: 8 }, { blocks, cachedColumns }, undefined, 1, table);
      }),
    );
    expect(new Set(expected.features).size).toBe(9);
    for (const tree of found) expect(tree).toEqual(expected);
  });
});

describe('the plan of the memory', () => {
  const columns = (count: number): BinnedMatrix => ({
    ...binned,
    columns: Array.from({ length: count }, () => binned.columns[0]),
    storage: Array.from({ length: count }, () => binned.storage[0]),
  });
  const byDepth = resolveParams({ max_depth: 6 });

  it.each([
    [1_000_000, 28],
    [10_000_000, 5],
    [10_000_000, 28],
    [300_000, 1000],
    [3_000_000, 100],
    [20_000_000, 12],
    [40_000_000, 9],
  ])('for %i x %i cells keeps within a byte and a half a cell and 36 a row', (rows, count) => {
    const { bytes, cachedColumns, histogramBytes, histograms } = planSpace(
      columns(count),
      rows,
      0,
      byDepth,
      8,
    );
    expect(cachedColumns).toBeGreaterThanOrEqual(2);
    expect(bytes - histograms * histogramBytes).toBeLessThan(1.5 * rows * count + 36 * rows + 64e6);
  });

  it('has no place for weights that scale_pos_weight has a part in', () => {
    const scaled = resolveParams({ max_depth: 6, scale_pos_weight: 3 });
    const [plain, other] = [byDepth, scaled].map((params) => planSpace(columns(6), 1_000_000, 0, params));
    expect(other).toEqual(plain);
  });

  it('gives up copies of columns before it refuses', () => {
    const [large, larger] = [1_200_000, 1_740_000].map((rows) => planSpace(columns(2400), rows, 0, byDepth));
    expect(large.cachedColumns).toBeGreaterThan(larger.cachedColumns);
    expect(large.bytes).toBeLessThan(2 ** 32);
    expect(larger.bytes).toBeLessThan(2 ** 32);
    expect(planSpace(columns(2400), 1_800_000, 0, byDepth).bytes).toBeGreaterThan(2 ** 32);
  });
});
