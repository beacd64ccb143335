import type { Column, Dataset } from '@verdict/core';
import type { Scorer } from '../scorer/index.ts';

/** One value of a row set to another. */
export interface Change {
  /** Place of the column among those of the row. */
  readonly column: number;
  readonly cell: number | string;
}

/** What a changed row scores. */
export interface VariantScores {
  readonly margins: Float64Array;
  readonly probabilities: Float64Array;
  readonly decisions: Uint8Array;
}

/** Cells of a table of variants that are scored at once. */
const MOST_CELLS = 2 ** 21;

/**
 * Scores copies of one row, each with its own changes, in the order given.
 * @param row a dataset of one row, with the columns that the model reads
 */
export function scoreVariants(
  scorer: Pick<Scorer, 'scoreBatch'>,
  row: Dataset,
  variants: readonly (readonly Change[])[],
): VariantScores {
  const margins = new Float64Array(variants.length);
  const probabilities = new Float64Array(variants.length);
  const decisions = new Uint8Array(variants.length);
  const step = Math.max(1, Math.floor(MOST_CELLS / Math.max(1, row.columns.length)));
  for (let start = 0; start < variants.length; start += step) {
    const scores = scorer.scoreBatch(changedRows(row, variants.slice(start, start + step)));
    margins.set(scores.margins, start);
    probabilities.set(scores.probabilities, start);
    decisions.set(scores.decisions, start);
  }
  return { margins, probabilities, decisions };
}

/** The row as often as there are variants, each changed in its own way. */
function changedRows(row: Dataset, variants: readonly (readonly Change[])[]): Dataset {
  const byColumn = new Map<number, { variant: number; cell: number | string }[]>();
  variants.forEach((changes, variant) => {
    for (const { column, cell } of changes) {
      const known = byColumn.get(column);
      if (known === undefined) byColumn.set(column, [{ variant, cell }]);
      else known.push({ variant, cell });
    }
  });
  return {
    rowCount: variants.length,
    columns: row.columns.map((column, place) =>
      changedColumn(column, variants.length, byColumn.get(place) ?? []),
    ),
  };
}

function changedColumn(
  column: Column,
  rowCount: number,
  changes: readonly { readonly variant: number; readonly cell: number | string }[],
): Column {
  if (column.kind === 'number') {
    const values = new Float64Array(rowCount).fill(column.values[0]);
    for (const { variant, cell } of changes) values[variant] = Number(cell);
    return { ...column, values };
  }
  const codes = new Int32Array(rowCount).fill(column.codes[0]);
  const places = new Map(column.levels.map((level, code) => [level, code]));
  for (const { variant, cell } of changes) {
    const level = String(cell);
    const code = places.get(level) ?? places.size;
    places.set(level, code);
    codes[variant] = code;
  }
  return { ...column, codes, levels: [...places.keys()] };
}
