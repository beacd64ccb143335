import type { Params } from '@verdict/boost';
import { categoryDefaults, treeDefaults } from '../training/defaults.ts';
import { patienceFor } from './configuration.ts';
import type { Configuration } from './configuration.ts';

/** Most rows with which DART, whose rounds take ever longer, and a forest grown in one round are worth their time. */
const SLOW_ROWS = 20_000;
/** Trees of the random forest; more of them change margins by less than the rows' noise. */
const FOREST_TREES = 100;

/**
 * Strong configurations that differ in kind, the most promising first: they are evaluated before anything is searched,
 * so that a small budget is well spent, a search starts from good places, and an ensemble has members that err
 * differently. The first is what `verdict train` uses.
 *
 * @param rowCount rows of the table
 */
export function portfolio(rowCount: number): Configuration[] {
  const defaults = treeDefaults(rowCount);
  const { learning_rate: rate = 0.1, ...common } = defaults.params;
  const of = (name: string, params: Partial<Params>): Configuration => ({
    name,
    params,
    rounds: defaults.rounds,
    earlyStoppingRounds: patienceFor(params.learning_rate ?? rate),
  });
  const { rounds, earlyStoppingRounds, params } = defaults;
  return [
    { name: 'defaults of train', params, rounds, earlyStoppingRounds },
    of('shallow and slow', { ...common, learning_rate: 0.6 * rate, max_depth: 3 }),
    of('loss-guided', {
      ...categoryDefaults,
      learning_rate: rate,
      grow_policy: 'lossguide',
      max_depth: 0,
      max_leaves: 24,
      min_child_weight: 5,
      subsample: 0.8,
      colsample_bynode: 0.5,
    }),
    of('deep and regularised', {
      ...categoryDefaults,
      learning_rate: rate,
      max_depth: 8,
      min_child_weight: 8,
      lambda: 10,
      alpha: 1,
      subsample: 0.7,
      colsample_bynode: 0.3,
    }),
    // XGBoost's parameters tuned on 118 data sets (Holzmüller et al. 2024, arXiv 2407.04491, table of XGB-TD).
    of('tuned defaults of XGBoost', {
      learning_rate: 0.08,
      max_depth: 6,
      min_child_weight: 5e-6,
      lambda: 0,
      subsample: 0.65,
      colsample_bylevel: 0.9,
    }),
    of('pairs of columns', { ...common, learning_rate: 2 * rate, max_depth: 2 }),
    of('few columns a node', {
      ...categoryDefaults,
      learning_rate: rate,
      max_depth: 6,
      subsample: 0.8,
      colsample_bynode: 0.2,
      min_child_weight: 2,
    }),
    of('sets of categories', {
      ...common,
      learning_rate: rate,
      max_cat_to_onehot: 4,
      max_cat_threshold: 32,
      cat_smooth: 10,
      cat_l2: 10,
      min_data_per_group: 20,
    }),
    of('boosted forests', {
      ...categoryDefaults,
      learning_rate: 2 * rate,
      num_parallel_tree: 4,
      max_depth: 6,
      subsample: 0.5,
      colsample_bynode: 0.3,
      min_child_weight: 2,
    }),
    ...(rowCount > SLOW_ROWS
      ? []
      : [
          of('dropped trees', {
            ...common,
            learning_rate: 2 * rate,
            booster: 'dart',
            rate_drop: 0.05,
            skip_drop: 0.5,
          }),
          // One Newton step from the mean label by a mean of deep trees: a random forest (Breiman 2001) in log-odds.
          {
            name: 'random forest',
            params: {
              ...categoryDefaults,
              num_parallel_tree: FOREST_TREES,
              learning_rate: 1,
              max_depth: 16,
              subsample: 0.63,
              colsample_bynode: 0.2,
              min_child_weight: 0.5,
              lambda: 0.01,
            },
            rounds: 1,
          },
        ]),
  ];
}
