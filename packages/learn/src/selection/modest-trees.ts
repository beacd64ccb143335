import type { Params } from '@verdict/boost';
import { categoryDefaults } from '../training/defaults.ts';

/** How categories are split: penalised, since those of many levels would else gain by luck. */
export const categorySplits: Partial<Params> = {
  ...categoryDefaults,
  cat_smooth: 10,
  cat_l2: 10,
};

/** Boosted trees that are quick to train and show which features are of use; `treeDefaults` has better ones. */
export const modestTrees: Partial<Params> = {
  learning_rate: 0.1,
  max_depth: 4,
  subsample: 0.8,
  colsample_bynode: 0.5,
  ...categorySplits,
};

/** Rounds that show importance. */
export const importanceRounds = 60;

/** Most rounds of a model that is judged, and when it stops. */
export const judgedRounds = { rounds: 300, earlyStoppingRounds: 20 } as const;
