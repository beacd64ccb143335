import { InvalidValue } from '@verdict/core';
import type { ColumnType } from '@verdict/core';
import type { FeatureType } from '../features/index.ts';
import type { CategoryOrder } from './category-order.ts';
import { quoteNames } from './note.ts';

/** A column of the sample as a look at the table finds it. */
export interface SampleColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** The values of a column that has two at most. */
  readonly values?: readonly string[];
}

/** A feature of a model and the column that it is read from. */
export interface ImportedFeature {
  readonly name: string;
  readonly type: FeatureType;
  readonly column: string;
  /** How a category's values become codes; absent for numbers. */
  readonly order?: CategoryOrder;
}

/**
 * The type that each feature's column must be read as: text where a dictionary gives the codes, otherwise
 * numbers, true and false counting as 1 and 0.
 *
 * @param sample the sample, as errors call it
 * @throws InvalidValue naming the columns that hold text or dates where the model reads numbers
 */
export function readingTypes(
  features: readonly ImportedFeature[],
  columns: readonly SampleColumn[],
  sample: string,
): Map<string, ColumnType> {
  const types = new Map<string, ColumnType>();
  const wrong: SampleColumn[] = [];
  const byName = new Map(columns.map((column) => [column.name, column]));
  for (const { column: name, order } of features) {
    const column = byName.get(name);
    if (column === undefined) throw new TypeError(`the sample has no column "${name}"`);
    if (order !== undefined && order.kind !== 'codes') types.set(name, 'category');
    else {
      const type = numberType(column);
      if (type === undefined) wrong.push(column);
      else types.set(name, type);
    }
  }
  if (wrong.length === 0) return types;
  const others = wrong.slice(1).map(({ name }) => name);
  throw new InvalidValue({
    file: sample,
    column: wrong[0].name,
    got: described(wrong[0]),
    expected: 'numbers, as the model reads them',
    hint: `${others.length === 0 ? '' : `So it is with ${quoteNames(others)}. `}Give the sample as the model saw its training data: text and dates turned into the same numbers, 1 for yes and 0 for no.`,
  });
}

/** How a column is read as numbers; undefined if it cannot be. */
function numberType({ type, values = [] }: SampleColumn): ColumnType | undefined {
  const truths = values.every((value) => /^(?:true|false)$/i.test(value));
  switch (type) {
    case 'numeric':
    case 'integer':
      return type;
    case 'boolean':
      return truths ? 'boolean' : undefined;
    case 'constant':
      return truths && values.length > 0 ? 'boolean' : 'numeric';
    case 'identifier':
    case 'text':
      // Numbers that all differ; anything else is refused by its row when it is read.
      return 'numeric';
    case 'category':
    case 'datetime':
      return undefined;
  }
}

function described({ type, values = [] }: SampleColumn): string {
  if (type === 'datetime') return 'dates';
  return type === 'boolean' ? values.join(' and ') : 'text';
}
