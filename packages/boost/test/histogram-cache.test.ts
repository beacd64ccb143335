import { Random } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { ColumnSampler } from '../src/column-sampler.ts';
import { Crew } from '../src/crew.ts';
import { resolveConstraints } from '../src/constraints.ts';
import { Grower } from '../src/grower.ts';
import { binMatrix, resolveParams } from '../src/index.ts';
import type { ParamsInput, Tree } from '../src/index.ts';
import { planSpace, TrainingSpace } from '../src/training-space.ts';
import { Workspace } from '../src/workspace.ts';
import { makeData } from './support/made-data.ts';

const { matrix } = makeData({ rows: 1500, numeric: 5, categories: [4, 20], missing: 0.1 });
const binned = binMatrix(matrix, { maxBin: 64 });

/** Grows a tree over whole-numbered gradients with room for that many histograms (default: as planned). */
function grow(input: ParamsInput, histograms?: number): Tree {
  const rows = binned.rowCount;
  const params = resolveParams({ min_child_weight: 0, ...input });
  const planned = planSpace(binned, rows, 0, params);
  const plan = histograms === undefined ? planned : { ...planned, histograms };
  expect(planned.histograms).toBeGreaterThan(histograms ?? 0);
  return Workspace.use(planned.bytes, (workspace) => {
    const space = new TrainingSpace(workspace, plan, binned, undefined, new Uint32Array(0));
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
    const sampler = new ColumnSampler(params, binned.columns.length);
    return Crew.use(workspace, 1, (crew) =>
      new Grower(workspace, crew, space, params, sampler, resolveConstraints(params, binned)).grow({
        round: 0,
        drawn: rows,
        passengers: 0,
        contiguous: true,
        gradientScale: 1,
        hessianScale: 1,
        learningRate: params.learning_rate,
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
    for (const histograms of [3, 4, 7]) expect(grow(input, histograms)).toEqual(expected);
  });
});
