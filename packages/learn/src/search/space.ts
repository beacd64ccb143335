import { JsonCursor } from '../json/json-cursor.ts';
import { canonicalName, parameterValue } from './parameter-names.ts';
import type { ParameterValue, ParameterValues } from './parameter-names.ts';

/** Where a parameter is searched only for some values of others; elsewhere it has the value `otherwise`, or none. */
interface Conditional {
  /** Values that other parameters of the space must have. */
  readonly when?: ParameterValues;
  readonly otherwise?: ParameterValue;
}

/** A parameter that is a number. */
export interface RangeEntry extends Conditional {
  readonly low: number;
  readonly high: number;
  /** Search its logarithm evenly; then `low` is above 0. Default false. */
  readonly log?: boolean;
  /** Only whole numbers. Default false. */
  readonly integer?: boolean;
}

/** A parameter that is one of several values without an order. */
export interface ChoicesEntry extends Conditional {
  readonly choices: readonly ParameterValue[];
}

/**
 * What is searched, as plain JSON: parameters by XGBoost's names, and `rounds` and `early_stopping_rounds`. A value
 * alone is fixed; a list is short for `{ choices }`.
 *
 * @example
 * const space: SearchSpace = {
 *   learning_rate: { low: 0.02, high: 0.3, log: true },
 *   grow_policy: ['depthwise', 'lossguide'],
 *   max_depth: { low: 2, high: 10, integer: true, when: { grow_policy: 'depthwise' }, otherwise: 0 },
 *   max_leaves: { low: 4, high: 128, log: true, integer: true, when: { grow_policy: 'lossguide' } },
 *   rounds: 2000,
 * };
 */
export type SearchSpace = Readonly<
  Record<string, ParameterValue | readonly ParameterValue[] | RangeEntry | ChoicesEntry>
>;

/** A number that is searched. */
export interface NumberDimension extends Conditional {
  readonly kind: 'number';
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly integer: boolean;
}

/** A choice that is searched. */
export interface ChoiceDimension extends Conditional {
  readonly kind: 'choice';
  readonly name: string;
  readonly choices: readonly ParameterValue[];
}

export type Dimension = NumberDimension | ChoiceDimension;

/** A space that was checked: what is searched, in the order of the space, and what is fixed. */
export interface CheckedSpace {
  readonly dimensions: readonly Dimension[];
  readonly fixed: ParameterValues;
}

const MOST_PARAMETERS = 100;
const MOST_CHOICES = 1000;

/**
 * Checks a search space, from a file or a program.
 *
 * @param file what to call it in errors
 * @throws InvalidModel naming the place
 */
export function checkSpace(space: unknown, file = 'space'): CheckedSpace {
  const root = new JsonCursor(space, file);
  const dimensions: Dimension[] = [];
  const fixed: Record<string, ParameterValue> = {};
  for (const [name, at] of membersOf(root, MOST_PARAMETERS)) {
    const canonical = canonicalName(name, at);
    if (Object.hasOwn(fixed, canonical) || dimensions.some((one) => one.name === canonical)) {
      at.fail(`"${canonical}" is given twice`);
    }
    const conditions = { dimensions, fixed };
    const { raw } = at;
    if (Array.isArray(raw)) dimensions.push(choiceOf(canonical, at, {}));
    else if (typeof raw !== 'object' || raw === null) fixed[canonical] = parameterValue(canonical, at);
    else if ('choices' in raw) {
      const { choices, when, otherwise } = at.object(['choices'], ['when', 'otherwise']);
      dimensions.push(choiceOf(canonical, choices, conditionOf(canonical, when, otherwise, conditions)));
    } else dimensions.push(numberOf(canonical, at, conditions));
  }
  return { dimensions, fixed };
}

/** The members of an object of parsed JSON. */
export function membersOf(root: JsonCursor, most: number): [string, JsonCursor][] {
  const { raw } = root;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return root.fail('expected an object');
  const names = Object.keys(raw);
  if (names.length > most) return root.fail(`there are more than ${most} parameters`);
  return names.map((name) => [name, root.peek(name)]);
}

function choiceOf(name: string, list: JsonCursor, condition: Conditional): ChoiceDimension {
  const choices = list.array(MOST_CHOICES).map((one) => parameterValue(name, one));
  if (choices.length === 0) list.fail('there is nothing to choose from');
  if (new Set(choices).size !== choices.length) list.fail('a choice is given twice');
  return { kind: 'choice', name, choices, ...condition };
}

function numberOf(name: string, at: JsonCursor, space: CheckedSpace): NumberDimension {
  const entry = at.object(['low', 'high'], ['log', 'integer', 'when', 'otherwise']);
  const [low, high] = [entry.low, entry.high].map((end) => {
    const value = parameterValue(name, end);
    return typeof value === 'number' ? value : end.fail('expected a number');
  });
  if (!(low < high)) entry.high.fail(`${high} is not above ${low}`);
  const log = entry.log?.boolean() ?? false;
  const integer = entry.integer?.boolean() ?? false;
  if (log && !(low > 0)) entry.low.fail('a range whose logarithm is searched begins above 0');
  if (integer && !(Number.isSafeInteger(low) && Number.isSafeInteger(high))) {
    at.fail('the ends of a range of whole numbers are whole');
  }
  const condition = conditionOf(name, entry.when, entry.otherwise, space);
  return { kind: 'number', name, low, high, log, integer, ...condition };
}

/** @param space what comes before, which alone a condition may name */
function conditionOf(
  name: string,
  when: JsonCursor | undefined,
  otherwise: JsonCursor | undefined,
  { dimensions, fixed }: CheckedSpace,
): Conditional {
  if (when === undefined) {
    if (otherwise !== undefined) otherwise.fail('"otherwise" needs "when"');
    return {};
  }
  const conditions: Record<string, ParameterValue> = {};
  for (const [other, at] of membersOf(when, MOST_PARAMETERS)) {
    const canonical = canonicalName(other, at);
    if (!Object.hasOwn(fixed, canonical) && !dimensions.some((one) => one.name === canonical)) {
      at.fail(`"${canonical}" must come before what depends on it`);
    }
    conditions[canonical] = parameterValue(canonical, at);
  }
  return {
    when: conditions,
    ...(otherwise !== undefined && { otherwise: parameterValue(name, otherwise) }),
  };
}
