import type { BinnedMatrix } from '@verdict/boost';
import { trainSync } from '@verdict/boost';
import { requireShare } from '../metrics/checks.ts';
import { rankDescending } from '../metrics/ranking.ts';
import { takeFeatures } from './binned-columns.ts';
import { importanceRounds, modestTrees } from './modest-trees.ts';
import { isStopped, requireTime } from './stop-word.ts';
import type { StopWord } from './stop-word.ts';

export interface EliminationOptions {
  /** Rows to learn from; default all. */
  readonly rows?: Uint32Array | undefined;
  readonly weights?: Float32Array | undefined;
  /** The share of the features that are left which each step drops, at least one; default 0.2. */
  readonly share?: number;
  /** Seed of the trees. */
  readonly seed: number;
  /** Says when to stop, which happens within a round. */
  readonly stop?: StopWord | undefined;
}

/**
 * Recursive feature elimination (Guyon et al. 2002): boosts modest trees, drops the features whose splits gain
 * least in total, and does so again with the others until one is left. A feature that is only a copy of others
 * is so dropped, though a filter would keep it.
 *
 * @returns features from the last that was left to the first that was dropped; within a step by gain, equal ones
 * in the order of the matrix
 * @throws what `trainSync` throws; InvalidOption; Interrupted by `stop`
 */
export function recursiveElimination(
  binned: BinnedMatrix,
  labels: Uint8Array,
  options: EliminationOptions,
): Uint32Array {
  const { share = 0.2 } = options;
  requireShare('share', share);
  const order = new Uint32Array(binned.columns.length);
  let left = Uint32Array.from(order.keys());
  while (left.length > 1) {
    const ranked = rankDescending(totalGains(takeFeatures(binned, left), labels, options));
    const dropped = Math.max(1, Math.floor(share * left.length));
    const keptCount = left.length - dropped;
    for (let i = keptCount; i < left.length; i++) order[i] = left[ranked[i]];
    left = Uint32Array.from(ranked.subarray(0, keptCount), (place) => left[place]).sort();
  }
  order.set(left);
  return order;
}

function totalGains(
  binned: BinnedMatrix,
  labels: Uint8Array,
  { rows, weights, seed, stop }: EliminationOptions,
): Float64Array {
  const { booster } = trainSync(
    { binned, labels, ...(rows && { rows }), ...(weights && { weights }) },
    { ...modestTrees, seed },
    { rounds: importanceRounds, onRound: () => (isStopped(stop) ? false : undefined) },
  );
  requireTime(stop);
  const gains = booster.importance('total_gain');
  return Float64Array.from(binned.featureNames, (name) => gains.get(name) ?? 0);
}
