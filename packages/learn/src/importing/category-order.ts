import { InvalidOption } from '@verdict/core';
import type { CodeColumn } from '@verdict/core';
import type { Booster } from '@verdict/boost';
import { compareCodePoints } from '../features/code-points.ts';
import { quoteNames } from './note.ts';

/** The levels of one column in the order of their codes; or how to find them. */
export type CategoryList = 'sorted' | 'codes' | readonly (string | number | boolean)[];

/**
 * How categories become the codes of a model: `sorted`, the levels of the sample in their order, which is what
 * pandas makes of the training data; `codes`, the table holds the codes themselves; or lists by column.
 */
export type CategoryOption = 'sorted' | 'codes' | Readonly<Record<string, CategoryList>>;

/** How one column's values become codes. `by` says whose order it is. */
export type CategoryOrder =
  | { readonly kind: 'codes' }
  | { readonly kind: 'sorted' }
  | {
      readonly kind: 'levels';
      readonly levels: readonly (string | number | boolean)[];
      readonly by: 'model' | 'caller';
    };

/**
 * Decides where the order of each categorical feature comes from: what the caller says of the column, else what
 * the model file holds, else what the caller says of all columns.
 *
 * @param own the levels that the file holds, feature by feature
 * @returns undefined for features that are numbers
 * @throws InvalidOption naming the columns whose order nobody knows, or those that are no categories
 */
export function categoryOrders(
  booster: Booster,
  columns: readonly string[],
  own: readonly (CategoryList | undefined)[],
  option: CategoryOption | undefined,
): (CategoryOrder | undefined)[] {
  const isCategory = booster.featureTypes.map((type) => type === 'c');
  // A map, since a column may be called "constructor".
  const lists = new Map(typeof option === 'object' ? Object.entries(option) : []);
  for (const name of lists.keys()) {
    const place = columns.indexOf(name);
    if (place >= 0 && isCategory[place]) continue;
    const categories = columns.filter((_, f) => isCategory[f]);
    throw new InvalidOption({
      option: 'categories',
      got: name,
      expected:
        categories.length === 0
          ? 'left out: the model reads numbers only'
          : `a column that the model reads as a category: ${quoteNames(categories)}`,
    });
  }
  const unknown: string[] = [];
  const orders = columns.map((name, f): CategoryOrder | undefined => {
    if (!isCategory[f]) return undefined;
    const list = lists.get(name) ?? own[f] ?? (typeof option === 'string' ? option : undefined);
    if (list === undefined) {
      unknown.push(name);
      return undefined;
    }
    if (list === 'sorted' || list === 'codes') return { kind: list };
    checkList(name, list);
    return { kind: 'levels', levels: list, by: lists.has(name) ? 'caller' : 'model' };
  });
  if (unknown.length === 0) return orders;
  throw new InvalidOption({
    option: 'categories',
    got: undefined,
    expected: `the levels of ${quoteNames(unknown)} in the order of their codes: the model reads categories, and its file holds codes without their names`,
    hint:
      `Give --categories FILE.json with {${JSON.stringify(unknown[0].slice(0, 60))}: ["level of code 0", "level of code 1", …]}; ` +
      `--categories sorted if the codes are those that pandas gives (levels in order) and the sample holds every level; ` +
      `or --categories codes if the table holds the codes themselves.`,
  });
}

function checkList(name: string, list: readonly unknown[]): void {
  const wrong = (got: unknown, expected: string): never => {
    throw new InvalidOption({ option: `categories of "${name.slice(0, 60)}"`, got, expected });
  };
  if (!Array.isArray(list) || list.length === 0)
    return wrong(list, 'sorted, codes, or a list of levels in the order of their codes');
  for (const level of list) {
    const known =
      typeof level === 'string' ||
      typeof level === 'boolean' ||
      (typeof level === 'number' && Number.isFinite(level));
    if (!known) wrong(level, 'texts, numbers or booleans');
  }
  const seen = new Set<string>();
  for (const level of list) {
    if (seen.has(String(level))) wrong(level, 'each level once');
    seen.add(String(level));
  }
}

/**
 * The levels of a column in the order of their codes, spelled as the sample spells them: a level 1 that the
 * sample writes as 1.0 is 1.0, and true may be written True.
 */
export function levelsOf(order: CategoryOrder & { kind: 'sorted' | 'levels' }, column: CodeColumn): string[] {
  if (order.kind === 'sorted') return column.levels.toSorted(pandasOrder(column.levels));
  const spellings = new Map<string, string>();
  for (const level of column.levels) spellings.set(plainForm(level), level);
  const known = new Set(column.levels);
  const listed = new Set(order.levels.map(String));
  return order.levels.map((level) => {
    const text = String(level);
    if (known.has(text)) return text;
    const spelling = spellings.get(number.test(text) && typeof level === 'string' ? level : plainForm(text));
    return spelling === undefined || listed.has(spelling) ? text : spelling;
  });
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Numbers and booleans as JavaScript writes them, other texts as they are. */
function plainForm(text: string): string {
  if (number.test(text)) return String(Number(text));
  return /^(?:true|false)$/i.test(text) ? text.toLowerCase() : text;
}

/** pandas sorts numbers as numbers and everything else by code point. */
function pandasOrder(levels: readonly string[]): (a: string, b: string) => number {
  const numbers = levels.every((level) => number.test(level));
  return numbers ? (a, b) => Number(a) - Number(b) || compareCodePoints(a, b) : compareCodePoints;
}

/** The greatest code that any split of a feature lists, feature by feature; -1 without one. */
export function greatestCodes(booster: Booster): Int32Array {
  const greatest = new Int32Array(booster.featureNames.length).fill(-1);
  for (const { lefts, categorical, features, categories, categoryStarts } of booster.trees) {
    for (let node = 0; node < lefts.length; node++) {
      if (lefts[node] < 0 || categorical[node] === 0) continue;
      const end = categoryStarts[node + 1];
      // Ascending within a node.
      if (end > categoryStarts[node])
        greatest[features[node]] = Math.max(greatest[features[node]], categories[end - 1]);
    }
  }
  return greatest;
}
