import type { Scores, Weights } from './checks.ts';
import { rankDescending } from './ranking.ts';

/** Rows in descending order of score, with the runs of equal scores marked. */
export interface RankedRows {
  readonly rowCount: number;
  /** Row at each position. */
  readonly order: Uint32Array;
  /** Score at each position. */
  readonly scores: Float64Array;
  /** Label at each position. */
  readonly labels: Uint8Array;
  /** One past the last position of each run of equal scores. */
  readonly ends: Uint32Array;
}

/** Sorts once; everything that depends on the order of the scores is computed from the result. */
export function rankRows(labels: Uint8Array, scores: Scores): RankedRows {
  const rowCount = scores.length;
  const order = rankDescending(scores);
  const sortedScores = new Float64Array(rowCount);
  const sortedLabels = new Uint8Array(rowCount);
  const ends = new Uint32Array(rowCount);
  let runs = 0;
  for (let position = 0; position < rowCount; position++) {
    const row = order[position];
    sortedScores[position] = scores[row];
    sortedLabels[position] = labels[row];
    if (position > 0 && sortedScores[position] !== sortedScores[position - 1]) ends[runs++] = position;
  }
  if (rowCount > 0) ends[runs++] = rowCount;
  return { rowCount, order, scores: sortedScores, labels: sortedLabels, ends: ends.subarray(0, runs) };
}

/** The weights in the order of the ranking; ones where there are none. */
export function rankedMass(ranked: RankedRows, weights: Weights): Float64Array {
  const mass = new Float64Array(ranked.rowCount);
  if (weights === undefined) return mass.fill(1);
  for (let position = 0; position < mass.length; position++) {
    mass[position] = weights[ranked.order[position]];
  }
  return mass;
}

/** How many of the ranked rows are called positive: those with a score of at least the threshold. */
export function positionOfThreshold(ranked: RankedRows, threshold: number): number {
  let low = 0;
  let high = ranked.rowCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranked.scores[middle] >= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The weight of each class. */
export function classMass(
  ranked: RankedRows,
  mass: Float64Array,
): { readonly positive: number; readonly negative: number } {
  let positive = 0;
  let negative = 0;
  for (let position = 0; position < ranked.rowCount; position++) {
    if (ranked.labels[position] === 1) positive += mass[position];
    else negative += mass[position];
  }
  return { positive, negative };
}
