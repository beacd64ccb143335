import type { BinnedMatrix, Matrix } from '@verdict/boost';
import { binMatrixAsync } from '@verdict/boost';
import type { Dataset, Schema } from '@verdict/core';
import { takeRows } from '@verdict/core';
import {
  applyFeatures,
  fitTransformFeatures,
  looksAtLabel,
  refitLabelLooking,
  withLabelLooking,
} from '../features/index.ts';
import type { EngineeredFeature, FeatureOptions, FeaturePlan } from '../features/index.ts';
import { joinFeatures, takeFeatures } from '../selection/index.ts';
import { share } from './shared-memory.ts';

/** Which rows train a fold, and which it is judged on. On shared memory. */
export interface FoldRows {
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
}

/** The features of all rows. */
export interface FeatureTable {
  readonly plan: FeaturePlan;
  readonly matrix: Matrix;
  readonly binned: BinnedMatrix;
}

/** A table as one fold sees it: all rows, by a plan that has not looked at the labels of the fold's own rows. */
export interface FoldTable extends FoldRows, FeatureTable {}

/** The features of all rows, and as each fold sees them. */
export interface FoldTables extends FeatureTable {
  readonly folds: readonly FoldTable[];
  /**
   * Do features, or the choice of them, look at labels, so that each fold has a plan of its own? Otherwise all have
   * the plan, matrix and bins of all rows.
   */
  readonly labelled: boolean;
}

/** What features are made of. */
export interface FoldTablesInput {
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  /** Rows with the same number of 0 or more stay together where features are learnt in folds; -1 stands alone. */
  readonly groups: Int32Array | undefined;
  readonly engineered: readonly EngineeredFeature[] | undefined;
  readonly splits: readonly FoldRows[];
  /** Levels that fewer rows have are pooled. */
  readonly minimumCount: number;
  readonly seed: number;
}

/** The rows of each fold of a partition: those of the other folds train, its own judge. */
export function splitsOf(folds: Uint8Array): FoldRows[] {
  const count = folds.reduce((most, fold) => Math.max(most, fold), 0) + 1;
  const rowsOf = (test: (fold: number) => boolean): Uint32Array =>
    share(Uint32Array.from(folds.keys()).filter((row) => test(folds[row])));
  return Array.from({ length: count }, (_, fold) => ({
    rows: rowsOf((other) => other !== fold),
    validationRows: rowsOf((other) => other === fold),
  }));
}

/**
 * Fits the feature plan on all rows, and what of it looks at labels once more in each fold. What does not look at
 * them (dictionaries, medians, bin edges) is computed once and shared.
 */
export async function foldTables(input: FoldTablesInput): Promise<FoldTables> {
  const { dataset, schema, labels, weights, groups, engineered, splits, minimumCount, seed } = input;
  const options = { minimumCount, seed, ...(engineered === undefined ? {} : { engineered }) };
  const own = groups === undefined ? options : { ...options, groups };
  const { plan, matrix } = fitTransformFeatures(dataset, schema, own, labels, weights);
  // In slices, so that the caller's event loop goes on.
  const binned = await binMatrixAsync(matrix, { threads: 1 });
  const common = { plan, matrix, binned };
  const labelled = looksAtLabel(plan);
  const folds: FoldTable[] = [];
  for (const split of splits) {
    folds.push({ ...split, ...(labelled ? await foldTable(input, options, common, split) : common) });
  }
  return { ...common, folds, labelled };
}

/** All rows, with features that look at labels by the fold's training rows, where they are cross-fitted. */
async function foldTable(
  { dataset, schema, labels, weights, groups }: FoldTablesInput,
  options: Omit<FeatureOptions, 'keep'>,
  { plan, matrix, binned }: FeatureTable,
  { rows, validationRows }: FoldRows,
): Promise<FeatureTable> {
  const fitted = refitLabelLooking(
    plan,
    takeRows(dataset, rows),
    schema,
    groups === undefined ? options : { ...options, groups: Int32Array.from(rows, (row) => groups[row]) },
    Uint8Array.from(rows, (row) => labels[row]),
    weights && Float64Array.from(rows, (row) => weights[row]),
  );
  const others = applyFeatures(fitted.plan, takeRows(dataset, validationRows));
  const looking = {
    ...fitted.matrix,
    rowCount: dataset.rowCount,
    columns: fitted.matrix.columns.map((column, f) => {
      // Rows that neither train nor judge this fold stay missing; no one asks for them.
      const all = new Float32Array(dataset.rowCount).fill(Number.NaN);
      rows.forEach((row, i) => (all[row] = column[i]));
      validationRows.forEach((row, i) => (all[row] = others.columns[f][i]));
      return all;
    }),
  };
  const places = new Map(looking.featureNames.map((name, f) => [name, f]));
  const names = matrix.featureNames;
  const blind = Uint32Array.from(names.keys()).filter((f) => !places.has(names[f]));
  const joined = joinFeatures(takeFeatures(binned, blind), await binMatrixAsync(looking, { threads: 1 }));
  const order = new Map(joined.featureNames.map((name, f) => [name, f]));
  return {
    plan: withLabelLooking(plan, fitted.plan),
    matrix: {
      ...matrix,
      columns: names.map((name, f) => {
        const place = places.get(name);
        return place === undefined ? matrix.columns[f] : looking.columns[place];
      }),
    },
    binned: takeFeatures(
      joined,
      Uint32Array.from(names, (name) => order.get(name)!),
    ),
  };
}
