import type { BinnedMatrix, Matrix } from '@verdict/boost';
import { binMatrixAsync } from '@verdict/boost';
import type { Dataset, Schema } from '@verdict/core';
import { takeRows } from '@verdict/core';
import { applyFeatures, fitTransformFeatures, looksAtLabel } from '../features/index.ts';
import type { FeatureOptions, FeaturePlan } from '../features/index.ts';
import type { Recipe } from './recipe.ts';
import { share } from './shared-memory.ts';

/** Which rows train a fold, and which it is judged on. On shared memory. */
export interface FoldRows {
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
}

/** A table as one fold sees it: all rows, by a plan that has not looked at the labels of the fold's own rows. */
export interface FoldTable extends FoldRows {
  readonly plan: FeaturePlan;
  readonly matrix: Matrix;
  readonly binned: BinnedMatrix;
}

/** The features of all rows, and as each fold sees them. */
export interface FoldTables {
  readonly plan: FeaturePlan;
  readonly matrix: Matrix;
  /** Bins of `matrix`; where no feature looks at labels, those of every fold. */
  readonly binned: BinnedMatrix;
  readonly folds: readonly FoldTable[];
  /** Do features look at labels, so that each fold has a plan of its own? */
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
  readonly recipe: Pick<Recipe, 'engineered' | 'keep'>;
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
 * Fits the feature plan on all rows, and once more in each fold if features look at labels: what does not look at
 * them (dictionaries, medians, bin edges) is shared.
 */
export async function foldTables(input: FoldTablesInput): Promise<FoldTables> {
  const { dataset, schema, labels, weights, groups, recipe, splits, minimumCount, seed } = input;
  const { engineered, keep } = recipe;
  const options = {
    minimumCount,
    seed,
    ...(engineered === undefined ? {} : { engineered }),
    ...(keep === undefined ? {} : { keep }),
  };
  const own = groups === undefined ? options : { ...options, groups };
  const { plan, matrix } = fitTransformFeatures(dataset, schema, own, labels, weights);
  // In slices, so that the caller's event loop goes on.
  const binned = await binMatrixAsync(matrix, { threads: 1 });
  const labelled = looksAtLabel(plan);
  if (!labelled) {
    return {
      plan,
      matrix,
      binned,
      labelled,
      folds: splits.map((split) => ({ ...split, plan, matrix, binned })),
    };
  }
  const folds: FoldTable[] = [];
  for (const split of splits) {
    const seen = foldMatrix(input, options, split);
    folds.push({ ...split, ...seen, binned: await binMatrixAsync(seen.matrix, { threads: 1 }) });
  }
  return { plan, matrix, binned, labelled, folds };
}

/** All rows by a plan of the fold's training rows, whose own features are cross-fitted. */
function foldMatrix(
  { dataset, schema, labels, weights, groups }: FoldTablesInput,
  options: FeatureOptions,
  { rows, validationRows }: FoldRows,
): { readonly plan: FeaturePlan; readonly matrix: Matrix } {
  const fitted = fitTransformFeatures(
    takeRows(dataset, rows),
    schema,
    groups === undefined ? options : { ...options, groups: Int32Array.from(rows, (row) => groups[row]) },
    Uint8Array.from(rows, (row) => labels[row]),
    weights && Float64Array.from(rows, (row) => weights[row]),
  );
  const others = applyFeatures(fitted.plan, takeRows(dataset, validationRows));
  const columns = fitted.matrix.columns.map((column, f) => {
    // Rows that neither train nor judge this fold stay missing; no one asks for them.
    const all = new Float32Array(dataset.rowCount).fill(Number.NaN);
    rows.forEach((row, i) => (all[row] = column[i]));
    validationRows.forEach((row, i) => (all[row] = others.columns[f][i]));
    return all;
  });
  return { plan: fitted.plan, matrix: { ...fitted.matrix, rowCount: dataset.rowCount, columns } };
}
