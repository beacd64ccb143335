import { binMatrix, trainSync } from '@verdict/boost';
import type { BinnedMatrix, Matrix } from '@verdict/boost';
import type { Column, Dataset, Schema } from '@verdict/core';
import { Random, takeRows } from '@verdict/core';
import { afterAll, describe, expect, it } from 'vitest';
import { labelsOf, openPool, rocAuc } from '@verdict/learn';
import { applyFeatures, fitTransformFeatures, linearDesignOf } from '../src/features/index.ts';
import { rankFeatures, selectionMethods } from '../src/selection/index.ts';
import { crossFit } from '../src/training/cross-fit.ts';
import { splitsOf } from '../src/training/fold-tables.ts';
import type { FoldTables } from '../src/training/fold-tables.ts';
import { recipeTables } from '../src/training/kept-features.ts';
import type { RecipeTablesInput } from '../src/training/kept-features.ts';
import type { Recipe } from '../src/training/recipe.ts';
import { shareMatrix, shareOthers } from '../src/training/shared-memory.ts';

const pool = openPool(2);
afterAll(() => pool.close());

/** Numbers and two categories, without any meaning. */
function noise(rows: number, numbers: number, seed: number): { dataset: Dataset; schema: Schema } {
  const random = new Random(seed, 'noise');
  const code = (name: string, levels: readonly string[]): Column => ({
    kind: 'code',
    name,
    codes: Int32Array.from({ length: rows }, () => random.integer(levels.length)),
    levels: [...levels],
  });
  const columns: Column[] = [
    ...Array.from({ length: numbers }, (_, f) => ({
      kind: 'number' as const,
      name: `number ${f}`,
      values: Float64Array.from({ length: rows }, () => random.normal()),
    })),
    code('town', ['Bern', 'Graz', 'Köln', 'Łódź']),
    code('plan', ['a', 'b', 'c']),
    code('left', ['no', 'yes']),
  ];
  const schema: Schema = {
    target: { name: 'left', positive: 'yes', negative: 'no' },
    columns: columns.map(({ name, kind }) => ({
      name,
      type: kind === 'number' ? 'numeric' : 'category',
      role: name === 'left' ? 'target' : 'feature',
      optional: false,
    })),
  };
  return { dataset: { rowCount: rows, columns }, schema };
}

const rates = ['town', 'plan'].map((name) => ({ kind: 'target' as const, inputs: [name] as [string] }));
const ROWS = 200;
const FOLDS = Uint8Array.from({ length: ROWS }, (_, row) => row % 2);

function tablesOf(labels: Uint8Array, rest: Partial<RecipeTablesInput> = {}): Promise<FoldTables> {
  return recipeTables({
    ...noise(ROWS, 6, 1),
    labels,
    weights: undefined,
    groups: undefined,
    recipe: { engineered: rates },
    splits: splitsOf(FOLDS),
    minimumCount: 5,
    seed: 1,
    pool,
    ...rest,
  });
}

function someLabels(seed: number): Uint8Array {
  const random = new Random(seed, 'labels');
  return Uint8Array.from({ length: ROWS }, () => random.integer(2));
}

/** The labels of one fold's rows turned round. */
function turned(labels: Uint8Array, fold: number): Uint8Array {
  return labels.map((label, row) => (FOLDS[row] === fold ? 1 - label : label));
}

const modelOf = (binned: BinnedMatrix, labels: Uint8Array): Uint8Array =>
  trainSync({ binned, labels }, { max_depth: 3 }, { rounds: 5 }).booster.toUbj();

