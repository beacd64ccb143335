import { maximumCategoryLevels } from './category-step.ts';
import type { LinearKind } from './linear-kind.ts';

/** A category for linear learners: a block of 0/1 columns, one per code, and a last one for missing. */
export interface OneHotStep {
  readonly kind: 'one-hot';
  readonly feature: string;
  /** The share of each level in training, missing last; as many as there are levels. */
  readonly shares: readonly number[];
}

/** One-hot blocks over the codes of a category feature. */
export const oneHotStep: LinearKind<OneHotStep> = {
  kind: 'one-hot',

  fit(feature, column, recipe) {
    const levels = (recipe.kind === 'one-hot' ? recipe.levels : 0) + 1;
    const counts = new Float64Array(levels);
    for (const code of column) counts[levelOf(code, levels)]++;
    const shares = Array.from(counts, (count) => (column.length === 0 ? 0 : count / column.length));
    return { kind: 'one-hot', feature, shares };
  },

  numericMeans: () => [],

  codeShares: (step) => [step.shares],

  apply(step, column) {
    const levels = step.shares.length;
    const codes = Int32Array.from(column, (code) => levelOf(code, levels));
    return { numeric: [], codes: [{ codes, levels }] };
  },

  rowStep(step, place) {
    const levels = step.shares.length;
    return (features, target) => {
      target.codes[place.codes] = levelOf(features[place.feature], levels);
    };
  },

  parse(cursor) {
    const { feature, shares } = cursor.object(['kind', 'feature', 'shares']);
    const parsed = shares.numbers(maximumCategoryLevels + 2, { min: 0, max: 1 });
    if (parsed.length === 0) shares.fail('there is no level');
    return { kind: 'one-hot', feature: feature.string(), shares: parsed };
  },
};

/** The block's column of a code; missing is the last one. */
function levelOf(code: number, levels: number): number {
  return code >= 0 && code < levels - 1 ? code : levels - 1;
}
