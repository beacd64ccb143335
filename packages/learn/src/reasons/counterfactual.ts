import type { Dataset } from '@verdict/core';
import { ColumnMissing, InvalidOption } from '@verdict/core';
import type { Bundle } from '../bundle/index.ts';
import type { Scorer } from '../scorer/index.ts';
import { candidateValues } from './candidate-values.ts';
import { cellsOfRow, writtenCell } from './cell.ts';
import { diverseFlips, searchFlips } from './flip-search.ts';
import type { Choice } from './flip-search.ts';
import { scoreVariants } from './variant-scores.ts';

/** One column set to another value; values as the file would write them. */
export interface CounterfactualChange {
  readonly column: string;
  readonly from: string | number | null;
  readonly to: string | number | null;
}

/** A set of changes after which the decision is the other one. */
export interface Counterfactual {
  readonly changes: readonly CounterfactualChange[];
  /** Sum over the changes: the distance of the quantiles of a number, 1 for a category. */
  readonly cost: number;
  readonly probability: number;
}

/** What was found, and where it was looked for. */
export interface Counterfactuals {
  /** The decision that the row gets, and the one that was looked for. */
  readonly decision: string;
  readonly wanted: string;
  readonly threshold: number;
  /** The smallest changes that flip the decision, fewest columns first; none if none was found. */
  readonly found: readonly Counterfactual[];
  /** The most columns that were changed together. */
  readonly mostColumns: number;
  /** Sets of up to this many columns were tried in full; of larger sets only the most promising. */
  readonly exhaustiveUpTo: number;
  /** Columns that were tried, and those that were not and why. */
  readonly columns: readonly string[];
  readonly fixed: readonly {
    readonly column: string;
    readonly reason: 'frozen' | 'missing' | 'type' | 'no other value';
  }[];
}

export interface CounterfactualOptions {
  /** Columns that must stay as they are, such as an age. */
  readonly freeze?: readonly string[];
  /** The most columns that are changed together, 1 to 3; default 3. */
  readonly mostColumns?: number;
  /** The most counterfactuals that are returned; default 3. */
  readonly most?: number;
  /** The most variants of the row that are scored for each number of columns; default 100,000. */
  readonly mostVariants?: number;
}

const mutableTypes = new Set(['numeric', 'integer', 'boolean', 'category']);

/**
 * The smallest plausible changes of a row that flip its decision (Wachter, Mittelstadt and Russell 2017), in
 * the user's own columns. Values come from `candidateValues`, so they lie inside what training saw; fewer
 * columns go before a smaller cost. Single columns are tried in full, pairs too where `mostVariants` allows
 * it; larger sets grow from the most promising smaller ones. Up to three are returned, with different
 * columns. Columns are changed as if they were independent, and nothing says that the change would change
 * what happens.
 *
 * @param row a dataset of exactly one row
 * @throws ColumnMissing for a frozen column that the model's table does not have; InvalidOption
 */
export function findCounterfactuals(
  scorer: Pick<Scorer, 'scoreBatch'>,
  bundle: Pick<Bundle, 'schema' | 'profile' | 'decision'>,
  row: Dataset,
  options: CounterfactualOptions = {},
): Counterfactuals {
  const { freeze = [], mostColumns = 3, most = 3, mostVariants = 100_000 } = options;
  const { schema, profile, decision } = bundle;
  requireOptions(mostColumns, row);
  const names = schema.columns.map(({ name }) => name);
  const stranger = freeze.find((name) => !names.includes(name));
  if (stranger !== undefined) throw new ColumnMissing({ column: stranger, available: names });

  const cells = cellsOfRow(row, 0);
  const profiles = new Map(profile.columns.map((column) => [column.name, column]));
  const places = new Map(row.columns.map(({ name }, place) => [name, place]));
  const frozen = new Set(freeze);
  const choices: Choice[] = [];
  const fixed: Counterfactuals['fixed'][number][] = [];
  for (const column of schema.columns) {
    const place = places.get(column.name);
    if (column.role !== 'feature' || place === undefined) continue;
    const cell = cells.get(column.name) ?? null;
    const values = candidateValues(cell, column, profiles.get(column.name));
    const reason = frozen.has(column.name)
      ? 'frozen'
      : !mutableTypes.has(column.type)
        ? 'type'
        : cell === null
          ? 'missing'
          : values.length === 0
            ? 'no other value'
            : undefined;
    if (reason === undefined) choices.push({ column: place, values });
    else fixed.push({ column: column.name, reason });
  }

  const now = scoreVariants(scorer, row, [[]]).decisions[0];
  const search = searchFlips(scorer, row, choices, now === 1 ? 0 : 1, { mostColumns, most, mostVariants });
  const { positive, negative } = decision.labels;
  const schemas = new Map(schema.columns.map((column) => [column.name, column]));
  return {
    decision: now === 1 ? positive : negative,
    wanted: now === 1 ? negative : positive,
    threshold: decision.threshold,
    found: diverseFlips(search.flips, most).map(({ changes, cost, probability }) => ({
      changes: changes.map(({ column, cell }) => {
        const { name } = row.columns[column];
        return {
          column: name,
          from: writtenCell(cells.get(name) ?? null, schemas.get(name)),
          to: writtenCell(cell, schemas.get(name)),
        };
      }),
      cost,
      probability,
    })),
    mostColumns,
    exhaustiveUpTo: search.exhaustiveUpTo,
    columns: choices.map(({ column }) => row.columns[column].name),
    fixed,
  };
}

function requireOptions(mostColumns: number, row: Dataset): void {
  if (![1, 2, 3].includes(mostColumns)) {
    throw new InvalidOption({ option: 'mostColumns', got: mostColumns, expected: '1, 2 or 3' });
  }
  if (row.rowCount !== 1) {
    throw new InvalidOption({ option: 'row', got: row.rowCount, expected: 'a dataset of one row' });
  }
}
