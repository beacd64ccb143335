import type { Matrix } from '@verdict/boost';
import { binMatrix, trainSync } from '@verdict/boost';
import { Random } from '@verdict/core';
import { requireCount, requireShare } from '../metrics/checks.ts';
import { filterLabels, filterRows } from './filter-column.ts';
import { categorySplits } from './modest-trees.ts';
import { requireTime } from './stop-word.ts';
import type { StopWord } from './stop-word.ts';

export interface ShadowOptions {
  /** Rows to learn from; default all. */
  readonly rows?: Uint32Array | undefined;
  readonly weights?: Float32Array | undefined;
  /** Seed of the shuffling and of the trees. */
  readonly seed: number;
  /** Most forests; default 50. */
  readonly runs?: number;
  /** Probability of confirming or rejecting any feature by the luck of the shuffling; default 0.01. */
  readonly level?: number;
  /** Says when to stop, which happens between two forests. */
  readonly stop?: StopWord | undefined;
}

export type ShadowVerdict = 'confirmed' | 'tentative' | 'rejected';

/** What the comparison with shadows says, in the order of the matrix. */
export interface ShadowResult {
  readonly verdicts: readonly ShadowVerdict[];
  /** How often each feature beat the best shadow, and in how many forests it was. */
  readonly hits: Uint32Array;
  readonly runs: Uint32Array;
  /** Mean gain of its splits in a forest. */
  readonly importance: Float64Array;
  /** Confirmed features first, rejected ones last; then by share of hits, then by importance. */
  readonly order: Uint32Array;
}

const TREES = 60;
const FEWEST_SHADOWS = 5;
/** Rows that a tree sees at most. */
const TREE_ROWS = 10_000;

/**
 * Shadow features (Boruta, Kursa and Rudnicki 2010): again and again a random forest is grown on the features
 * and on shuffled copies of them, at least five, which cannot tell anything. A feature that gains more than the
 * best copy has a hit. Hits of a feature that tells nothing come less often than every other time: one with
 * significantly more (binomial test, Bonferroni's correction for the number of features) is confirmed, one with
 * significantly less is rejected and left out from then on, and what is undecided in the end is tentative.
 *
 * The test knows the luck of the shuffling, not that of the rows: a feature that goes with the label in these
 * rows by chance may be confirmed, the less likely the more shadows there are. Whether it pays is for rows to say
 * that were not looked at.
 *
 * Importance is the total gain of splits; the original takes the fall of accuracy when a feature is shuffled.
 * Since shadows have the values of their features, features of many values have no advantage over them.
 *
 * @throws what `trainSync` throws; InvalidOption; Interrupted by `stop`
 */
export function shadowFeatures(matrix: Matrix, labels: Uint8Array, options: ShadowOptions): ShadowResult {
  const { seed, runs: most = 50, level = 0.01 } = options;
  requireCount('runs', most, 1);
  requireShare('level', level);
  const rows = filterRows(matrix, labels, options.rows);
  const columns = matrix.columns.map((values) => Float32Array.from(rows, (row) => values[row]));
  const own = {
    labels: filterLabels(labels, rows),
    weights: options.weights && Float32Array.from(rows, (row) => options.weights?.[row] ?? 1),
  };
  const count = columns.length;
  const verdicts = new Array<ShadowVerdict>(count).fill('tentative');
  const hits = new Uint32Array(count);
  const runs = new Uint32Array(count);
  const gained = new Float64Array(count);
  for (let run = 0; run < most && verdicts.includes('tentative'); run++) {
    requireTime(options.stop);
    const kept = [...verdicts.keys()].filter((f) => verdicts[f] !== 'rejected');
    const { gains, bar } = compareWithShadows(matrix, columns, kept, own, seed, run);
    kept.forEach((f, i) => {
      runs[f]++;
      gained[f] += gains[i];
      if (gains[i] > bar) hits[f]++;
    });
    for (const f of kept) {
      if (verdicts[f] !== 'tentative') continue;
      if (upperTail(hits[f], runs[f]) * count < level) verdicts[f] = 'confirmed';
      else if (upperTail(runs[f] - hits[f], runs[f]) * count < level) verdicts[f] = 'rejected';
    }
  }
  const importance = gained.map((sum, f) => sum / Math.max(1, runs[f]));
  return { verdicts, hits, runs, importance, order: orderOf({ verdicts, hits, runs, importance }) };
}

/** Gains of the kept features in one forest, and the best of their shadows. */
function compareWithShadows(
  matrix: Matrix,
  columns: readonly Float32Array[],
  kept: readonly number[],
  { labels, weights }: { readonly labels: Uint8Array; readonly weights: Float32Array | undefined },
  seed: number,
  run: number,
): { readonly gains: Float64Array; readonly bar: number } {
  const random = new Random(seed, `shadows/${run}`);
  const shadows = Array.from(
    { length: Math.max(FEWEST_SHADOWS, kept.length) },
    (_, i) => kept[i % kept.length],
  );
  const all = [...kept, ...shadows];
  const binned = binMatrix({
    rowCount: labels.length,
    columns: all.map((f, i) => (i < kept.length ? columns[f] : random.shuffle(columns[f].slice()))),
    featureNames: all.map((_, i) => String(i)),
    featureTypes: all.map((f) => matrix.featureTypes[f]),
  });
  const { booster } = trainSync(
    { binned, labels, ...(weights && { weights }) },
    {
      ...categorySplits,
      num_parallel_tree: TREES,
      learning_rate: 1,
      max_depth: 6,
      subsample: Math.min(0.632, TREE_ROWS / labels.length),
      colsample_bynode: 1 / Math.sqrt(all.length),
      seed: random.uint32(),
    },
    { rounds: 1 },
  );
  const found = booster.importance('total_gain');
  const gains = Float64Array.from(all, (_, i) => found.get(String(i)) ?? 0);
  return {
    gains: gains.subarray(0, kept.length),
    bar: gains.subarray(kept.length).reduce((best, gain) => Math.max(best, gain), 0),
  };
}

/** The probability of at least so many heads in throws of a coin. */
function upperTail(heads: number, throws: number): number {
  let probability = 0.5 ** throws;
  let sum = 0;
  for (let count = throws; count >= heads; count--) {
    sum += probability;
    probability *= count / (throws - count + 1);
  }
  return sum;
}

const ranks: Readonly<Record<ShadowVerdict, number>> = { confirmed: 0, tentative: 1, rejected: 2 };

function orderOf({ verdicts, hits, runs, importance }: Omit<ShadowResult, 'order'>): Uint32Array {
  const share = (f: number): number => hits[f] / Math.max(1, runs[f]);
  return Uint32Array.from(verdicts.keys()).sort(
    (a, b) =>
      ranks[verdicts[a]] - ranks[verdicts[b]] ||
      share(b) - share(a) ||
      runs[b] - runs[a] ||
      importance[b] - importance[a] ||
      a - b,
  );
}
