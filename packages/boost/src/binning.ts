import { InvalidOption, InvalidValue } from '@verdict/core';
import { ASSIGNER_BYTES, BinAssigner } from './bin-assigner.ts';
import { binCategories } from './category-bins.ts';
import { ColumnCutter, cutterBytes } from './column-cutter.ts';
import { lastCut } from './cuts.ts';
import { checkMatrix } from './matrix.ts';
import type { BinnedMatrix, ColumnBins, Matrix } from './matrix.ts';
import { shareableBuffer } from './pool-platform.ts';
import { binCount, ownPlace } from './storage.ts';
import { Workspace } from './workspace.ts';

const none = new Int32Array(0);

/**
 * Cuts a matrix into bins of about equal weight. Columns with no more distinct values than bins keep them all.
 * Of a categorical column with more levels than bins, the rarest share one bin.
 *
 * @param options.maxBin bins of a column including the one for missing values, 2 to 256, default 256
 * @param options.weights weights of the rows, default 1
 * @throws InvalidOption, InvalidValue (a category that is not a code), OutOfResources
 */
export function binMatrix(
  matrix: Matrix,
  options: { readonly maxBin?: number; readonly weights?: Float32Array } = {},
): BinnedMatrix {
  checkMatrix(matrix);
  const maxBin = options.maxBin ?? 256;
  if (!Number.isInteger(maxBin) || maxBin < 2 || maxBin > 256) {
    throw new InvalidOption({ option: 'max_bin', got: maxBin, expected: 'a whole number from 2 to 256' });
  }
  const { rowCount: rows, columns, featureNames, featureTypes } = matrix;
  if (options.weights !== undefined) checkWeights(options.weights, rows);
  const bins = new Uint8Array(shareableBuffer(rows * columns.length));
  const storageBins = columns.map((_, f) => bins.subarray(f * rows, (f + 1) * rows));
  return Workspace.use(Binner.bytes(rows, options.weights !== undefined), (workspace) => {
    const binner = new Binner(workspace, rows, options.weights, maxBin - 1);
    const binned = columns.map((values, f) => {
      const target = storageBins[f];
      return featureTypes[f] === 'c'
        ? binCategories(values, options.weights, maxBin - 1, target, featureNames[f])
        : binner.bin(values, target);
    });
    return {
      rowCount: rows,
      featureNames,
      featureTypes,
      columns: binned,
      places: binned.map((column, f) => ownPlace(f, binCount(column))),
      storage: binned.map((column, f) => ({ bins: storageBins[f], size: binCount(column) })),
    };
  });
}

/** Checks that there is one finite, non-negative weight per row. */
export function checkWeights(weights: Float32Array, rows: number): void {
  if (weights.length !== rows) {
    throw new InvalidOption({
      option: 'weights',
      got: weights.length,
      expected: `an array of ${rows} floats`,
    });
  }
  for (let i = 0; i < rows; i++) {
    if (weights[i] >= 0 && weights[i] < Infinity) continue;
    throw new InvalidValue({
      row: i + 1,
      column: 'weight',
      got: weights[i],
      expected: 'a finite weight that is not negative',
    });
  }
}

/** Bins numeric columns with the same buffers, one after another. */
class Binner {
  readonly #workspace: Workspace;
  readonly #rows: number;
  readonly #values: number;
  readonly #bins: number;
  readonly #cutter: ColumnCutter;
  readonly #assigner: BinAssigner;

  constructor(workspace: Workspace, rows: number, weights: Float32Array | undefined, maxBins: number) {
    this.#workspace = workspace;
    this.#rows = rows;
    this.#values = workspace.reserve(rows * 4);
    this.#bins = workspace.reserve(rows);
    const weightsAt = weights === undefined ? 0 : workspace.reserve(rows * 4);
    if (weights !== undefined) workspace.floats(weightsAt, rows).set(weights);
    this.#cutter = new ColumnCutter(workspace, rows, maxBins, weightsAt);
    this.#assigner = new BinAssigner(workspace);
  }

  static bytes(rows: number, weighted: boolean): number {
    return rows * (weighted ? 9 : 5) + cutterBytes(rows, weighted) + ASSIGNER_BYTES + 1024;
  }

  bin(values: Float32Array, target: Uint8Array): ColumnBins {
    const rows = this.#rows;
    this.#workspace.floats(this.#values, rows).set(values);
    const { cuts, hasMissing, largest } = this.#cutter.cut(this.#values);
    this.#assigner.assign(this.#values, rows, cuts, this.#bins);
    target.set(this.#workspace.bytes(this.#bins, rows));
    // With missing values there is one more cut, which leaves all values on one side.
    const parts = hasMissing && largest < lastCut;
    return {
      cuts: parts ? Float32Array.of(...cuts, lastCut) : cuts,
      codes: none,
      codeStarts: none,
      valueBins: cuts.length + 1,
      hasMissing,
    };
  }
}
