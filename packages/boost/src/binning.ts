import { InvalidOption, InvalidValue } from '@verdict/core';
import { ColumnBinner } from './column-binner.ts';
import { checkMatrix } from './matrix.ts';
import type { BinnedMatrix, Matrix, MatrixColumn } from './matrix.ts';
import { StoragePacker } from './storage-packer.ts';
import { Workspace } from './workspace.ts';

/**
 * Cuts a matrix into bins of about equal weight. Columns with no more distinct values than bins keep them all.
 * Of a categorical column with more levels than bins, the rarest share one bin.
 *
 * @param options.maxBin bins of a column including the one for missing values, 2 to 256, default 256
 * @param options.weights weights of the rows, default 1
 * @param options.share false to give every column bytes of its own; default true: columns of few bins, and columns
 *   that are never off their most common bin in the same row, share bytes. Models are the same either way
 * @throws InvalidOption, InvalidValue (a category that is not a code), OutOfResources
 */
export function binMatrix(
  matrix: Matrix<MatrixColumn>,
  options: { readonly maxBin?: number; readonly weights?: Float32Array; readonly share?: boolean } = {},
): BinnedMatrix {
  checkMatrix(matrix);
  const maxBin = options.maxBin ?? 256;
  if (!Number.isInteger(maxBin) || maxBin < 2 || maxBin > 256) {
    throw new InvalidOption({ option: 'max_bin', got: maxBin, expected: 'a whole number from 2 to 256' });
  }
  const { rowCount: rows, columns, featureNames, featureTypes } = matrix;
  const { weights } = options;
  if (weights !== undefined) checkWeights(weights, rows);
  const packer = new StoragePacker(rows, options.share ?? true);
  return Workspace.use(ColumnBinner.bytes(rows, weights !== undefined), (workspace) => {
    const binner = new ColumnBinner(workspace, packer, rows, weights, maxBin - 1);
    const binned = columns.map((column, f) => binner.bin(column, featureTypes[f], featureNames[f]));
    return { rowCount: rows, featureNames, featureTypes, columns: binned, ...packer.finish() };
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
