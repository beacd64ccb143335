import { normalQuantile } from '../metrics/normal-distribution.ts';
import { shortestBetween } from './shortest-number.ts';

/**
 * A monotone map of values to normal scores (van der Waerden): the standard normal quantile of a value's
 * rank. It is linear between edges and constant beyond them, standardised over the training rows.
 */
export interface NormalScores {
  /** Ascending; none is the value of a training row. */
  readonly edges: readonly number[];
  /** The score at each edge; as many. */
  readonly scores: readonly number[];
}

const MOST_EDGES = 63;
const FEWEST_ROWS = 5;

/**
 * Edges between quantiles of the values, at least five rows apart, so that no row's value can be read off
 * them; undefined if that leaves fewer than two.
 * @param sorted ascending, without NaN
 */
export function fitNormalScores(sorted: Float32Array): NormalScores | undefined {
  const { length } = sorted;
  const edges: number[] = [];
  const raw: number[] = [];
  const apart = Math.max(FEWEST_ROWS, length / (MOST_EDGES + 1));
  let start = 0;
  for (let place = 1; place < length; place++) {
    if (sorted[place] === sorted[place - 1] || place - start < apart || length - place < FEWEST_ROWS)
      continue;
    const edge = shortestBetween(sorted[place - 1], sorted[place]);
    if (edge === undefined) continue;
    edges.push(edge);
    raw.push(quantileOf(place / length));
    start = place;
  }
  if (edges.length < 2) return undefined;
  const map = { edges, scores: raw };
  let sum = 0;
  for (const value of sorted) sum += normalScore(map, value);
  const mean = sum / length;
  let squares = 0;
  for (const value of sorted) squares += (normalScore(map, value) - mean) ** 2;
  const scale = Math.sqrt(squares / length);
  return scale > 0 ? { edges, scores: raw.map((score) => (score - mean) / scale) } : undefined;
}

/** Columns of a table mostly have their edges at the same places. */
const quantiles = new Map<number, number>();
const MOST_QUANTILES = 4096;

function quantileOf(share: number): number {
  let quantile = quantiles.get(share);
  if (quantile === undefined) {
    quantile = normalQuantile(share);
    if (quantiles.size === MOST_QUANTILES) quantiles.clear();
    quantiles.set(share, quantile);
  }
  return quantile;
}

/** The score of a value that is not NaN. */
export function normalScore({ edges, scores }: NormalScores, value: number): number {
  const last = edges.length - 1;
  if (value <= edges[0]) return scores[0];
  if (value >= edges[last]) return scores[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value < edges[middle]) high = middle;
    else low = middle;
  }
  return scores[low] + ((value - edges[low]) / (edges[high] - edges[low])) * (scores[high] - scores[low]);
}
