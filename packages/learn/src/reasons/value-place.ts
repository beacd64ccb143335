import type { ColumnProfile, LevelProfile, NumberProfile } from '../bundle/index.ts';
import type { Cell } from './cell.ts';

/**
 * How a value compares with the training rows. Numbers: `very-high` is above 95 % of the rows, `high` above 80 %,
 * and so on downwards. Levels: `common` is the value of at least 20 % of the rows, `rare` of less than 1 % or of
 * so few that the profile does not list it. `unknown` if the model knows too little of the column.
 */
export type Comparison =
  | 'missing'
  | 'very-low'
  | 'low'
  | 'typical'
  | 'high'
  | 'very-high'
  | 'common'
  | 'uncommon'
  | 'rare'
  | 'unknown';

/** Where a value lies among the training rows that have one. */
export interface ValuePlace {
  readonly comparison: Comparison;
  /** Share of the rows whose value is lower, or higher, for certain. Only of numbers. */
  readonly lower?: number;
  readonly higher?: number;
  /** Share of the rows with this level, where the profile lists it. */
  readonly share?: number;
  /** The only other value, of a column of 0 and 1. */
  readonly other?: 0 | 1;
}

const VERY_FAR = 0.95;
const FAR = 0.8;
const COMMON = 0.2;
const RARE = 0.01;
/** Bins cannot always be cut exactly at a quantile. */
const SLACK = 0.005;

/** Where a value lies in the profile of its column. */
export function placeOf(cell: Cell, profile: ColumnProfile | undefined): ValuePlace {
  if (cell === null) return { comparison: 'missing' };
  const distribution = profile?.distribution;
  if (distribution === undefined) return { comparison: 'unknown' };
  if (distribution.kind === 'levels') return placeOfLevel(levelName(cell), distribution);
  if (typeof cell === 'number' && distribution.binary) return placeOfBinary(cell, distribution);
  return typeof cell === 'number' ? placeOfNumber(cell, distribution) : { comparison: 'unknown' };
}

/** A cell as profiles name its level: booleans are `false` and `true` there. */
export function levelName(cell: number | string): string {
  return typeof cell === 'string' ? cell : cell === 0 ? 'false' : 'true';
}

function placeOfLevel(level: string, { levels, counts, other }: LevelProfile): ValuePlace {
  const known = counts.reduce((sum, count) => sum + count, other);
  const place = levels.indexOf(level);
  return place < 0 || known === 0 ? { comparison: 'rare' } : placeOfShare(counts[place] / known);
}

function placeOfShare(share: number): ValuePlace {
  return { comparison: share >= COMMON ? 'common' : share >= RARE ? 'uncommon' : 'rare', share };
}

/** Of a column of 0 and 1, of which neither is low or high. */
function placeOfBinary(value: number, { counts: [zeros, ones] }: NumberProfile): ValuePlace {
  if (value !== 0 && value !== 1) return { comparison: 'rare' };
  const other = value === 0 ? 1 : 0;
  return { ...placeOfShare((value === 0 ? zeros : ones) / (zeros + ones)), other };
}

function placeOfNumber(value: number, { edges, counts }: NumberProfile): ValuePlace {
  const known = counts.reduce((sum, count) => sum + count, 0);
  if (edges.length === 0 || known === 0) return { comparison: 'unknown' };
  const bin = binOf(value, edges);
  const before = counts.slice(0, bin).reduce((sum, count) => sum + count, 0);
  const lower = before / known;
  const higher = (known - before - counts[bin]) / known;
  const comparison =
    lower >= VERY_FAR - SLACK
      ? 'very-high'
      : higher >= VERY_FAR - SLACK
        ? 'very-low'
        : lower >= FAR - SLACK
          ? 'high'
          : higher >= FAR - SLACK
            ? 'low'
            : 'typical';
  return { comparison, lower, higher };
}

/** The bin of a value: how many edges are at most as large. */
export function binOf(value: number, edges: readonly number[]): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The quantile of a number in a profile, from 0 to 1: linear within a bin, the middle of it beyond the outermost
 * edges, where bins are open. It never falls as the value rises.
 */
export function quantileOf(value: number, { edges, counts }: NumberProfile): number {
  const known = counts.reduce((sum, count) => sum + count, 0);
  const bin = binOf(value, edges);
  const before = counts.slice(0, bin).reduce((sum, count) => sum + count, 0);
  const width = edges[bin] - edges[bin - 1];
  const within =
    value === edges[bin - 1]
      ? 0
      : width > 0 && Number.isFinite(width)
        ? (value - edges[bin - 1]) / width
        : 0.5;
  return known === 0 ? 0.5 : (before + counts[bin] * within) / known;
}
