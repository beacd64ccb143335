import { addBackground } from './background-image.ts';
import { ResidentJob } from './block-job.ts';
import type { BlockJob } from './block-job.ts';
import { rowCells } from './cells.ts';
import type { Cells } from './cells.ts';
import { makeResult } from './row-task.ts';
import type { RowTask } from './row-task.ts';
import { buildShapImage } from './shap-image.ts';
import type { ShapImage } from './shap-image.ts';
import type { Tree } from './tree.ts';

const BLOCK_ROWS = 32;
/** Most bytes of a block of matrices of interactions, if it has more rows than one. */
const MATRIX_BYTES = 4 * 1024 * 1024;
/** Nanoseconds for a node and row. */
const NODE_COST = 12;

/** Exact path-dependent TreeSHAP of one forest, and Shapley interactions; laid out once. */
export class Explainer {
  readonly #trees: readonly Tree[];
  readonly #image: ShapImage;
  readonly #width: number;
  readonly #baseScore: number;
  #resident: ResidentJob | undefined;

  constructor(trees: readonly Tree[], features: number, baseScore: number) {
    this.#trees = trees;
    this.#image = buildShapImage(trees, BLOCK_ROWS);
    this.#width = features + 1;
    this.#baseScore = baseScore;
  }

  /** The contributions of trees `begin` to `end - 1` to every row: features + 1 numbers a row, the bias last. */
  contributions(cells: Cells, begin: number, end: number): RowTask<Float64Array> {
    const { rowCount } = cells;
    const width = this.#width;
    const result = makeResult(rowCount * width, (length) => new Float64Array(length));
    const bias = this.#bias(begin, end);
    for (let i = 0; i < rowCount; i++) result[i * width + width - 1] = bias;
    return { result, job: this.#job(begin, end), cells };
  }

  #bias(begin: number, end: number): number {
    return this.#image.expectations.subarray(begin, end).reduce((sum, value) => sum + value, this.#baseScore);
  }

  #job(begin: number, end: number): BlockJob {
    const { bytes, features, nodes, largestTree, expectations } = this.#image;
    return {
      kernel: 'explainBlock',
      image: bytes,
      features,
      blockRows: BLOCK_ROWS,
      unit: 1,
      scratchBytes: largestTree * 208,
      rowBytes: this.#width * 8,
      cost: (nodes * NODE_COST * (end - begin)) / Math.max(1, expectations.length),
      args: [begin, end, this.#width],
    };
  }

  /** The same against background rows: interventional Shapley values, the mean over the background last. */
  contributionsAgainst(cells: Cells, background: Cells, begin: number, end: number): RowTask<Float64Array> {
    const width = this.#width;
    const result = makeResult(cells.rowCount * width, (length) => new Float64Array(length));
    for (let i = 0; i < cells.rowCount; i++) result[i * width + width - 1] = this.#baseScore;
    const { bytes, scratchBytes } = addBackground(this.#image, background, BLOCK_ROWS, width);
    const job = this.#job(begin, end);
    const cost = (job.cost * background.rowCount) / 10;
    return { result, job: { ...job, kernel: 'explainAgainst', image: bytes, scratchBytes, cost }, cells };
  }

  /** The interactions in trees `begin` to `end - 1`: (features + 1) x (features + 1) numbers a row. */
  interactions(cells: Cells, begin: number, end: number): RowTask<Float64Array> {
    const width = this.#width;
    const size = width * width;
    const result = makeResult(cells.rowCount * size, (length) => new Float64Array(length));
    const bias = this.#bias(begin, end);
    for (let i = 0; i < cells.rowCount; i++) result[(i + 1) * size - 1] = bias;
    let blockRows = BLOCK_ROWS;
    while (blockRows > 1 && blockRows * size * 8 > MATRIX_BYTES) blockRows /= 2;
    const image = blockRows === BLOCK_ROWS ? this.#image : buildShapImage(this.#trees, blockRows);
    const job: BlockJob = {
      ...this.#job(begin, end),
      kernel: 'interactBlock',
      image: image.bytes,
      blockRows,
      scratchBytes: image.largestTree * 72 + 64 + (image.depth + 1) * 288,
      rowBytes: size * 8,
    };
    return { result, job: { ...job, cost: 3 * job.cost }, cells };
  }

  /** The contributions of one row, in memory that is kept for the next. */
  explainRow(row: Float32Array): Float64Array {
    const trees = this.#image.expectations.length;
    const job = this.#job(0, trees);
    this.#resident ??= new ResidentJob(job);
    const result = new Float64Array(this.#width);
    result[this.#width - 1] = this.#bias(0, trees);
    this.#resident.run(rowCells(row), new Uint8Array(result.buffer), job.args);
    return result;
  }
}
