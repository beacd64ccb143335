import type { JsonCursor } from '../json/json-cursor.ts';
import type { LinearKind } from './linear-kind.ts';
import { medianOfSorted } from './median.ts';
import { fitNormalScores, mostEdges, normalScore, parseEdges } from './normal-scores.ts';
import type { NormalScores } from './normal-scores.ts';
import { largestFloat32 } from './number-step.ts';
import { shortestBetween } from './shortest-number.ts';

/**
 * A number for linear learners, as a small basis expansion (Hastie, Tibshirani and Friedman 2009, chapter 5),
 * so that a straight line in the new columns can bend in the old one:
 *
 * 1. the standardised value, clipped at six standard deviations;
 * 2. its normal score, where there are enough distinct values: robust to skew and outliers;
 * 3. for columns of few distinct values, a 0/1 column for each step from one value to the next;
 * 4. where training had missing values, a 0/1 column that marks them.
 *
 * Missing becomes the training median in 1 to 3. No parameter is the value of a single row.
 */
export interface BasisStep {
  readonly kind: 'basis';
  readonly feature: string;
  readonly median: number;
  readonly mean: number;
  /** The standard deviation; 1 for a constant. */
  readonly scale: number;
  readonly scores?: NormalScores;
  /** Where 0/1 columns go from 0 to 1, ascending, and the training share of rows above each. */
  readonly steps?: { readonly edges: readonly number[]; readonly shares: readonly number[] };
  /** The share of missing values in training, where they were common enough to mark. */
  readonly missing?: number;
}

const CLIP = 6;
const FEWEST_STEP_VALUES = 3;
const MOST_STEP_VALUES = 12;
/** A 0/1 column needs as many rows on either side. */
const FEWEST_ROWS = 10;

/** Basis expansion of a number. */
export const basisStep: LinearKind<BasisStep> = {
  kind: 'basis',

  fit(feature, column) {
    const known = column.filter((value) => !Number.isNaN(value)).sort();
    const missing = column.length - known.length;
    const median = Math.min(largestFloat32, Math.max(-largestFloat32, medianOfSorted(known) || 0));
    const filled = missing === 0 ? column : column.map((value) => (Number.isNaN(value) ? median : value));
    const sorted = missing === 0 ? known : filled.toSorted();
    const { mean, scale } = moments(filled, median);
    const scores = fitNormalScores(sorted);
    const steps = fitSteps(sorted);
    return {
      kind: 'basis',
      feature,
      median,
      mean,
      scale,
      ...(scores === undefined ? {} : { scores }),
      ...(steps === undefined ? {} : { steps }),
      ...(missing >= FEWEST_ROWS && column.length - missing >= FEWEST_ROWS
        ? { missing: missing / column.length }
        : {}),
    };
  },

  numericMeans: (step) => [
    0,
    ...(step.scores === undefined ? [] : [0]),
    ...(step.steps?.shares ?? []),
    ...(step.missing === undefined ? [] : [step.missing]),
  ],

  codeShares: () => [],

  apply(step, column) {
    const numeric = basisStep.numericMeans(step).map(() => new Float64Array(column.length));
    const write = writer(step);
    const put = numeric.map(
      (values) =>
        (row: number, value: number): void =>
          void (values[row] = value),
    );
    for (let row = 0; row < column.length; row++)
      write(column[row], (place, value) => put[place](row, value));
    return { numeric, codes: [] };
  },

  rowStep(step, place) {
    const write = writer(step);
    return (features, target) => {
      write(features[place.feature], (offset, value) => {
        target.numeric[place.numeric + offset] = value;
      });
    };
  },

  parse(cursor) {
    const keys = cursor.object(
      ['kind', 'feature', 'median', 'mean', 'scale'],
      ['scores', 'steps', 'missing'],
    );
    const range = { min: -largestFloat32, max: largestFloat32 };
    return {
      kind: 'basis',
      feature: keys.feature.string(),
      median: keys.median.number(range),
      mean: keys.mean.number(range),
      scale: keys.scale.number({ min: Number.MIN_VALUE }),
      ...(keys.scores === undefined ? {} : { scores: parseScores(keys.scores) }),
      ...(keys.steps === undefined ? {} : { steps: parseSteps(keys.steps) }),
      ...(keys.missing === undefined ? {} : { missing: keys.missing.number({ min: 0, max: 1 }) }),
    };
  },
};

/** Gives each column of the basis the value that belongs to one value of the feature. */
function writer(step: BasisStep): (value: number, put: (column: number, value: number) => void) => void {
  const { median, mean, scale, scores, steps, missing } = step;
  return (value, put) => {
    const filled = Number.isNaN(value) ? median : value;
    let column = 0;
    put(column++, Math.max(-CLIP, Math.min(CLIP, (filled - mean) / scale)));
    if (scores !== undefined) put(column++, normalScore(scores, filled));
    if (steps !== undefined) for (const edge of steps.edges) put(column++, filled >= edge ? 1 : 0);
    if (missing !== undefined) put(column, Number.isNaN(value) ? 1 : 0);
  };
}

/** Mean and standard deviation in two passes in row order, without values that stand for infinity. */
function moments(filled: Float32Array, median: number): { mean: number; scale: number } {
  let sum = 0;
  let count = 0;
  for (const value of filled) {
    if (Math.abs(value) >= largestFloat32) continue;
    sum += value;
    count++;
  }
  if (count === 0) return { mean: median, scale: 1 };
  const mean = sum / count;
  let squares = 0;
  for (const value of filled) {
    if (Math.abs(value) < largestFloat32) squares += (value - mean) ** 2;
  }
  const scale = Math.sqrt(squares / count);
  // A deviation that rounding made is none.
  return scale > 1e-7 * Math.abs(mean) && scale > 0 ? { mean, scale } : { mean, scale: 1 };
}

function fitSteps(sorted: Float32Array): BasisStep['steps'] {
  const starts: number[] = [];
  for (let place = 1; place < sorted.length; place++) {
    if (sorted[place] !== sorted[place - 1]) starts.push(place);
    if (starts.length >= MOST_STEP_VALUES) return undefined;
  }
  if (starts.length + 1 < FEWEST_STEP_VALUES) return undefined;
  const edges: number[] = [];
  const shares: number[] = [];
  for (const place of starts) {
    if (place < FEWEST_ROWS || sorted.length - place < FEWEST_ROWS) continue;
    const edge = shortestBetween(sorted[place - 1], sorted[place]);
    if (edge === undefined) continue;
    edges.push(edge);
    shares.push((sorted.length - place) / sorted.length);
  }
  return edges.length === 0 ? undefined : { edges, shares };
}

function parseScores(cursor: JsonCursor): NormalScores {
  const { edges, scores } = cursor.object(['edges', 'scores']);
  const parsed = { edges: parseEdges(edges), scores: scores.numbers(mostEdges, { min: -100, max: 100 }) };
  if (parsed.edges.length < 2 || parsed.edges.length !== parsed.scores.length) {
    cursor.fail('edges and scores must be equally many, and at least two');
  }
  return parsed;
}

function parseSteps(cursor: JsonCursor): NonNullable<BasisStep['steps']> {
  const { edges, shares } = cursor.object(['edges', 'shares']);
  const parsed = { edges: parseEdges(edges), shares: shares.numbers(mostEdges, { min: 0, max: 1 }) };
  if (parsed.edges.length === 0 || parsed.edges.length !== parsed.shares.length) {
    cursor.fail('edges and shares must be equally many, and at least one');
  }
  return parsed;
}
