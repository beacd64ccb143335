import type { Params } from '@verdict/boost';

/** What a fold is boosted with. */
export interface TreeDefaults {
  readonly params: Partial<Params>;
  /** Most rounds. */
  readonly rounds: number;
  readonly earlyStoppingRounds: number;
}

/** The default parameters of the tree member. */
export function treeDefaults(_rowCount: number, _columnCount: number): TreeDefaults {
  return {
    params: {
      learning_rate: 0.05,
      max_depth: 5,
      subsample: 0.8,
      colsample_bynode: 0.5,
      max_cat_to_onehot: 256,
    },
    rounds: 2000,
    earlyStoppingRounds: 50,
  };
}

/** The penalties that the regression chooses from, as scikit-learn's C, strongest first. */
export const linearPenalties: readonly number[] = [0.003, 0.01, 0.03, 0.1, 0.3, 1];
