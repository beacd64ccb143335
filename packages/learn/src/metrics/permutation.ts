import { InvalidOption, Random } from '@verdict/core';
import { requireCount, requireLabels, requireLength, requireProbabilities, requireShare } from './checks.ts';
import type { Scores } from './checks.ts';
import { placements, placementVariance } from './delong.ts';
import { normalHalfWidth } from './normal-distribution.ts';
import { clippingOf, rowLogLoss } from './probability-metrics.ts';

/** What permutation importance needs. */
export interface PermutationOptions {
  readonly rowCount: number;
  readonly columnCount: number;
  /**
   * The model's probabilities when the values of one column are taken from other rows: row i gets those
   * of row `permutation[i]`, all other columns stay. The result is read before the next call.
   */
  readonly predict: (column: number, permutation: Uint32Array) => Scores | Promise<Scores>;
  /** The probabilities of the untouched rows. If left out, `predict` is asked with the identity. */
  readonly probabilities?: Scores;
  readonly labels: Uint8Array;
  readonly weights?: Float64Array;
  readonly metric: 'logLoss' | 'rocAuc';
  /** Permutations per column; default 5. */
  readonly repeats?: number;
  readonly seed: number;
  /** Of the interval; default 0.95. */
  readonly level?: number;
}

/** How much worse the metric becomes when a column is shuffled; negative if it becomes better. */
export interface PermutationImportance {
  /** Mean over the repeats. */
  readonly mean: number;
  /** Deviation between the repeats; 0 with one repeat. */
  readonly standardDeviation: number;
  /** Ends of the interval of the mean; see `permutationImportance`. */
  readonly low: number;
  readonly high: number;
}

/** What each row adds to the metric, as a loss: the larger, the worse. */
interface RowLosses {
  readonly loss: number;
  readonly values: Float64Array;
}

/**
 * Permutation importance (Breiman 2001): the rise of log loss, or the fall of ROC AUC, when the values of
 * one column are shuffled over the rows. Every column and repeat has its own permutation, drawn from the
 * seed. The interval covers the luck of the rows and of the permutations together: the change is averaged
 * over the repeats for each row (for ROC AUC, each row's placement), and the standard error of the mean
 * over rows, which have drawn their replacements almost independently, gives a normal interval. Rows are
 * taken as independent, and the model as given.
 *
 * @returns one entry per column
 */
export async function permutationImportance(options: PermutationOptions): Promise<PermutationImportance[]> {
  const {
    rowCount,
    columnCount,
    predict,
    labels,
    weights,
    metric,
    repeats = 5,
    seed,
    level = 0.95,
  } = options;
  requireCount('columnCount', columnCount, 0);
  requireCount('repeats', repeats, 1);
  requireShare('level', level);
  requireLabels(labels, weights, rowCount);
  if (metric !== 'logLoss' && metric !== 'rocAuc') {
    throw new InvalidOption({ option: 'metric', got: metric, expected: 'logLoss or rocAuc' });
  }
  if (columnCount === 0) return [];
  const lossesOf = metric === 'logLoss' ? logLosses : placementLosses;
  const identity = Uint32Array.from({ length: rowCount }, (_, row) => row);
  const untouched = options.probabilities ?? (await predict(0, identity));
  requireProbabilities(untouched, rowCount);
  const base = lossesOf(labels, untouched, weights);
  const halfWidth = normalHalfWidth(level);
  const root = new Random(seed, 'permutation');
  const permutation = new Uint32Array(rowCount);
  const results: PermutationImportance[] = [];
  for (let column = 0; column < columnCount; column++) {
    const changes = new Float64Array(rowCount);
    const rises = new Float64Array(repeats);
    for (let repeat = 0; repeat < repeats; repeat++) {
      permutation.set(identity);
      root.fork(`${column}/${repeat}`).shuffle(permutation);
      const probabilities = await predict(column, permutation);
      requireLength('probabilities', probabilities.length, rowCount);
      requireProbabilities(probabilities, rowCount);
      const shuffled = lossesOf(labels, probabilities, weights);
      rises[repeat] = shuffled.loss - base.loss;
      for (let row = 0; row < rowCount; row++) {
        changes[row] += (shuffled.values[row] - base.values[row]) / repeats;
      }
    }
    const mean = rises.reduce((sum, rise) => sum + rise, 0) / repeats;
    const squares = rises.reduce((sum, rise) => sum + (rise - mean) ** 2, 0);
    const variance =
      metric === 'logLoss' ? meanVariance(changes, weights) : placementVariance(labels, changes, weights);
    const error = halfWidth * Math.sqrt(variance);
    results.push({
      mean,
      standardDeviation: repeats > 1 ? Math.sqrt(squares / (repeats - 1)) : 0,
      low: mean - error,
      high: mean + error,
    });
  }
  return results;
}

function logLosses(labels: Uint8Array, probabilities: Scores, weights?: Float64Array): RowLosses {
  const epsilon = clippingOf(probabilities);
  const values = new Float64Array(labels.length);
  let sum = 0;
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    values[row] = rowLogLoss(labels[row], probabilities[row], epsilon);
    sum += weight * values[row];
    total += weight;
  }
  return { loss: sum / total, values };
}

function placementLosses(labels: Uint8Array, probabilities: Scores, weights?: Float64Array): RowLosses {
  const { auc, values } = placements(labels, probabilities, weights);
  return { loss: -auc, values: values.map((value) => -value) };
}

/** The variance of a weighted mean of independent rows; NaN with fewer than two. */
function meanVariance(values: Float64Array, weights?: Float64Array): number {
  let total = 0;
  let sum = 0;
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    total += weight;
    sum += weight * values[row];
    if (weight > 0) count++;
  }
  if (count < 2) return NaN;
  const mean = sum / total;
  let squares = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    squares += (weight * (values[row] - mean)) ** 2;
  }
  return (squares / total ** 2) * (count / (count - 1));
}
