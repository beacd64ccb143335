import { InvalidOption } from '@verdict/core';
import { checkInteractionShape } from './interaction.ts';
import { linkOf, objectiveNames } from './link.ts';
import { checkMonotoneShape } from './monotone.ts';
import type { Params } from './params.ts';

interface Range {
  readonly says: string;
  readonly accepts: (value: number) => boolean;
}

/** Models hold numbers in single precision. */
const largest = 2 ** 127 * (2 - 2 ** -23);
const notNegative: Range = { says: 'a number from 0 to 3.4e38', accepts: (v) => v >= 0 && v <= largest };
const positive: Range = { says: 'a number above 0, up to 3.4e38', accepts: (v) => v > 0 && v <= largest };
/** Leaves are of size 1 and a few; with a rate far beyond that margins soon are no numbers any more. */
const rate: Range = { says: 'a number above 0 and at most 1000', accepts: (v) => v > 0 && v <= 1000 };
const share: Range = { says: 'a number above 0 and at most 1', accepts: (v) => v > 0 && v <= 1 };
const probability: Range = { says: 'a number from 0 to 1', accepts: (v) => v >= 0 && v <= 1 };
const whole = (low: number, high = 1e9): Range => ({
  says: `a whole number from ${low} to ${high}`,
  accepts: (v) => Number.isInteger(v) && v >= low && v <= high,
});

const ranges: Readonly<Record<string, Range>> = {
  learning_rate: rate,
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
  num_parallel_tree: whole(1, 1e6),
  scale_pos_weight: positive,
  base_score: { says: 'a finite float32', accepts: (v) => Number.isFinite(Math.fround(v)) },
  max_cat_to_onehot: whole(1),
  max_cat_threshold: whole(1),
  cat_smooth: notNegative,
  cat_l2: notNegative,
  min_data_per_group: notNegative,
  rate_drop: probability,
  skip_drop: probability,
  seed: { says: 'a whole number of at most 53 bits', accepts: (v) => Number.isSafeInteger(v) && v >= 0 },
};

const choices: Readonly<Record<string, readonly unknown[]>> = {
  objective: objectiveNames,
  booster: ['gbtree', 'dart'],
  grow_policy: ['depthwise', 'lossguide'],
  one_drop: [false, true, 0, 1],
  sample_type: ['uniform', 'weighted'],
  normalize_type: ['tree', 'forest'],
};

const shapes: Readonly<Record<string, (option: string, value: unknown) => void>> = {
  monotone_constraints: checkMonotoneShape,
  interaction_constraints: checkInteractionShape,
};

/**
 * Checks one parameter by itself.
 *
 * @param name as the caller wrote it
 * @throws InvalidOption
 */
export function checkValue(name: string, canonical: string, value: unknown): void {
  if (Object.hasOwn(shapes, canonical)) {
    shapes[canonical](name, value);
    return;
  }
  if (Object.hasOwn(choices, canonical)) {
    if (choices[canonical].includes(value)) return;
    throw new InvalidOption({ option: name, got: value, expected: choices[canonical].join(' or ') });
  }
  const range = ranges[canonical];
  if (typeof value === 'number' && Number.isFinite(value) && range.accepts(value)) return;
  throw new InvalidOption({ option: name, got: value, expected: range.says });
}

const dartOnly = ['rate_drop', 'skip_drop', 'one_drop', 'sample_type', 'normalize_type'];

/**
 * Checks what only matters together.
 *
 * @param isGiven whether the caller gave a parameter
 * @throws InvalidOption
 */
export function checkTogether(params: Params, isGiven: (name: string) => boolean): void {
  const refuse = (option: keyof Params, expected: string): never => {
    throw new InvalidOption({ option, got: params[option], expected });
  };
  if (params.max_depth === 0 && params.max_leaves === 0) {
    refuse('max_depth', 'above 0 when max_leaves is 0');
  }
  if (params.max_leaves === 1) refuse('max_leaves', '0 (no limit) or at least 2');
  const { logistic, startsAtProbability } = linkOf(params.objective);
  const { base_score: base } = params;
  if (startsAtProbability && base !== undefined && !(base > 0 && base < 1)) {
    refuse('base_score', `a probability above 0 and below 1, as the objective is ${params.objective}`);
  }
  if (!logistic && params.scale_pos_weight !== 1) {
    refuse('scale_pos_weight', `1 with the objective ${params.objective}, whose labels are not classes`);
  }
  const idle = params.booster === 'dart' ? undefined : dartOnly.find(isGiven);
  if (idle !== undefined) {
    throw new InvalidOption({ option: idle, got: idle, expected: 'left out unless booster is dart' });
  }
}
