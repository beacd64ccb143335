import type { Params } from '@verdict/boost';

/** Boosted trees that are quick to train and show which features are of use; `bench/defaults` has better ones. */
export const modestTrees: Partial<Params> = {
  learning_rate: 0.1,
  max_depth: 4,
  subsample: 0.8,
  colsample_bynode: 0.5,
  max_cat_to_onehot: 12,
  max_cat_threshold: 4,
  // Else categories of many levels gain by luck.
  cat_smooth: 10,
  cat_l2: 10,
};

/** Rounds that show importance. */
export const importanceRounds = 60;

/** Most rounds of a model that is judged, and when it stops. */
export const judgedRounds = { rounds: 300, earlyStoppingRounds: 20 } as const;
