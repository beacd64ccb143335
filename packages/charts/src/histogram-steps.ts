import type { HistogramInput, Numbers } from './inputs.ts';
import { isKnown } from './number-format.ts';

/** The sum of the known counts. */
export function totalCount(counts: Numbers): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += knownCount(counts, i);
  return sum;
}

function knownCount(counts: Numbers, i: number): number {
  const value = counts[i];
  return isKnown(value) ? value : 0;
}

/**
 * The outline of a histogram as points of a line that steps at its end: one point per bin at its left edge,
 * and the last edge. Empty if the histogram has no rows.
 *
 * @param which the class, or both together
 * @param scale what each count is multiplied by
 */
export function histogramSteps(
  histogram: HistogramInput,
  which: 'positive' | 'negative' | 'both' = 'both',
  scale = 1,
): [number, number][] {
  const { edges, positive, negative } = histogram;
  const counts = Math.max(positive.length, negative.length);
  const bins = edges === undefined ? counts : Math.min(edges.length - 1, counts);
  const edgeAt = (i: number): number | null | undefined => (edges === undefined ? i / bins : edges[i]);
  const points: [number, number][] = [];
  let total = 0;
  for (let i = 0; i < bins; i++) {
    const edge = edgeAt(i);
    if (!isKnown(edge)) return [];
    const count =
      (which === 'negative' ? 0 : knownCount(positive, i)) +
      (which === 'positive' ? 0 : knownCount(negative, i));
    total += count;
    points.push([edge, count * scale]);
  }
  const end = edgeAt(bins);
  if (!(total > 0) || !isKnown(end)) return [];
  points.push([end, points[points.length - 1][1]]);
  return points;
}
