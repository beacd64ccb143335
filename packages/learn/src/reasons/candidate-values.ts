import type { ColumnSchema } from '@verdict/core';
import type { ColumnProfile, NumberProfile } from '../bundle/index.ts';
import type { Cell } from './cell.ts';
import { levelName, quantileOf } from './value-place.ts';

/** A value that a column of a row could plausibly have instead, and how far away that is. */
export interface CandidateValue {
  readonly cell: number | string;
  /** Numbers: distance of the quantiles, 0 to 1. Levels: 1. */
  readonly cost: number;
}

/** Levels that a smaller share of the training rows has are no plausible change. */
const LEAST_SHARE = 0.01;
/** A change is never free, even where the profile cannot tell two numbers apart. */
const LEAST_COST = 0.01;

/**
 * The values that a column may be changed to. Numbers: the edges of the profile's bins, which are quantiles inside
 * the range of the training rows (whole numbers beside them for an integer column). Booleans and categories: the
 * other levels that at least 1 % of the training rows have. None for a missing value, which may be anything, for
 * dates and texts, and for a column of which the profile knows no other value.
 */
export function candidateValues(
  cell: Cell,
  { type }: Pick<ColumnSchema, 'type'>,
  profile: ColumnProfile | undefined,
): CandidateValue[] {
  if (cell === null || profile === undefined) return [];
  const { distribution } = profile;
  if (distribution.kind === 'levels') {
    if (type !== 'boolean' && type !== 'category') return [];
    const known = distribution.counts.reduce((sum, count) => sum + count, distribution.other);
    const own = levelName(cell);
    return distribution.levels.flatMap((level, i) => {
      if (level === own || distribution.counts[i] < LEAST_SHARE * known) return [];
      return [{ cell: type === 'boolean' ? Number(level === 'true') : level, cost: 1 }];
    });
  }
  if (typeof cell !== 'number' || (type !== 'numeric' && type !== 'integer')) return [];
  const from = quantileOf(cell, distribution);
  return gridOf(type, distribution)
    .filter((value) => value !== cell)
    .map((value) => ({
      cell: value,
      cost: Math.max(LEAST_COST, Math.abs(quantileOf(value, distribution) - from)),
    }));
}

/** Values inside the range of the training rows, ascending: an edge lies between two of theirs. */
function gridOf(type: 'numeric' | 'integer', { edges }: NumberProfile): number[] {
  if (type === 'numeric') return [...edges];
  return [...new Set(edges.flatMap((edge) => [Math.floor(edge), Math.ceil(edge)]))];
}
