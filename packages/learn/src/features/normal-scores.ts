import type { JsonCursor } from '../json/json-cursor.ts';
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

/** The most edges that a plan may hold. */
export const mostEdges = 64;

const MOST_EDGES = 63;
const FEWEST_ROWS = 5;

/**
 * Edges between quantiles of the values, at least five rows apart, so that no row's value can be read off
 * them, and the share of the values below each.
 * @param sorted ascending, without NaN
 */
export function quantileEdges(sorted: Float32Array): { edges: number[]; shares: number[] } {
  const { length } = sorted;
  const edges: number[] = [];
  const shares: number[] = [];
  const apart = Math.max(FEWEST_ROWS, length / (MOST_EDGES + 1));
  let start = 0;
  for (let place = 1; place < length; place++) {
    if (sorted[place] === sorted[place - 1] || place - start < apart || length - place < FEWEST_ROWS)
      continue;
    const edge = shortestBetween(sorted[place - 1], sorted[place]);
    if (edge === undefined) continue;
    edges.push(edge);
    shares.push(place / length);
    start = place;
  }
  return { edges, shares };
}

/**
 * The scores of the values' quantiles; undefined if the values have fewer than two edges.
 * @param sorted ascending, without NaN
 */
export function fitNormalScores(sorted: Float32Array): NormalScores | undefined {
  const { length } = sorted;
  const { edges, shares } = quantileEdges(sorted);
  if (edges.length < 2) return undefined;
  const raw = shares.map(quantileOf);
  const map = { edges, scores: raw };
  let sum = 0;
  for (const value of sorted) sum += normalScore(map, value);
  const mean = sum / length;
  let squares = 0;
  for (const value of sorted) squares += (normalScore(map, value) - mean) ** 2;
  const scale = Math.sqrt(squares / length);
  return scale > 0 ? { edges, scores: raw.map((score) => (score - mean) / scale) } : undefined;
}

/** Reads edges, which ascend, from JSON that is not trusted. */
export function parseEdges(cursor: JsonCursor): number[] {
  const edges = cursor.numbers(mostEdges);
  if (edges.some((edge, i) => i > 0 && edge <= edges[i - 1])) cursor.fail('the values do not increase');
  return edges;
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
  return interpolate(edges, scores, value);
}

/** Linear between points whose `edges` ascend, constant beyond them; `value` is not NaN. */
export function interpolate(edges: readonly number[], values: readonly number[], value: number): number {
  const last = edges.length - 1;
  if (value <= edges[0]) return values[0];
  if (value >= edges[last]) return values[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value < edges[middle]) high = middle;
    else low = middle;
  }
  return values[low] + ((value - edges[low]) / (edges[high] - edges[low])) * (values[high] - values[low]);
}
