import { Random } from '@verdict/core';
import { logLoss, rocAuc } from '@verdict/learn';
import type { TuneCell, TunePredictions } from './tuning.ts';

/** How good probabilities are on a test file. */
export interface Scores {
  readonly auc: number;
  readonly logLoss: number;
}

/** Of either side, by one program. Certain and wrong probabilities cost what a probability of 1e-7 does. */
export function scoresOf(labels: Uint8Array, probabilities: Float64Array): Scores {
  const clipped = probabilities.map((p) => Math.min(1 - 1e-7, Math.max(1e-7, p)));
  return { auc: rocAuc(labels, probabilities), logLoss: logLoss(labels, clipped) };
}

/** A difference between the sides, ours minus theirs, with its 95 % interval. */
export interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

const REPLICATES = 500;

/**
 * Mean differences with percentile intervals of a paired bootstrap: a replicate draws test rows of every set and
 * seeds, both with replacement, and judges both sides on what it has drawn.
 *
 * @param cells of one set or of several; sets count alike
 */
export function differencesOf(
  cells: readonly TuneCell[],
  predictions: readonly TunePredictions[],
): Record<'auc' | 'logLoss', Difference> {
  const sets = [...new Set(cells.map(({ set }) => set))];
  const drawn = { auc: new Float64Array(REPLICATES), logLoss: new Float64Array(REPLICATES) };
  const random = new Random(20264, 'bench/search');
  for (let replicate = 0; replicate < REPLICATES; replicate++) {
    for (const set of sets) {
      const own = [...cells.keys()].filter((i) => cells[i].set === set);
      const { labels } = predictions[own[0]];
      const rows = Uint32Array.from(labels, () => random.integer(labels.length));
      const taken = Uint8Array.from(rows, (row) => labels[row]);
      // Without both classes there is no curve; as good as impossible in files of hundreds of rows.
      if (!(taken.includes(0) && taken.includes(1))) continue;
      const seeds = own.map(() => own[random.integer(own.length)]);
      for (const [seed, times] of countsOf(seeds)) {
        const { ours, theirs } = predictions[seed];
        const a = scoresOf(taken, take(ours, rows));
        const b = scoresOf(taken, take(theirs, rows));
        const share = times / own.length / sets.length;
        drawn.auc[replicate] += (a.auc - b.auc) * share;
        drawn.logLoss[replicate] += (a.logLoss - b.logLoss) * share;
      }
    }
  }
  const meanOf = (name: keyof Scores): number =>
    mean(
      sets.map((set) =>
        mean(cells.filter((cell) => cell.set === set).map(({ ours, theirs }) => ours[name] - theirs[name])),
      ),
    );
  const differenceOf = (name: keyof Scores): Difference => {
    const sorted = drawn[name].sort();
    const at = (share: number): number => sorted[Math.round(share * (REPLICATES - 1))];
    return { difference: meanOf(name), low: at(0.025), high: at(0.975) };
  };
  return { auc: differenceOf('auc'), logLoss: differenceOf('logLoss') };
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function take(values: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]);
}

function countsOf(items: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
