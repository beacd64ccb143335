// Folds of a small made table, binned and on shared memory, for searches.
import { binMatrix } from '@verdict/boost';
import type { BinnedMatrix } from '@verdict/boost';
import { Random } from '@verdict/core';
import type { FoldsData } from '../../src/search/index.ts';
import { share } from '../../src/training/shared-memory.ts';
import { stratifiedFolds } from '../../src/validation/index.ts';

export interface MadeOptions {
  readonly rows?: number;
  readonly folds?: number;
  readonly weighted?: boolean;
  readonly seed?: number;
}

/** A table with numbers and a category, whose labels depend on both, with noise. */
function makeTable(rows: number, seed: number): { binned: BinnedMatrix; labels: Uint8Array } {
  const random = new Random(seed, 'search table');
  const numbers = [0, 1, 2].map(() => Float32Array.from({ length: rows }, () => random.normal()));
  const codes = Float32Array.from({ length: rows }, () => random.integer(6));
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const margin = 1.5 * Math.sin(2 * numbers[0][row]) + numbers[1][row] + (codes[row] % 3 === 0 ? 1 : -0.8);
    return random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  });
  const binned = binMatrix({
    rowCount: rows,
    columns: [...numbers, codes],
    featureNames: ['a', 'b', 'c', 'd'],
    featureTypes: ['q', 'q', 'q', 'c'],
  });
  return { binned, labels: share(labels) };
}

/** Stratified folds of such a table. */
export function makeFolds(options: MadeOptions = {}): FoldsData {
  const { rows = 300, folds = 3, weighted = false, seed = 1 } = options;
  const { binned, labels } = makeTable(rows, seed);
  const foldOf = stratifiedFolds(labels, { folds, seed });
  const rowsOf = (test: (fold: number) => boolean): Uint32Array =>
    share(Uint32Array.from(foldOf.keys()).filter((row) => test(foldOf[row])));
  return {
    labels,
    ...(weighted && { weights: share(Float32Array.from(labels, (_, row) => 0.5 + (row % 4))) }),
    folds: Array.from({ length: folds }, (_, k) => ({
      binned,
      rows: rowsOf((fold) => fold !== k),
      validationRows: rowsOf((fold) => fold === k),
    })),
  };
}
