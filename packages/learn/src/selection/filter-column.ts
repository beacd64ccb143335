import type { FeatureType, Matrix } from '@verdict/boost';
import { InvalidOption } from '@verdict/core';
import { medianOf } from '../features/median.ts';
import { requireLength } from '../metrics/checks.ts';

/** A column as a filter looks at it. */
export type FilterColumn =
  | {
      readonly kind: 'numbers';
      /** Missing values are the median of the others, 0 without any; infinities the largest floats. */
      readonly values: Float64Array;
    }
  | {
      readonly kind: 'levels';
      /** Levels from 0 in order of appearance; missing is a level of its own. */
      readonly levels: Uint32Array;
      readonly count: number;
    };

/** Which rows a filter looks at. */
export interface FilterOptions {
  /** Default all. */
  readonly rows?: Uint32Array | undefined;
}

const LARGEST = 3.4028234663852886e38;

/** A column of a matrix: categories as levels, everything else as numbers. */
export function filterColumn(values: Float32Array, type: FeatureType, rows: Uint32Array): FilterColumn {
  if (type === 'c') return levelColumn(values, rows);
  const own = Float64Array.from(rows, (row) => Math.min(LARGEST, Math.max(-LARGEST, values[row])));
  const median = medianOf(own);
  const filler = Number.isNaN(median) ? 0 : median;
  return { kind: 'numbers', values: own.map((value) => (Number.isNaN(value) ? filler : value)) };
}

/** Every different value as a level. */
export function levelColumn(values: Float32Array, rows: Uint32Array): FilterColumn & { kind: 'levels' } {
  const known = new Map<number, number>();
  const levels = Uint32Array.from(rows, (row) => {
    const level = known.get(values[row]) ?? known.size;
    known.set(values[row], level);
    return level;
  });
  return { kind: 'levels', levels, count: known.size };
}

/** The labels of the rows that a filter looks at. */
export function filterLabels(labels: Uint8Array, rows: Uint32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => labels[row]);
}

/**
 * The rows that a filter looks at.
 *
 * @throws InvalidOption if labels and matrix do not go together, or a row is not in it
 */
export function filterRows(matrix: Matrix, labels: Uint8Array, rows: Uint32Array | undefined): Uint32Array {
  requireLength('labels', labels.length, matrix.rowCount);
  if (rows === undefined) return Uint32Array.from(labels.keys());
  const wrong = rows.find((row) => row >= matrix.rowCount);
  if (wrong === undefined) return rows;
  throw new InvalidOption({ option: 'rows', got: wrong, expected: `row numbers below ${matrix.rowCount}` });
}

/** How many rows have each level, of both classes and of the positive one. */
export function countLevels(
  { levels, count }: FilterColumn & { kind: 'levels' },
  labels: Uint8Array,
): { readonly rows: Float64Array; readonly positives: Float64Array } {
  const rows = new Float64Array(count);
  const positives = new Float64Array(count);
  for (let i = 0; i < levels.length; i++) {
    rows[levels[i]]++;
    positives[levels[i]] += labels[i];
  }
  return { rows, positives };
}
