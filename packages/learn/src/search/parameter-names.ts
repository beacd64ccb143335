import { defaultParams, resolveParams } from '@verdict/boost';
import type { Params, ParamsInput } from '@verdict/boost';
import { InvalidOption, nearest } from '@verdict/core';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { Configuration } from './configuration.ts';

/** A value that a parameter may have in a search space or a grid. */
export type ParameterValue = number | string | boolean;

/** Values of parameters by their names here. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** Names that mean the same: XGBoost's own aliases, and those of its scikit-learn classes. */
const aliases: Readonly<Record<string, string>> = {
  eta: 'learning_rate',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
  min_split_loss: 'gamma',
  n_estimators: 'rounds',
  num_boost_round: 'rounds',
  random_state: 'seed',
};

/** What the problem fixes, or what is no single value. */
const fixedByProblem: ReadonlySet<string> = new Set([
  'objective',
  'monotone_constraints',
  'interaction_constraints',
]);

const searchable: readonly string[] = [
  ...Object.keys(defaultParams).filter((name) => !fixedByProblem.has(name)),
  'rounds',
  'early_stopping_rounds',
];
const known: ReadonlySet<string> = new Set(searchable);

const hint = 'Parameters have the names and values of XGBoost; docs/search.md lists them.';

/**
 * A parameter by its name here.
 *
 * @throws InvalidModel with the nearest names if there is none
 */
export function canonicalName(name: string, at: JsonCursor): string {
  const canonical = Object.hasOwn(aliases, name) ? aliases[name] : name;
  if (known.has(canonical)) return canonical;
  const near = nearest(name, [...searchable, ...Object.keys(aliases)]);
  return at.fail(
    `there is no parameter "${name.slice(0, 60)}"`,
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There are ${searchable.join(', ')}.`,
  );
}

/**
 * A value of a parameter, checked by itself.
 *
 * @throws InvalidModel
 */
export function parameterValue(name: string, at: JsonCursor): ParameterValue {
  const value = at.raw;
  if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') {
    return at.fail('expected a number, a text, true or false', hint);
  }
  if (name === 'rounds') return at.integer({ min: 1, max: 1e6 });
  if (name === 'early_stopping_rounds') return at.integer({ min: 0, max: 1e6 });
  // What only some boosters or growers have is allowed here: the others may not be chosen.
  refused(() => resolveParams({ booster: 'dart', max_leaves: 2, [name]: value }), at);
  return value;
}

/**
 * Values of parameters as a configuration.
 *
 * @param values by their names here; `early_stopping_rounds` 0 stands for none
 */
export function configurationOf(values: ParameterValues, rounds: number, patience?: number): Configuration {
  const { rounds: own = rounds, early_stopping_rounds: stopping = patience ?? 0, ...params } = values;
  return {
    params: params satisfies ParameterValues as Partial<Params>,
    rounds: Number(own),
    ...(Number(stopping) > 0 && { earlyStoppingRounds: Number(stopping) }),
  };
}

/**
 * Checks the values of a configuration together.
 *
 * @throws InvalidModel
 */
export function checkConfiguration({ params }: Configuration, at: JsonCursor): void {
  refused(() => resolveParams(params), at);
}

/**
 * Reads the parameters of a configuration that is not trusted.
 *
 * @throws InvalidModel
 */
export function parseParams(at: JsonCursor): Partial<Params> {
  const { raw } = at;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return at.fail('expected parameters');
  // The engine checks every name and value.
  refused(() => resolveParams(raw as ParamsInput), at);
  return raw;
}

function refused(check: () => unknown, at: JsonCursor): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof InvalidOption)) throw error;
    at.fail(error.message.replace(/\.$/, ''), hint);
  }
}
