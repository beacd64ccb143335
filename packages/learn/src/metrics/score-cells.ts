import type { Scores, Weights } from './checks.ts';
import { rankDescending } from './ranking.ts';

/**
 * Rows sorted into cells: one cell per distinct score and label. Rows of a cell are alike for every metric,
 * so the weights of the cells are all that a metric needs; reweighting rows needs no new sort.
 */
export interface ScoreCells {
  /** Distinct scores in descending order. */
  readonly scores: Float64Array;
  /** Of each row: twice the index of its score, plus its label. */
  readonly cellOfRow: Uint32Array;
}

/** Sorts once. The scores must hold no NaN. */
export function sortIntoCells(labels: Uint8Array, scores: Scores): ScoreCells {
  const order = rankDescending(scores);
  const distinct = new Float64Array(scores.length);
  const cellOfRow = new Uint32Array(scores.length);
  let index = -1;
  for (let position = 0; position < order.length; position++) {
    const row = order[position];
    const score = scores[row];
    if (index < 0 || score !== distinct[index]) distinct[++index] = score;
    cellOfRow[row] = 2 * index + labels[row];
  }
  return { scores: distinct.subarray(0, index + 1), cellOfRow };
}

/** The weight of each cell: negatives of score i at 2 i, positives at 2 i + 1. Rows add up in row order. */
export function cellMass({ scores, cellOfRow }: ScoreCells, weights: Weights): Float64Array {
  const mass = new Float64Array(2 * scores.length);
  if (weights === undefined) for (const cell of cellOfRow) mass[cell]++;
  else for (let row = 0; row < cellOfRow.length; row++) mass[cellOfRow[row]] += weights[row];
  return mass;
}

/** The weight of each class, added up from the highest score to the lowest. */
export function classMass(mass: Float64Array): { readonly positive: number; readonly negative: number } {
  let positive = 0;
  let negative = 0;
  for (let cell = 0; cell < mass.length; cell += 2) {
    negative += mass[cell];
    positive += mass[cell + 1];
  }
  return { positive, negative };
}

/** How many of the distinct scores are at least the threshold: those whose rows are called positive. */
export function scoresAtLeast({ scores }: ScoreCells, threshold: number): number {
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scores[middle] >= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}
