import type { Matrix } from '@verdict/boost';
import { Random } from '@verdict/core';
import { requireCount } from '../metrics/checks.ts';
import { rankDescending } from '../metrics/ranking.ts';
import { countLevels, filterColumn, filterLabels, filterRows, levelColumn } from './filter-column.ts';
import type { FilterColumn, FilterOptions } from './filter-column.ts';

export interface MutualInformationOptions extends FilterOptions {
  /** Nearest neighbours within the class; default 3. */
  readonly neighbours?: number;
  /** Seed of the jitter that parts equal numbers; default 0. */
  readonly seed?: number;
}

/**
 * The mutual information of each feature and the label, in nats, as scikit-learn's `mutual_info_classif`: how
 * much less uncertain the label is once the feature is known.
 *
 * Categories and indicators: the exact value for the shares in the table. Numbers: the nearest-neighbour
 * estimate of Ross (2014), cut off at 0. Equal numbers have no neighbour, so a jitter of 1e-10 of their size is
 * added, as there; it is drawn from a seed and so always the same. Missing numbers are taken as the median,
 * missing categories as a level of their own. Rows count alike. Constant features and rows of one class have 0.
 *
 * @throws InvalidOption
 */
export function mutualInformation(
  matrix: Matrix,
  labels: Uint8Array,
  options: MutualInformationOptions = {},
): Float64Array {
  const { neighbours = 3, seed = 0 } = options;
  requireCount('neighbours', neighbours, 1);
  const rows = filterRows(matrix, labels, options.rows);
  const own = filterLabels(labels, rows);
  return Float64Array.from(matrix.columns, (values, f) => {
    const type = matrix.featureTypes[f];
    const column = type === 'i' ? levelColumn(values, rows) : filterColumn(values, type, rows);
    if (column.kind === 'levels') return ofLevels(column, own);
    const random = new Random(seed, `mutual information/${f}`);
    return ofNumbers(jittered(column.values, random), own, neighbours);
  });
}

function ofLevels(column: FilterColumn & { kind: 'levels' }, labels: Uint8Array): number {
  const total = labels.length;
  const { rows, positives } = countLevels(column, labels);
  const allPositives = positives.reduce((sum, count) => sum + count, 0);
  let information = 0;
  for (let level = 0; level < column.count; level++) {
    for (const [count, ofClass] of [
      [positives[level], allPositives],
      [rows[level] - positives[level], total - allPositives],
    ]) {
      if (count > 0) information += (count / total) * Math.log((count * total) / (rows[level] * ofClass));
    }
  }
  return Math.max(0, information);
}

/** Numbers of deviation 1 and a little noise; all 0 for a constant, which needs none. */
function jittered(values: Float64Array, random: Random): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  if (values.every((value) => value === values[0])) return new Float64Array(values.length);
  const scaled = values.map((value) => value / deviation);
  const size = Math.max(1, scaled.reduce((sum, value) => sum + Math.abs(value), 0) / values.length);
  return scaled.map((value) => value + 1e-10 * size * random.normal());
}

/** Ross's estimate; a class of one row has no neighbour and is left out. */
function ofNumbers(values: Float64Array, labels: Uint8Array, neighbours: number): number {
  const ascending = rankDescending(values).reverse();
  const classes = [0, 1]
    .map((label) => ascending.filter((row) => labels[row] === label))
    .filter((rows) => rows.length > 1);
  const alone = classes.length < 2 ? ascending.length - (classes[0]?.length ?? 0) : 0;
  const kept = alone === 0 ? ascending : (classes[0] ?? new Uint32Array(0));
  const sorted = Float64Array.from(kept, (row) => values[row]);
  const digamma = digammaTable(sorted.length);
  let sum = 0;
  for (const rows of classes) {
    const own = Float64Array.from(rows, (row) => values[row]);
    const near = Math.min(neighbours, own.length - 1);
    for (let i = 0; i < own.length; i++) {
      const radius = nextBelow(neighbourDistance(own, i, near));
      sum += digamma[near] - digamma[own.length] - digamma[countWithin(sorted, own[i], radius)];
    }
  }
  return sorted.length === 0 ? 0 : Math.max(0, digamma[sorted.length] + sum / sorted.length);
}

/** Distance from the i-th of some ascending numbers to the k-th nearest other one. */
function neighbourDistance(sorted: Float64Array, i: number, k: number): number {
  let nearest = Infinity;
  for (let first = Math.max(0, i - k); first <= i && first + k < sorted.length; first++) {
    nearest = Math.min(nearest, Math.max(sorted[i] - sorted[first], sorted[first + k] - sorted[i]));
  }
  return nearest;
}

/** How many of some ascending numbers are no farther from a value than the radius. */
function countWithin(sorted: Float64Array, value: number, radius: number): number {
  const firstWhere = (test: (other: number) => boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (test(sorted[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return firstWhere((other) => other - value > radius) - firstWhere((other) => value - other <= radius);
}

const cell = new Float64Array(1);
const bits = new BigUint64Array(cell.buffer);

/** The largest number below a positive one; 0 stays. */
function nextBelow(value: number): number {
  if (value === 0) return 0;
  cell[0] = value;
  bits[0]--;
  return cell[0];
}

/** The digamma function of 1 to `count`. */
function digammaTable(count: number): Float64Array {
  const table = new Float64Array(count + 1);
  table[0] = NaN;
  if (count > 0) table[1] = -0.577_215_664_901_532_9;
  for (let n = 1; n < count; n++) table[n + 1] = table[n] + 1 / n;
  return table;
}
