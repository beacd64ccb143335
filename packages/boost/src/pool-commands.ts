import type { Kernels } from './kernels.ts';

/**
 * One kernel call that a thread can be given: arguments are the doubles from `at` on, `own` is the offset of the
 * thread's own scratch memory.
 */
type Command = (kernels: Kernels, a: Float64Array, at: number, own: number) => number | void;

/** Bytes of scratch memory that every thread has: 512 rows of 64 bins, their gradients, and the split search's. */
export const OWN_BYTES = 512 * 64 + 512 * 8 + 8192;

const table = {
  logisticGradients: (k, a, i) => k.logisticGradients(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5]),
  squaredGradients: (k, a, i) => k.squaredGradients(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5]),
  scaleWeights: (k, a, i) => k.scaleWeights(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4]),
  logisticLoss: (k, a, i) => k.logisticLoss(a[i], a[i + 1], a[i + 2], a[i + 3]),
  quantiseGradients: (k, a, i) =>
    k.quantiseGradients(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6]),
  sampleRows: (k, a, i) => k.sampleRows(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5]),
  buildHistogram: (k, a, i, own) =>
    k.buildHistogram(
      a[i],
      a[i + 1],
      a[i + 2],
      a[i + 3],
      a[i + 4],
      a[i + 5],
      a[i + 6],
      a[i + 7],
      own,
      own + 512 * 64,
    ),
  addHistograms: (k, a, i) => k.addHistograms(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4]),
  subtractHistogram: (k, a, i) => k.subtractHistogram(a[i], a[i + 1], a[i + 2]),
  findSplit: (k, a, i, own) =>
    k.findSplit(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], own + 512 * 72),
  findSplitInRows: (k, a, i, own) =>
    k.findSplitInRows(
      a[i],
      a[i + 1],
      a[i + 2],
      a[i + 3],
      a[i + 4],
      a[i + 5],
      a[i + 6],
      a[i + 7],
      own,
      own + 512 * 72,
    ),
  partitionRows: (k, a, i) => k.partitionRows(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5]),
  splitRows: (k, a, i) => k.splitRows(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5]),
  takeColumn: (k, a, i) => k.takeColumn(a[i], a[i + 1], a[i + 2], a[i + 3]),
  fillSequence: (k, a, i) => k.fillSequence(a[i], a[i + 1], a[i + 2]),
  clearBytes: (k, a, i) => k.clearBytes(a[i], a[i + 1]),
  copyBytes: (k, a, i) => k.copyBytes(a[i], a[i + 1], a[i + 2]),
  sumGradients: (k, a, i) => k.sumGradients(a[i], a[i + 1], a[i + 2], a[i + 3]),
  cutSorted: (k, a, i) =>
    k.cutSorted(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6], a[i + 7]),
  countBuckets: (k, a, i) => k.countBuckets(a[i], a[i + 1], a[i + 2], a[i + 3]),
  scatterBuckets: (k, a, i) => k.scatterBuckets(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4]),
  scatterWeighted: (k, a, i) =>
    k.scatterWeighted(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6]),
  assignBins: (k, a, i) => k.assignBins(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5]),
  assignByBuckets: (k, a, i) =>
    k.assignByBuckets(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6]),
  addToRows: (k, a, i) => k.addToRows(a[i], a[i + 1], a[i + 2], a[i + 3]),
  scoreBlock: (k, a, i) =>
    k.scoreBlock(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6], a[i + 7]),
  explainBlock: (k, a, i) =>
    k.explainBlock(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6], a[i + 7]),
  interactBlock: (k, a, i) =>
    k.interactBlock(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6], a[i + 7]),
  explainAgainst: (k, a, i) =>
    k.explainAgainst(a[i], a[i + 1], a[i + 2], a[i + 3], a[i + 4], a[i + 5], a[i + 6], a[i + 7]),
} satisfies Record<string, Command>;

/** The name of a command. */
export type CommandName = keyof typeof table;

/** All commands by number. */
export const commands: readonly Command[] = Object.values(table);

/** The number of each command. */
export const commandNumbers: Readonly<Record<CommandName, number>> = Object.fromEntries(
  Object.keys(table).map((name, number) => [name, number]),
) as Record<CommandName, number>;
