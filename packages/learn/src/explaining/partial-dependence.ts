import type { Column, Dataset } from '@verdict/core';
import { takeRows } from '@verdict/core';
import type { FeatureInput } from '../features/index.ts';
import type { Scorer } from '../scorer/index.ts';
import type { ValueScale } from './shown-column.ts';

/** How the probability depends on one of the user's columns while the others stay as they are. */
export interface PartialDependence {
  readonly column: string;
  /** Where the column was set to: of levels only those with a name. */
  readonly scale: ValueScale;
  /** Mean probability over the rows at each place of the scale (Friedman 2001). */
  readonly mean: readonly number[];
  /** The curve of each row: rows x places (Goldstein, Kapelner, Bleich and Pitkin 2015). */
  readonly curves: readonly (readonly number[])[];
  /** Mean probability over the rows without a value, where enough rows of the table have none. */
  readonly missing?: number;
}

/**
 * Probabilities of rows when one column is set to each value of a grid: rows x values, row by row. Every feature
 * that is made of the column follows.
 *
 * @param grid a column of the dataset's name, of as many rows as there are values to try
 */
export function probabilitiesOver(scorer: Scorer, dataset: Dataset, grid: Column): Float64Array {
  const size = grid.kind === 'number' ? grid.values.length : grid.codes.length;
  const cells = dataset.rowCount * size;
  const repeated = takeRows(
    dataset,
    Uint32Array.from({ length: cells }, (_, cell) => Math.floor(cell / size)),
  );
  const [set] = takeRows(
    { rowCount: size, columns: [grid] },
    Uint32Array.from({ length: cells }, (_, cell) => cell % size),
  ).columns;
  const columns = [...repeated.columns.filter(({ name }) => name !== grid.name), set];
  return scorer.scoreBatch({ rowCount: cells, columns }).probabilities;
}

/** The part of a scale that a column can be set to: levels that are pooled have no value. */
export function settable(scale: ValueScale): ValueScale {
  if (scale.kind !== 'level') return scale;
  const levels = scale.levels.filter((level) => level !== null);
  return { kind: 'level', levels, counts: scale.counts.slice(0, levels.length) };
}

/**
 * The grid of a settable scale, with a missing value at its end if that is to be tried.
 *
 * @param kind how the table stores the column
 */
export function gridOf(
  { name, words = ['false', 'true'] }: Pick<FeatureInput, 'name' | 'words'>,
  kind: Column['kind'],
  scale: ValueScale,
  missing: boolean,
): Column {
  if (kind === 'number') {
    const values =
      scale.kind === 'level' ? scale.levels.map((level) => (level === words[0] ? 0 : 1)) : scale.values;
    return { kind, name, values: Float64Array.of(...values, ...(missing ? [NaN] : [])) };
  }
  const levels = scale.kind === 'level' ? scale.levels.filter((level) => level !== null) : [];
  return { kind, name, levels, codes: Int32Array.of(...levels.keys(), ...(missing ? [-1] : [])) };
}

/** Mean curve and single curves from the probabilities over a grid. */
export function partialDependenceOf(
  column: string,
  scale: ValueScale,
  missing: boolean,
  probabilities: Float64Array,
): PartialDependence {
  const places = scale.counts.length;
  const size = places + (missing ? 1 : 0);
  const rows = probabilities.length / size;
  const means = new Float64Array(size);
  probabilities.forEach((probability, cell) => (means[cell % size] += probability / rows));
  return {
    column,
    scale,
    mean: Array.from(means.subarray(0, places)),
    curves: Array.from({ length: rows }, (_, row) =>
      Array.from(probabilities.subarray(row * size, row * size + places)),
    ),
    ...(missing ? { missing: means[places] } : {}),
  };
}
