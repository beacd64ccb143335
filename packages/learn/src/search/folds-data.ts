import type { BinnedMatrix } from '@verdict/boost';
import { InsufficientData, InvalidOption } from '@verdict/core';
import { requireLabels, requireLength } from '../metrics/checks.ts';

/** One fold: rows that train, and rows that judge. */
export interface Fold {
  /** The table's bins; folds share one object unless features look at the label. */
  readonly binned: BinnedMatrix;
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
}

/**
 * Everything that a trial is evaluated on. The arrays should lie on shared memory (`share`): worker threads then read
 * them in place.
 */
export interface FoldsData {
  /** 0 or 1, for each row of the table. */
  readonly labels: Uint8Array;
  readonly weights?: Float32Array;
  readonly folds: readonly Fold[];
}

/**
 * Refuses folds that no trial could be evaluated on.
 *
 * @throws InvalidOption, InvalidValue; InsufficientData if there is no fold, or the rows that train or judge in one
 * lack a class
 */
export function checkFoldsData({ labels, weights, folds }: FoldsData): void {
  if (folds.length === 0) {
    throw new InsufficientData({ problem: 'there is no fold.', hint: 'Give at least one fold.' });
  }
  requireLabels(labels, weights === undefined ? undefined : Float64Array.from(weights));
  folds.forEach(({ binned, rows, validationRows }, fold) => {
    requireLength(`folds[${fold}].binned`, binned.rowCount, labels.length);
    for (const [part, list] of [
      ['rows', rows],
      ['validationRows', validationRows],
    ] as const) {
      const beyond = list.find((row) => row >= labels.length);
      if (beyond !== undefined) {
        const expected = `row numbers below ${labels.length}`;
        throw new InvalidOption({ option: `folds[${fold}].${part}`, got: beyond, expected });
      }
      const heavy = (row: number): boolean => weights === undefined || weights[row] > 0;
      const has = (label: number): boolean => list.some((row) => labels[row] === label && heavy(row));
      if (has(0) && has(1)) continue;
      throw new InsufficientData({
        problem: `in fold ${fold + 1} the rows that ${part === 'rows' ? 'train' : 'judge'} are all of one class.`,
        hint: 'Use fewer folds, or deal the rows to folds by class.',
      });
    }
  });
}

/** The seed of a fold's trees: `seed + fold`, beginning again at 0 after 2^53 - 1, the last exact one. */
export function foldSeed(seed: number, fold: number): number {
  return Number((BigInt(seed) + BigInt(fold)) % 2n ** 53n);
}
