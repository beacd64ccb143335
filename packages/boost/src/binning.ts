import { Interrupted, InvalidOption, InvalidValue } from '@verdict/core';
import { checkFlag, checkNumbers, checkObject, checkSignal } from './argument-checks.ts';
import { ColumnBinner } from './column-binner.ts';
import { Crew } from './crew.ts';
import { checkCodes, checkMatrix } from './matrix.ts';
import type { BinnedMatrix, ColumnBins, Matrix, MatrixColumn } from './matrix.ts';
import { checkThreads, threadsWhileBlocked } from './pool.ts';
import { StoragePacker } from './storage-packer.ts';
import { Workspace } from './workspace.ts';

/** Cells that are worth a thread of their own. */
const LEAST_CELLS = 262_144;
/** Cells that are binned between two looks at the event loop: some ten milliseconds. */
const SLICE_CELLS = 1_048_576;

/** How to bin. */
export interface BinningOptions {
  /** Bins of a column including the one for missing values, 2 to 256, default 256. */
  readonly maxBin?: number;
  /** Weights of the rows, default 1. */
  readonly weights?: Float32Array;
  /**
   * False to give every column bytes of its own. Default true: columns of few bins, and columns that are never off
   * their most common bin in the same row, share bytes. Models are the same either way.
   */
  readonly share?: boolean;
  /**
   * Most threads to bin with; small tables use fewer. Default: as many as the machine runs at once in
   * `binMatrixAsync`, 1 in `binMatrix`. The bins are the same with any number.
   */
  readonly threads?: number;
}

const optionNames = Object.keys({ maxBin: 1, weights: 1, share: 1, threads: 1 } satisfies Record<
  keyof BinningOptions,
  1
>);

/**
 * Cuts a matrix into bins of about equal weight: where sorting each column wholly would cut it. Columns with no more
 * distinct values than bins keep them all. Of a categorical column with more levels than bins, the rarest share one
 * bin.
 *
 * @throws InvalidOption, InvalidValue (a category that is not a code), OutOfResources
 */
export function binMatrix(matrix: Matrix<MatrixColumn>, options: BinningOptions = {}): BinnedMatrix {
  checkOptions(options, optionNames);
  const job = new BinningJob(matrix, { threads: 1, ...options });
  job.bin(matrix.columns.length);
  return job.finish();
}

/**
 * Does what `binMatrix` does, some ten milliseconds at a time for columns of up to some million rows: between the
 * slices the event loop of the caller runs. The matrix must not change meanwhile.
 *
 * @param options.signal stops it between two slices
 * @throws the errors of `binMatrix`, as a rejected promise; Interrupted
 */
export async function binMatrixAsync(
  matrix: Matrix<MatrixColumn>,
  options: BinningOptions & { readonly signal?: AbortSignal } = {},
): Promise<BinnedMatrix> {
  checkOptions(options, [...optionNames, 'signal']);
  const { signal } = options;
  checkSignal(signal);
  const job = new BinningJob(matrix, options);
  const slice = Math.max(1, Math.floor(SLICE_CELLS / Math.max(1, matrix.rowCount)));
  for (let done = 0; done < matrix.columns.length; done += slice) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (signal?.aborted === true) throw new Interrupted();
    job.bin(slice);
  }
  return job.finish();
}

function checkOptions(options: BinningOptions, known: readonly string[]): void {
  checkObject('options', options, 'an object of options, such as { maxBin: 64 }', known);
  checkNumbers('weights', options.weights);
  checkFlag('share', options.share);
}

/** Columns that are binned one after another, in as many goes as one likes. */
class BinningJob {
  readonly #matrix: Matrix<MatrixColumn>;
  readonly #maxBins: number;
  readonly #weights: Float32Array | undefined;
  readonly #threads: number;
  readonly #packer: StoragePacker;
  readonly #columns: ColumnBins[] = [];

  constructor(matrix: Matrix<MatrixColumn>, options: BinningOptions) {
    const { maxBin = 256, weights, share = true, threads } = options;
    checkMatrix(matrix);
    if (!Number.isInteger(maxBin) || maxBin < 2 || maxBin > 256) {
      throw new InvalidOption({ option: 'maxBin', got: maxBin, expected: 'a whole number from 2 to 256' });
    }
    if (weights !== undefined) checkWeights(weights, matrix.rowCount);
    if (threads !== undefined) checkThreads(threads);
    this.#matrix = matrix;
    this.#maxBins = maxBin - 1;
    this.#weights = weights;
    this.#packer = new StoragePacker(matrix.rowCount, matrix.columns.length, share);
    const worthwhile = Math.floor((matrix.rowCount * matrix.columns.length) / LEAST_CELLS);
    this.#threads = Math.max(1, Math.min(threadsWhileBlocked(threads), worthwhile));
  }

  /** Bins the next columns, up to that many. */
  bin(count: number): void {
    const { rowCount, columns, featureNames, featureTypes } = this.#matrix;
    const begin = this.#columns.length;
    const tasks = columns.slice(begin, begin + count).map((column, i) => ({
      column,
      type: featureTypes[begin + i],
      name: featureNames[begin + i],
    }));
    const bytes = ColumnBinner.bytes(rowCount, this.#weights !== undefined) + Crew.bytes(this.#threads);
    Workspace.use(bytes, (workspace) =>
      Crew.use(workspace, this.#threads, (crew) => {
        const binner = new ColumnBinner(
          workspace,
          crew,
          this.#packer,
          rowCount,
          this.#weights,
          this.#maxBins,
        );
        this.#columns.push(...binner.bin(tasks));
      }),
    );
  }

  finish(): BinnedMatrix {
    const { rowCount, featureNames, featureTypes, categoryNames } = this.#matrix;
    const binned = {
      rowCount,
      featureNames,
      featureTypes,
      ...(categoryNames !== undefined && { categoryNames }),
      columns: this.#columns,
      ...this.#packer.finish(),
    };
    checkCodes(binned);
    return binned;
  }
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