describe('the table as a fold sees it', () => {
  it('is that of all rows where nothing looks at labels', async () => {
    const { folds, labelled, ...all } = await tablesOf(someLabels(1), { recipe: {} });
    expect(labelled).toBe(false);
    for (const { plan, matrix, binned } of folds) {
      expect(plan).toBe(all.plan);
      expect(matrix).toBe(all.matrix);
      expect(binned).toBe(all.binned);
    }
  });

  it('shares values, bin edges and bins of what does not look at labels', async () => {
    const { folds, labelled, matrix, binned } = await tablesOf(someLabels(1));
    expect(labelled).toBe(true);
    const looking = new Set(['left rate of town', 'left rate of plan']);
    for (const fold of folds) {
      expect(fold.matrix.featureNames).toEqual(matrix.featureNames);
      expect(fold.binned.featureNames).toEqual(matrix.featureNames);
      matrix.featureNames.forEach((name, f) => {
        const same = !looking.has(name);
        const stored = (table: BinnedMatrix): Uint8Array => table.storage[table.places[f].storage].bins;
        expect(fold.matrix.columns[f] === matrix.columns[f]).toBe(same);
        expect(fold.binned.columns[f] === binned.columns[f]).toBe(same);
        expect(stored(fold.binned) === stored(binned)).toBe(same);
      });
    }
  });

  it('has bins that train the same trees as its values', async () => {
    const labels = someLabels(2);
    const { folds } = await tablesOf(labels);
    for (const { matrix, binned } of folds) {
      expect(modelOf(binned, labels)).toEqual(modelOf(binMatrix(matrix), labels));
    }
  });

  it('has the rates, and the linear steps on them, that its training rows alone give', async () => {
    const labels = someLabels(3);
    const { dataset, schema } = noise(ROWS, 6, 1);
    const { folds } = await tablesOf(labels);
    for (const { plan, matrix, rows, validationRows } of folds) {
      const alone = fitTransformFeatures(
        takeRows(dataset, rows),
        schema,
        { engineered: rates, minimumCount: 5, seed: 1 },
        Uint8Array.from(rows, (row) => labels[row]),
      );
      const others = applyFeatures(plan, takeRows(dataset, validationRows));
      for (const name of ['left rate of town', 'left rate of plan']) {
        const f = matrix.featureNames.indexOf(name);
        const own = alone.matrix.featureNames.indexOf(name);
        expect(Float32Array.from(rows, (row) => matrix.columns[f][row])).toEqual(alone.matrix.columns[own]);
        expect(Float32Array.from(validationRows, (row) => matrix.columns[f][row])).toEqual(others.columns[f]);
        expect(plan.steps[f]).toEqual(alone.plan.steps[own]);
        const linear = (all: typeof plan): unknown => all.linear.find(({ feature }) => feature === name);
        expect(linear(plan)).toEqual(linear(alone.plan));
      }
      expect(linearDesignOf(plan, matrix).rowCount).toBe(ROWS);
    }
  });

  it('finds its features by name where a column is called like one of them', async () => {
    const { dataset, schema } = noise(ROWS, 1, 1);
    const renamed = <T extends { readonly name: string }>(column: T): T =>
      column.name === 'number 0' ? { ...column, name: 'left rate of plan' } : column;
    const { plan, folds } = await tablesOf(someLabels(4), {
      dataset: { ...dataset, columns: dataset.columns.map(renamed) },
      schema: { ...schema, columns: schema.columns.map(renamed) },
    });
    expect(plan.outputs.map(({ name }) => name)).toContain('left rate of plan~2');
    for (const fold of folds) {
      expect(fold.plan.outputs).toEqual(plan.outputs);
      expect(fold.plan.steps.map(({ kind }) => kind)).toEqual(plan.steps.map(({ kind }) => kind));
      expect(fold.plan.steps).not.toEqual(plan.steps);
    }
  });

  it('has not seen the labels of the rows that judge it', async () => {
    const labels = someLabels(5);
    const columnsOf = async (own: Uint8Array): Promise<readonly Float32Array[]> =>
      (await tablesOf(own)).folds[0].matrix.columns;
    const before = await columnsOf(labels);
    expect(await columnsOf(turned(labels, 0))).toEqual(before);
    expect(await columnsOf(turned(labels, 1))).not.toEqual(before);
  });
});

