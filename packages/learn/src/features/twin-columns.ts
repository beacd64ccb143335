import { findColumn } from '@verdict/core';
import type { Dataset } from '@verdict/core';

/** From this absolute correlation on two columns say the same: minutes and what they cost. */
const TWINS = 0.99;
const MOST_ROWS = 2000;

/**
 * Tells columns that say the same as one asked for earlier: the returned function gives the first such column, or the
 * column itself. Looks at up to 2,000 evenly spaced rows.
 */
export function twinFinder(dataset: Dataset): (name: string) => string {
  const seen: { readonly name: string; readonly values: Float64Array; readonly first: string }[] = [];
  return (name) => {
    const known = seen.find((one) => one.name === name);
    if (known !== undefined) return known.first;
    const values = sample(dataset, name);
    const twin = seen.find((one) => Math.abs(correlation(one.values, values)) > TWINS);
    const first = twin?.first ?? name;
    seen.push({ name, values, first });
    return first;
  };
}

/** How many different values a number column has, counted up to `most`. */
export function valueCount(dataset: Dataset, name: string, most: number): number {
  const column = findColumn(dataset, name);
  const found = new Set<number>();
  if (column?.kind === 'number') {
    for (const value of column.values) {
      if (!Number.isNaN(value)) found.add(value);
      if (found.size === most) break;
    }
  }
  return found.size;
}

function sample(dataset: Dataset, name: string): Float64Array {
  const column = findColumn(dataset, name);
  if (column?.kind !== 'number') return new Float64Array(0);
  const { length } = column.values;
  const rows = Math.min(length, MOST_ROWS);
  return Float64Array.from({ length: rows }, (_, i) => column.values[Math.floor((i * length) / rows)]);
}

/** Pearson's correlation over the rows where both are finite; 0 for a constant and for fewer than ten such rows. */
function correlation(a: Float64Array, b: Float64Array): number {
  let count = 0;
  let sumA = 0;
  let sumB = 0;
  const both = (row: number): boolean => Number.isFinite(a[row]) && Number.isFinite(b[row]);
  const rows = Math.min(a.length, b.length);
  for (let row = 0; row < rows; row++) {
    if (!both(row)) continue;
    count++;
    sumA += a[row];
    sumB += b[row];
  }
  if (count < 10) return 0;
  let squaresA = 0;
  let squaresB = 0;
  let products = 0;
  for (let row = 0; row < rows; row++) {
    if (!both(row)) continue;
    const fromA = a[row] - sumA / count;
    const fromB = b[row] - sumB / count;
    squaresA += fromA * fromA;
    squaresB += fromB * fromB;
    products += fromA * fromB;
  }
  const scale = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return scale > 0 && scale < Infinity ? products / scale : 0;
}
