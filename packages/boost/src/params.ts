import { InvalidOption } from '@verdict/core';
import { checkObject } from './argument-checks.ts';
import type { InteractionConstraints } from './interaction.ts';
import type { ObjectiveName } from './link.ts';
import type { MonotoneConstraints } from './monotone.ts';
import { checkTogether, checkValue } from './param-checks.ts';
import { explainUnknown } from './param-names.ts';

/** Training parameters under XGBoost's names, with XGBoost's defaults unless docs/api.md says otherwise. */
export interface Params {
  readonly objective: ObjectiveName;
  /** `dart` drops earlier trees at random while it learns new ones. */
  readonly booster: 'gbtree' | 'dart';
  /** Shrinks every tree; alias `eta`. */
  readonly learning_rate: number;
  /** Greatest depth of a tree; 0 is no limit and needs `max_leaves`. */
  readonly max_depth: number;
  /** Greatest number of leaves; 0 is no limit. */
  readonly max_leaves: number;
  readonly grow_policy: 'depthwise' | 'lossguide';
  /** Least sum of hessians in a child. */
  readonly min_child_weight: number;
  /** Least gain of a split; alias `min_split_loss`. */
  readonly gamma: number;
  /** L2 penalty on leaf values; alias `reg_lambda`. */
  readonly lambda: number;
  /** L1 penalty on leaf values; alias `reg_alpha`. */
  readonly alpha: number;
  /** Bound on a leaf's value before the learning rate; 0 is none. */
  readonly max_delta_step: number;
  /** Share of the rows that each tree sees. */
  readonly subsample: number;
  readonly colsample_bytree: number;
  readonly colsample_bylevel: number;
  readonly colsample_bynode: number;
  /** Trees of one round, grown from the same gradients and averaged: a random forest if there is one round. */
  readonly num_parallel_tree: number;
  /** Multiplies the weight of rows with label 1. */
  readonly scale_pos_weight: number;
  /** Where to start: a probability if the objective is logistic; default: see docs/api.md. */
  readonly base_score: number | undefined;
  /** Columns in which predictions may only rise (1) or fall (-1): by position, or by name. */
  readonly monotone_constraints: MonotoneConstraints | undefined;
  /** Groups of columns, by position or name, that may meet on a path of a tree. */
  readonly interaction_constraints: InteractionConstraints | undefined;
  /** Columns with fewer categories are split one category against the rest. */
  readonly max_cat_to_onehot: number;
  /** Most categories in the listed set of a sorted split. */
  readonly max_cat_threshold: number;
  /** Added to a category's hessian when categories are sorted (as in LightGBM, whose default is 10). */
  readonly cat_smooth: number;
  /** Added to lambda in the gain of sorted splits (as in LightGBM, whose default is 10). */
  readonly cat_l2: number;
  /** Sorted splits leave categories of fewer rows (estimated by their hessian) unlisted (LightGBM: 100). */
  readonly min_data_per_group: number;
  /** DART: probability with which each earlier tree is dropped. */
  readonly rate_drop: number;
  /** DART: probability with which a round drops nothing. */
  readonly skip_drop: number;
  /** DART: drop at least one tree in rounds that are not skipped. */
  readonly one_drop: boolean;
  /** DART: drop all trees alike, or heavier trees more often. */
  readonly sample_type: 'uniform' | 'weighted';
  /** DART: new trees weigh as much as each dropped tree, or as all of them together. */
  readonly normalize_type: 'tree' | 'forest';
  /** Seed of row and column sampling, of dropping, and of the rounding of gradients. */
  readonly seed: number;
}

/** What a caller may pass: any of the parameters, or their aliases. */
export type ParamsInput = Partial<Omit<Params, 'one_drop'>> & {
  readonly one_drop?: boolean | 0 | 1;
  readonly eta?: number;
  readonly reg_lambda?: number;
  readonly reg_alpha?: number;
  readonly min_split_loss?: number;
};

export const defaultParams: Params = {
  objective: 'binary:logistic',
  booster: 'gbtree',
  learning_rate: 0.3,
  max_depth: 6,
  max_leaves: 0,
  grow_policy: 'depthwise',
  min_child_weight: 1,
  gamma: 0,
  lambda: 1,
  alpha: 0,
  max_delta_step: 0,
  subsample: 1,
  colsample_bytree: 1,
  colsample_bylevel: 1,
  colsample_bynode: 1,
  num_parallel_tree: 1,
  scale_pos_weight: 1,
  base_score: undefined,
  monotone_constraints: undefined,
  interaction_constraints: undefined,
  max_cat_to_onehot: 4,
  max_cat_threshold: 64,
  cat_smooth: 0,
  cat_l2: 0,
  min_data_per_group: 0,
  rate_drop: 0,
  skip_drop: 0,
  one_drop: false,
  sample_type: 'uniform',
  normalize_type: 'tree',
  seed: 0,
};

const aliases: Readonly<Record<string, keyof Params>> = {
  eta: 'learning_rate',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
  min_split_loss: 'gamma',
};

/**
 * Fills in defaults, resolves aliases and checks every value. `undefined` stands for the default. Names of columns
 * in constraints are checked when the columns are known.
 *
 * @throws InvalidOption for an unknown name, a value out of range, or an alias beside its name
 */
export function resolveParams(input: ParamsInput): Params {
  checkObject('params', input, 'an object of parameters, such as { max_depth: 4 }');
  const given = new Map<string, unknown>();
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const canonical = Object.hasOwn(aliases, name) ? aliases[name] : name;
    if (!Object.hasOwn(defaultParams, canonical)) {
      const known = [...Object.keys(defaultParams), ...Object.keys(aliases)];
      throw new InvalidOption({ option: name, got: value, expected: explainUnknown(name, known) });
    }
    if (given.has(canonical)) {
      throw new InvalidOption({ option: name, got: value, expected: `given once, not also as ${canonical}` });
    }
    checkValue(name, canonical, value);
    given.set(canonical, canonical === 'one_drop' ? Boolean(value) : value);
  }
  const params: Params = { ...defaultParams, ...Object.fromEntries(given) };
  checkTogether(params, (name) => given.has(name));
  return params;
}
