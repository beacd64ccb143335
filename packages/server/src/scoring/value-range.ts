import type { Bundle } from '@verdict/learn';

type Column = Bundle['profile']['columns'][number];

/** Numbers from `low` to `high` are like those of the training rows. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/**
 * The range of a number column that is still like the training rows. A bundle keeps no extremes, which would be
 * somebody's values, but quantiles: the range is that of the outermost ones, widened by their distance on either
 * side. What lies beyond is a wrong unit or a wrong column rather than a rare row.
 *
 * @returns undefined where the bundle knows too little
 */
export function rangeOf(column: Column | undefined): ValueRange | undefined {
  const distribution = column?.distribution;
  if (distribution?.kind !== 'number' || distribution.edges.length < 2) return undefined;
  const first = distribution.edges[0];
  const last = distribution.edges[distribution.edges.length - 1];
  const width = last - first;
  return { low: first - width, high: last + width };
}
