// A bundle whose trees are of several kinds, made as the models are that a search ships.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Column, Dataset, Schema } from '@verdict/core';
import { Random } from '@verdict/core';
import { readBundle, writeBundle } from '../../src/bundle/index.ts';
import type { Bundle } from '../../src/bundle/index.ts';
import type { EngineeredFeature } from '../../src/features/index.ts';
import { fitRecipe, makeModel } from '../../src/training/index.ts';
import type { Recipe, TreeMember } from '../../src/training/index.ts';

/** Grown by depth, by loss with dropped trees, and a random forest. */
export const kinds: readonly TreeMember[] = [
  { params: { max_depth: 3, learning_rate: 0.3 }, rounds: 8, weight: 0.5 },
  {
    params: {
      booster: 'dart',
      grow_policy: 'lossguide',
      max_depth: 0,
      max_leaves: 6,
      learning_rate: 0.4,
      rate_drop: 0.5,
      one_drop: true,
    },
    rounds: 7,
    weight: 0.3,
  },
  {
    params: { num_parallel_tree: 9, learning_rate: 1, max_depth: 6, subsample: 0.6, colsample_bynode: 0.5 },
    rounds: 1,
    weight: 0.2,
  },
];

const towns = ['Ada', 'Bergen', 'Cork', 'Delft'];

/** Numbers with gaps and a category. */
export function tenants(): { readonly dataset: Dataset; readonly schema: Schema } {
  const rowCount = 400;
  const random = new Random(7, 'tenants');
  const draw = (): Float64Array => Float64Array.from({ length: rowCount }, () => Math.exp(random.normal()));
  const [rent, income] = [draw(), draw()];
  const town = Int32Array.from({ length: rowCount }, () => random.integer(towns.length));
  const left = Int32Array.from(rent, (value, row) =>
    random.normal() + Math.log(value / income[row]) + (town[row] === 1 ? 1.5 : -0.5) > 0 ? 1 : 0,
  );
  for (let row = 0; row < rowCount; row += 11) rent[row] = NaN;
  const columns: Column[] = [
    { kind: 'number', name: 'rent', values: rent },
    { kind: 'number', name: 'income', values: income },
    { kind: 'code', name: 'town', codes: town, levels: towns },
    { kind: 'code', name: 'left', codes: left, levels: ['no', 'yes'] },
  ];
  return {
    dataset: { rowCount, columns },
    schema: {
      target: { name: 'left', positive: 'yes', negative: 'no' },
      columns: columns.map(({ name, kind }) => ({
        name,
        type: kind === 'number' ? 'numeric' : 'category',
        role: name === 'left' ? 'target' : 'feature',
        optional: name === 'rent',
      })),
    },
  };
}

/** A row of them as a record of JSON. */
export function tenant(row: number): Record<string, unknown> {
  const { dataset } = tenants();
  return Object.fromEntries(
    dataset.columns.map((column) => {
      if (column.kind === 'code') return [column.name, column.levels[column.codes[row]]];
      const value = column.values[row];
      return [column.name, Number.isNaN(value) ? null : value];
    }),
  );
}

/** Trains a model by a recipe, as a search trains what it ends with. */
export async function shipped(
  members: readonly TreeMember[],
  engineered: readonly EngineeredFeature[] = [],
): Promise<Bundle & Required<Pick<Bundle, 'booster' | 'logistic'>>> {
  const recipe: Recipe = { members, engineered };
  const options = {
    folds: 3,
    seed: 2,
    testSize: 0,
    explain: false,
    threads: 1,
    calibration: 'auto',
  } as const;
  const { bundle } = await makeModel(tenants(), options, (settings) => ({
    tasks: () => 1,
    fit: (rows, _, onTask) => fitRecipe(rows, settings, onTask, recipe),
  }));
  const { booster, logistic } = bundle;
  if (booster === undefined || logistic === undefined) throw new Error('a training ships both members');
  return { ...bundle, booster, logistic };
}

/** A bundle written and read back, and the bytes of its trees. */
export async function writtenAndRead(
  bundle: Bundle,
): Promise<{ readonly bundle: Bundle; readonly file: Uint8Array }> {
  const home = await mkdtemp(join(tmpdir(), 'ensemble-'));
  try {
    await writeBundle(join(home, 'model'), bundle);
    const read = await readBundle(join(home, 'model'));
    return { bundle: read, file: await readFile(join(home, 'model', 'model.ubj')) };
  } finally {
    await rm(home, { recursive: true });
  }
}
