import type { Params } from '@verdict/boost';

/** What a fold is boosted with. */
export interface TreeDefaults {
  /** By XGBoost's names; what is not named has XGBoost's default. */
  readonly params: Partial<Params>;
  /** Most rounds. */
  readonly rounds: number;
  readonly earlyStoppingRounds: number;
}

/** From here on, twice the learning rate saves half of the time for next to nothing in log loss. */
const MANY_ROWS = 20_000;

/**
 * How categories are split: one against the rest where there are few levels, by small sets of levels where there are
 * many, of which each has some rows in the node. With XGBoost's own values (4 and 64) trees learn sets of many levels
 * by heart.
 */
export const categoryDefaults = {
  max_cat_to_onehot: 12,
  max_cat_threshold: 4,
  min_data_per_group: 5,
} as const satisfies Partial<Params>;

/**
 * The default parameters of the tree member: shallow trees, half of the features at each node, one-hot splits
 * for categories of few levels and small sets of levels for the others. Chosen by repeated cross-validation of
 * the whole pipeline on seven training files (`bench/defaults`); they depend on the number of rows alone.
 */
export function treeDefaults(rowCount: number): TreeDefaults {
  const many = rowCount >= MANY_ROWS;
  return {
    params: {
      learning_rate: many ? 0.1 : 0.05,
      max_depth: 5,
      subsample: 0.8,
      colsample_bynode: 0.5,
      ...categoryDefaults,
    },
    rounds: 3000,
    earlyStoppingRounds: many ? 30 : 50,
  };
}

/** The penalty of the regression, as scikit-learn's C; a flat optimum, chosen as the trees' parameters were. */
export const linearPenalty = 0.3;
