import { nearest } from '@verdict/core';

/** Names that other engines have as parameters, and where the same thing is said here. */
const elsewhere: Readonly<Record<string, string>> = {
  max_bin: 'left out here: bins are the option maxBin of binMatrix',
  tree_method: 'left out: trees are always grown from histograms (hist)',
  nthread: 'left out here: threads are an option of the training, not a parameter',
  n_jobs: 'left out here: threads are an option of the training, not a parameter',
  num_threads: 'left out here: threads are an option of the training, not a parameter',
  device: 'left out: training runs on the processor',
  verbosity: 'left out: nothing is printed; onRound hears of every round',
  eval_metric: 'left out here: metrics are the option metric',
  num_boost_round: 'left out here: it is the option rounds',
  n_estimators: 'left out here: it is the option rounds',
  num_round: 'left out here: it is the option rounds',
  early_stopping_rounds: 'left out here: it is the option earlyStoppingRounds',
  callbacks: 'left out here: it is the option onRound',
  random_state: 'named seed',
  num_leaves: 'named max_leaves',
  min_child_samples: 'left out: min_child_weight bounds children by their hessian',
  feature_fraction: 'named colsample_bytree',
  bagging_fraction: 'named subsample',
  lambda_l1: 'named alpha',
  lambda_l2: 'named lambda',
  num_class: 'left out: there are no objectives of several classes',
  missing: 'left out: NaN is missing',
  enable_categorical: 'left out: columns of type c are categorical',
  feature_types: 'left out here: types are part of the matrix',
  sampling_method: 'left out: rows are drawn uniformly',
  refresh_leaf: 'left out: leaves are final when a tree is grown',
  process_type: 'left out: trees are grown, or continued by the option initial',
  updater: 'left out: there is one way to grow trees',
  max_cached_hist_node: 'left out: the cache of histograms is bounded by itself',
  disable_default_eval_metric: 'left out here: metrics are the option metric',
  seed_per_iteration: 'left out: every round has its own draw of one seed',
};

/**
 * What to say of a parameter that does not exist: where the same thing is found, what was probably meant, or what
 * there is.
 *
 * @param known all names that are parameters
 */
export function explainUnknown(name: string, known: readonly string[]): string {
  if (Object.hasOwn(elsewhere, name)) return elsewhere[name];
  const near = nearest(name, known);
  if (near.length > 0) return `a known parameter (did you mean ${near.join(' or ')}?)`;
  return `one of the parameters ${known.join(', ')}`;
}
