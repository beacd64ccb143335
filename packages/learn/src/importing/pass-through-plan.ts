import type { Booster } from '@verdict/boost';
import { InvalidOption, InvalidValue } from '@verdict/core';
import type { CodeColumn, Dataset, Schema } from '@verdict/core';
import { featurePlanVersion } from '../features/index.ts';
import type { FeaturePlan, FeatureStep } from '../features/index.ts';
import { greatestCodes, levelsOf } from './category-order.ts';
import type { CategoryOrder } from './category-order.ts';
import { quoteNames } from './note.ts';
import type { ImportNote } from './note.ts';
import type { ImportedFeature } from './sample-column.ts';

/**
 * The plan that gives a model what it read in training: each column as it is, or as the code of its category.
 * A value of a category that the model does not know is missing.
 *
 * @param dataset the sample, read as `readingTypes` says
 * @param sample the sample, as errors call it
 * @throws InvalidOption for a list of levels that is shorter than the model's codes, or not the column's;
 * InvalidValue for a code that is none
 */
export function passThroughPlan(
  booster: Booster,
  features: readonly ImportedFeature[],
  dataset: Dataset,
  schema: Schema,
  sample: string,
): { readonly plan: FeaturePlan; readonly notes: readonly ImportNote[] } {
  const greatest = greatestCodes(booster);
  const notes: ImportNote[] = [];
  const table = new Map(dataset.columns.map((column) => [column.name, column]));
  const steps = features.map((feature, f): FeatureStep => {
    const { name, type, column, order } = feature;
    const values = table.get(column);
    if (order === undefined || order.kind === 'codes') {
      if (order !== undefined && values?.kind === 'number') requireCodes(values.values, column, sample);
      return { kind: 'number', input: column, output: name, type };
    }
    if (values?.kind !== 'code') throw new TypeError(`column "${column}" was not read as text`);
    const levels = levelsOf(order, values);
    requireEnough(levels, greatest[f], column, order);
    const unknown = unknownLevels(values, levels, column, order);
    if (unknown !== undefined) notes.push(unknown);
    return { kind: 'category', input: column, output: name, levels, rare: false };
  });
  const sorted = features.filter(({ order }) => order?.kind === 'sorted').map(({ column }) => column);
  if (sorted.length > 0) {
    notes.push({
      code: 'CATEGORIES_SORTED',
      severity: 'warning',
      columns: sorted,
      message: `The codes of ${quoteNames(sorted)} are the places of the sample's levels in their order: right only if the sample holds every level that the training data had.`,
    });
  }
  return {
    plan: {
      version: featurePlanVersion,
      inputs: schema.columns
        .filter(({ role }) => role === 'feature')
        .map(({ name, type, optional, words }) => ({ name, type, optional, ...(words ? { words } : {}) })),
      steps,
      outputs: features.map(({ name, column, type }) => ({ name, sources: [column], type })),
      linear: [],
    },
    notes,
  };
}

function requireCodes(values: Float64Array, column: string, sample: string): void {
  const row = values.findIndex((value) => !Number.isNaN(value) && !(Number.isInteger(value) && value >= 0));
  if (row < 0) return;
  throw new InvalidValue({
    file: sample,
    column,
    got: values[row],
    expected: 'codes of categories, which are whole numbers from 0',
    hint: 'If the column holds the categories themselves, give their order with --categories.',
  });
}

/** Every code that the trees know must have its level. */
function requireEnough(
  levels: readonly string[],
  greatest: number,
  column: string,
  order: CategoryOrder,
): void {
  if (greatest < levels.length) return;
  const where = order.kind === 'sorted' ? 'the sample has' : 'the list has';
  throw new InvalidOption({
    option: 'categories',
    got: order.kind === 'sorted' ? 'sorted' : levels.length,
    expected: `at least ${greatest + 1} levels of "${column.slice(0, 60)}": the model knows code ${greatest}, but ${where} ${levels.length} levels`,
  });
}

/** Says which levels of the sample the model does not know; refuses a list that knows none of them. */
function unknownLevels(
  { codes, levels: found }: CodeColumn,
  levels: readonly string[],
  column: string,
  order: CategoryOrder,
): ImportNote | undefined {
  const known = new Set(levels);
  const isUnknown = found.map((level) => !known.has(level));
  let rows = 0;
  let present = 0;
  const seen = new Set<number>();
  for (const code of codes) {
    if (code < 0) continue;
    present++;
    if (!isUnknown[code]) continue;
    rows++;
    seen.add(code);
  }
  if (rows === 0) return undefined;
  if (rows === present) {
    throw new InvalidOption({
      option: 'categories',
      got: levels.slice(0, 5),
      expected: `the levels of "${column.slice(0, 60)}" as the sample writes them: ${order.kind === 'levels' && order.by === 'model' ? 'the model' : 'the list'} knows none of its values`,
    });
  }
  return {
    code: 'UNKNOWN_CATEGORIES',
    severity: 'warning',
    column,
    message: `"${column}" has ${seen.size === 1 ? 'a level' : `${seen.size} levels`} that the model does not know, in ${rows} of ${present} rows: they count as missing.`,
    details: { levels: seen.size, rows },
  };
}
