import { InvalidModel } from '@verdict/core';
import { JsonCursor } from '../json/json-cursor.ts';
import { parseJsonBytes } from '../json/json-text.ts';
import { repeatedKey } from '../json/repeated-key.ts';
import type { Configuration } from './configuration.ts';
import { canonicalName, checkConfiguration, configurationOf, parameterValue } from './parameter-names.ts';
import type { ParameterValue, ParameterValues } from './parameter-names.ts';
import type { Proposer } from './proposer.ts';
import { membersOf } from './space.ts';

/**
 * Where a grid does not follow XGBoost: its sets of up to 64 levels, and levels of a few rows in a node, learn columns
 * of many levels by heart. The sets were chosen by cross-validation of grids on training files; the least of rows, which
 * plain training has too, by noise that was made (`bench/defaults`).
 */
export const gridDefaults = { max_cat_threshold: 4, min_data_per_group: 5 } as const;

/** A grid that was checked: values of each parameter, by its name here. */
export type Grid = Readonly<Record<string, readonly ParameterValue[]>>;

const MOST_PARAMETERS = 100;
const MOST_VALUES = 10_000;
const MOST_CONFIGURATIONS = 100_000;
/** What scikit-learn's XGBClassifier does if it is not told. */
const DEFAULT_ROUNDS = 100;

/**
 * Reads a grid file: a JSON object with a list of values for each parameter, as scikit-learn's GridSearchCV takes it.
 * Names may have a pipeline's prefix (`classifier__max_depth`) and be those of XGBoost's scikit-learn classes
 * (`n_estimators`, `reg_lambda`).
 *
 * @throws InvalidModel naming the place, with the nearest names for an unknown one
 */
export function readGrid(bytes: Uint8Array, file: string): Grid {
  return withGridHint(file, () => {
    const mark = [0xef, 0xbb, 0xbf].every((byte, i) => bytes[i] === byte) ? 3 : 0;
    const text = bytes.subarray(mark);
    const grid = parseJsonBytes(text, file, { maxBytes: 1024 * 1024 });
    const twice = repeatedKey(Buffer.from(text).toString('utf8'));
    if (twice !== undefined) throw new InvalidModel({ file, problem: `${twice} is there twice.` });
    const checked = checkGrid(grid, file);
    // A program may mean the defaults by that; a file of nothing is a mistake.
    if (Object.keys(checked).length === 0)
      throw new InvalidModel({ file, problem: 'the grid names no parameter.' });
    return checked;
  });
}

/** What errors say where they know nothing better: it is about models. */
const restoreHint = new InvalidModel({ problem: '' }).hint;

/** What is wrong with a grid is not mended by another model. */
function withGridHint<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidModel) || error.hint !== restoreHint) throw error;
    const { cause, message } = error;
    const place = cause instanceof SyntaxError ? ` (${cause.message})` : '';
    throw new InvalidModel({
      file,
      problem: `${message.replace(`${file}: `, '').replace(/\.$/u, '')}${place}.`,
      hint: 'A grid is a JSON object with a list of values for each parameter, such as {"max_depth": [3, 6]}; docs/search.md has the names.',
      cause,
    });
  }
}

/**
 * Checks a grid, from a file or a program.
 *
 * @param file what to call it in errors
 * @throws InvalidModel
 */
export function checkGrid(grid: unknown, file = 'grid'): Grid {
  const root = new JsonCursor(grid, file);
  const lists: Record<string, readonly ParameterValue[]> = {};
  let count = 1;
  for (const [name, at] of membersOf(root, MOST_PARAMETERS)) {
    const canonical = canonicalName(withoutPrefix(name), at);
    if (Object.hasOwn(lists, canonical)) at.fail(`"${canonical}" is given twice`);
    const values = at.array(MOST_VALUES).map((one) => parameterValue(canonical, one));
    if (values.length === 0) at.fail('the list is empty');
    if (new Set(values).size !== values.length) at.fail('a value is given twice');
    lists[canonical] = values;
    count *= values.length;
    if (count > MOST_CONFIGURATIONS) root.fail(`there are more than ${MOST_CONFIGURATIONS} configurations`);
  }
  for (const configuration of trainings(lists)) checkConfiguration(configuration, root);
  return lists;
}

/** A name without the steps of a pipeline before it: `model__max_depth` is `max_depth`. */
function withoutPrefix(name: string): string {
  const end = name.lastIndexOf('__');
  // Underscores at an end part nothing, as in `__proto__`.
  return end <= 0 || end + 2 === name.length ? name : name.slice(end + 2);
}

/**
 * Every configuration of a grid, each in full, none given up. Those that differ in their rounds alone come from one
 * training, and follow one another by rounds.
 */
export function gridSearch(grid: Grid): Proposer {
  const checkpoints = roundsOf(grid);
  const configurations = trainings(grid);
  return {
    count: configurations.length,
    trialsEach: checkpoints.length,
    looks: false,
    propose: (evaluation) => ({ configuration: configurations[evaluation], source: 'grid', checkpoints }),
  };
}

function roundsOf({ rounds = [DEFAULT_ROUNDS] }: Grid): number[] {
  return rounds.map(Number).sort((a, b) => a - b);
}

/**
 * The configurations of a grid with its greatest number of rounds, the last parameter changing fastest.
 */
function trainings(grid: Grid): Configuration[] {
  const { rounds: _, ...others } = grid;
  let combinations: ParameterValues[] = [{}];
  for (const [name, values] of Object.entries(others)) {
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
  }
  const most = roundsOf(grid).at(-1) ?? DEFAULT_ROUNDS;
  return combinations.map((values) => configurationOf({ ...gridDefaults, ...values }, most));
}
