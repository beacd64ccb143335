import { InvalidOption } from '@verdict/core';

/** Training parameters under XGBoost's names, with XGBoost's defaults unless said otherwise in the README. */
export interface Params {
  readonly objective: 'binary:logistic';
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
  /** Multiplies the weight of rows with label 1. */
  readonly scale_pos_weight: number;
  /** Starting probability; default: see the README. */
  readonly base_score: number | undefined;
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
  /** Seed of row and column sampling and of the rounding of gradients. */
  readonly seed: number;
}

/** What a caller may pass: any of the parameters, or their aliases. */
export type ParamsInput = Partial<Params> & {
  readonly eta?: number;
  readonly reg_lambda?: number;
  readonly reg_alpha?: number;
  readonly min_split_loss?: number;
};

export const defaultParams: Params = {
  objective: 'binary:logistic',
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
  scale_pos_weight: 1,
  base_score: undefined,
  max_cat_to_onehot: 4,
  max_cat_threshold: 64,
  cat_smooth: 0,
  cat_l2: 0,
  min_data_per_group: 0,
  seed: 0,
};

const aliases: Readonly<Record<string, keyof Params>> = {
  eta: 'learning_rate',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
  min_split_loss: 'gamma',
};

interface Range {
  readonly says: string;
  readonly accepts: (value: number) => boolean;
}

const notNegative: Range = { says: 'a finite number that is not negative', accepts: (v) => v >= 0 };
const positive: Range = { says: 'a finite number above 0', accepts: (v) => v > 0 };
const share: Range = { says: 'a number above 0 and at most 1', accepts: (v) => v > 0 && v <= 1 };
const whole = (low: number): Range => ({
  says: `a whole number from ${low} to 1000000000`,
  accepts: (v) => Number.isInteger(v) && v >= low && v <= 1e9,
});

const ranges: Readonly<Record<string, Range>> = {
  learning_rate: positive,
  max_depth: whole(0),
  max_leaves: whole(0),
  min_child_weight: notNegative,
  gamma: notNegative,
  lambda: notNegative,
  alpha: notNegative,
  max_delta_step: notNegative,
  subsample: share,
  colsample_bytree: share,
  colsample_bylevel: share,
  colsample_bynode: share,
  scale_pos_weight: positive,
  base_score: { says: 'a probability above 0 and below 1', accepts: (v) => v > 0 && v < 1 },
  max_cat_to_onehot: whole(1),
  max_cat_threshold: whole(1),
  cat_smooth: notNegative,
  cat_l2: notNegative,
  min_data_per_group: notNegative,
  seed: { says: 'a whole number of at most 53 bits', accepts: (v) => Number.isSafeInteger(v) && v >= 0 },
};

const choices: Readonly<Record<string, readonly string[]>> = {
  objective: ['binary:logistic'],
  grow_policy: ['depthwise', 'lossguide'],
};

/**
 * Fills in defaults, resolves aliases and checks every value. `undefined` stands for the default.
 *
 * @throws InvalidOption for an unknown name, a value out of range, or an alias beside its name
 */
export function resolveParams(input: ParamsInput): Params {
  const given = new Map<string, unknown>();
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const canonical = Object.hasOwn(aliases, name) ? aliases[name] : name;
    if (!Object.hasOwn(defaultParams, canonical)) {
      throw new InvalidOption({
        option: name,
        got: value,
        expected: `one of the parameters ${Object.keys(defaultParams).join(', ')}`,
      });
    }
    if (given.has(canonical)) {
      throw new InvalidOption({ option: name, got: value, expected: `given once, not also as ${canonical}` });
    }
    checkValue(name, canonical, value);
    given.set(canonical, value);
  }
  const params: Params = { ...defaultParams, ...Object.fromEntries(given) };
  if (params.max_depth === 0 && params.max_leaves === 0) {
    throw new InvalidOption({ option: 'max_depth', got: 0, expected: 'above 0 when max_leaves is 0' });
  }
  if (params.max_leaves === 1) {
    throw new InvalidOption({ option: 'max_leaves', got: 1, expected: '0 (no limit) or at least 2' });
  }
  return params;
}

function checkValue(name: string, canonical: string, value: unknown): void {
  if (Object.hasOwn(choices, canonical)) {
    if (typeof value === 'string' && choices[canonical].includes(value)) return;
    throw new InvalidOption({ option: name, got: value, expected: choices[canonical].join(' or ') });
  }
  const range = ranges[canonical];
  if (typeof value === 'number' && Number.isFinite(value) && range.accepts(value)) return;
  throw new InvalidOption({ option: name, got: value, expected: range.says });
}
