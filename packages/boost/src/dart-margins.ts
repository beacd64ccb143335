import { binnedCells } from './binned-rows.ts';
import type { Ensemble } from './ensemble.ts';
import { Predictor } from './predictor.ts';
import type { JobData } from './training-data.ts';
import { weighTrees } from './tree-weights.ts';

/** What trees of a job say of its training rows and of its validation rows. */
export class DartMargins {
  readonly #cells;

  /** @param data whose bins have the trees' thresholds among their cuts */
  constructor({ binned, rows, validationRows = new Uint32Array(0) }: JobData) {
    this.#cells = [binnedCells(binned, rows), binnedCells(binned, validationRows)];
  }

  /** The sum of some trees, times their weights, in float32: of the training rows and of the validation rows. */
  sum(ensemble: Ensemble, positions: readonly number[]): readonly Float32Array[] {
    const trees = weighTrees(
      positions.map((position) => ensemble.trees[position]),
      Float32Array.from(positions, (position) => ensemble.weights[position]),
    );
    const predictor = new Predictor(trees);
    return this.#cells.map((cells) => {
      const sums = new Float32Array(cells.rowCount);
      predictor.addMargins(cells, 0, trees.length, sums);
      return sums;
    });
  }
}
