import { selectFeatures } from '../features/index.ts';
import { rankInSplit, takeFeatures } from '../selection/index.ts';
import { foldTables } from './fold-tables.ts';
import type { FeatureTable, FoldTables, FoldTablesInput } from './fold-tables.ts';
import type { WorkPool } from './pool.ts';
import type { Recipe } from './recipe.ts';
import { share, shareMatrix, shareOthers } from './shared-memory.ts';

export interface RecipeTablesInput extends Omit<FoldTablesInput, 'engineered'> {
  readonly recipe: Pick<Recipe, 'engineered' | 'selection'>;
  readonly pool: WorkPool;
}

/**
 * The features of a recipe: those that it keeps, and in each fold as many as are best by a ranking on the rows that
 * train the fold. Ranked on all rows, features would be chosen with the labels of those that judge (Ambroise and
 * McLachlan 2002).
 */
export async function recipeTables({ recipe, pool, ...input }: RecipeTablesInput): Promise<FoldTables> {
  const { engineered, selection } = recipe;
  const tables = await foldTables({ ...input, engineered });
  if (selection === undefined) return tables;
  const { method, count, kept } = selection;
  const ranking = {
    method,
    labels: share(input.labels),
    weights: input.weights && share(Float32Array.from(input.weights)),
    seed: input.seed,
    pool,
  };
  const shared = shareMatrix(tables.matrix);
  const orders = await Promise.all(
    tables.folds.map(({ rows, binned, matrix }, place) =>
      rankInSplit(ranking, { matrix: shareOthers(matrix, tables.matrix, shared), binned }, rows, place),
    ),
  );
  return {
    ...narrow(tables, new Set(kept)),
    folds: tables.folds.map((fold, place) => {
      const { featureNames } = fold.matrix;
      const best = new Set(Array.from(orders[place].subarray(0, count), (f) => featureNames[f]));
      return { ...fold, ...narrow(fold, best) };
    }),
    labelled: true,
  };
}

/** A table with some of its features, in their order; names that it does not have are passed over. */
function narrow({ plan, matrix, binned }: FeatureTable, keep: ReadonlySet<string>): FeatureTable {
  const { rowCount, columns, featureNames, featureTypes } = matrix;
  const features = Uint32Array.from(featureNames.keys()).filter((f) => keep.has(featureNames[f]));
  const chosen = Array.from(features);
  return {
    plan: selectFeatures(plan, keep),
    matrix: {
      rowCount,
      columns: chosen.map((f) => columns[f]),
      featureNames: chosen.map((f) => featureNames[f]),
      featureTypes: chosen.map((f) => featureTypes[f]),
    },
    binned: takeFeatures(binned, features),
  };
}
