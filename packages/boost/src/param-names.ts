import { nearest } from '@verdict/core';

/** Names that other engines have as parameters, and where the same thing is said here. */
const elsewhere: Readonly<Record<string, string>> = {
  max_bin: 'the option maxBin of binMatrix instead',
  tree_method: 'nothing, as trees are always grown from histograms',
  nthread: 'the option threads instead',
  n_jobs: 'the option threads instead',
  num_threads: 'the option threads instead',
  device: 'nothing, as training runs on the processor',
  verbosity: 'the option onRound instead, which hears of every round',
  eval_metric: 'the option metric instead',
  disable_default_eval_metric: 'the option metric instead',
  num_boost_round: 'the option rounds instead',
  n_estimators: 'the option rounds instead',
  num_round: 'the option rounds instead',
  early_stopping_rounds: 'the option earlyStoppingRounds instead',
  callbacks: 'the option onRound instead',
  random_state: 'the parameter seed instead',
  num_leaves: 'the parameter max_leaves instead',
  min_child_samples: 'the parameter min_child_weight instead, a sum of hessians',
  feature_fraction: 'the parameter colsample_bytree instead',
  bagging_fraction: 'the parameter subsample instead',
  lambda_l1: 'the parameter alpha instead',
  lambda_l2: 'the parameter lambda instead',
  num_class: 'nothing, as there are no objectives of several classes',
  missing: 'nothing, as NaN is missing',
  enable_categorical: 'nothing, as columns of type c are categorical',
  feature_types: 'the featureTypes of the matrix instead',
  sampling_method: 'nothing, as rows are drawn uniformly',
  refresh_leaf: 'nothing, as leaves are final when a tree is grown',
  process_type: 'the option initial instead, to go on from a booster',
  updater: 'nothing, as there is one way to grow trees',
  max_cached_hist_node: 'nothing, as the cache of histograms is bounded by itself',
  seed_per_iteration: 'nothing, as every round draws anew from one seed',
  evals: 'validationRows in the data instead',
  eval_set: 'validationRows in the data instead',
  verbose_eval: 'the option onRound instead, which hears of every round',
  xgb_model: 'the option initial instead',
  obj: 'the option objective instead',
  custom_metric: 'the option metric instead',
  sample_weight: 'weights in the data instead',
  iteration_range: 'the options begin and end instead',
};

/**
 * What to say of a name that does not exist: where the same thing is found, what was probably meant, or what there is.
 *
 * @param known all names that are there
 * @param kind what the names are of
 */
export function explainUnknown(
  name: string,
  known: readonly string[],
  kind: 'parameter' | 'option' = 'parameter',
): string {
  if (Object.hasOwn(elsewhere, name)) return elsewhere[name];
  const near = nearest(name, known);
  if (near.length > 0) return `a known ${kind} (did you mean ${near.join(' or ')}?)`;
  return `one of the ${kind}s ${known.join(', ')}`;
}