describe('a matrix on shared memory', () => {
  it('has no second copy of the columns that it has from another one', () => {
    const column = (seed: number): Float32Array => Float32Array.of(seed, NaN, -seed);
    const matrixOf = (columns: readonly Float32Array[]): Matrix => ({
      rowCount: 3,
      columns,
      featureNames: columns.map((_, f) => `f${f}`),
      featureTypes: columns.map(() => 'q'),
    });
    const [first, second, third] = [column(1), column(2), column(3)];
    const other = matrixOf([first, second]);
    const shared = shareMatrix(other);
    const again = shareOthers(matrixOf([third, second]), other, shared);
    expect(again.columns).toEqual([third, second]);
    expect(again.columns[1]).toBe(shared.columns[1]);
    expect(again.columns[0].buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(shareOthers(again, other, shared).columns[0]).toBe(again.columns[0]);
  });
});

describe('features that a fold keeps', () => {
  it.each(selectionMethods)('are ranked by %s on the rows that train it alone', async (method) => {
    const labels = someLabels(6);
    const tables = async (own: Uint8Array): Promise<FoldTables> =>
      tablesOf(own, {
        recipe: {
          engineered: rates,
          selection: { method, count: 3, kept: ['number 0', 'left rate of plan'] },
        },
      });
    const before = await tables(labels);
    // What ships has the features that are named, in every fold as many as were chosen.
    expect(before.matrix.featureNames).toEqual(['number 0', 'left rate of plan']);
    expect(before.plan.outputs.map(({ name }) => name)).toEqual(before.matrix.featureNames);
    expect(before.labelled).toBe(true);
    for (const { plan, matrix, binned } of before.folds) {
      expect(matrix.columns).toHaveLength(3);
      expect(plan.outputs.map(({ name }) => name)).toEqual(matrix.featureNames);
      expect(binned.featureNames).toEqual(matrix.featureNames);
    }
    const [fold] = before.folds;
    const blind = (await tables(turned(labels, 0))).folds[0];
    expect(blind.matrix).toEqual(fold.matrix);
    const others = await Promise.all(
      [7, 8, 9].map(async (seed) => {
        const other = someLabels(seed);
        const mixed = labels.map((label, row) => (FOLDS[row] === 1 ? other[row] : label));
        return (await tables(mixed)).folds[0].matrix.featureNames;
      }),
    );
    expect(others.some((names) => names.join() !== fold.matrix.featureNames.join())).toBe(true);
  });

  it('find nothing in noise out of fold, where those of a ranking on all rows would', async () => {
    const scores: number[] = [];
    const flattered: number[] = [];
    for (let seed = 0; seed < 8; seed++) {
      const { dataset, schema } = noise(ROWS, 300, seed);
      const labels = labelsOf(dataset, schema);
      const { matrix } = fitTransformFeatures(dataset, schema);
      const order = rankFeatures('f_classif', matrix, labels, { seed });
      const kept = Array.from(order.subarray(0, 5), (f) => matrix.featureNames[f]);
      const members = [{ params: { max_depth: 3 }, rounds: 20, weight: 1 }];
      const outOfFold = async (own: Schema, selection?: Recipe['selection']): Promise<number> => {
        const { treeMargins } = await crossFit({
          dataset,
          schema: own,
          labels,
          weights: undefined,
          groups: undefined,
          folds: FOLDS,
          seed,
          thresholdRule: { rule: 'f1' },
          calibration: 'none',
          minimumCount: 5,
          pool,
          onTask: () => undefined,
          recipe: { members, ...(selection && { selection }) },
        });
        return rocAuc(labels, treeMargins);
      };
      scores.push(await outOfFold(schema, { method: 'f_classif', count: 5, kept }));
      const columns = schema.columns.filter(({ name, role }) => role === 'target' || kept.includes(name));
      flattered.push(await outOfFold({ ...schema, columns }));
    }
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, one) => sum + one, 0) / values.length;
    expect(Math.abs(mean(scores) - 0.5)).toBeLessThan(0.05);
    expect(mean(flattered)).toBeGreaterThan(0.58);
  });
});
