import { OutOfResources } from '@verdict/core';
import type { BlockJob } from './block-job.ts';
import { readRows } from './cells.ts';
import type { Cells } from './cells.ts';
import { packForest, walk } from './forest.ts';
import type { Forest } from './forest.ts';
import { usesVectors } from './kernels.ts';
import { makeResult, runTask } from './row-task.ts';
import type { RowTask } from './row-task.ts';
import { RowWalker } from './row-walker.ts';
import { buildScoreImage, SLOT_BYTES } from './score-image.ts';
import type { ScoreImage } from './score-image.ts';
import type { Tree } from './tree.ts';

/** Up to this many rows, and more for large forests, copying the forest costs more than walking it in JavaScript. */
const FEW_ROWS = 8;
/** Bytes of a forest that are copied in the time that one row's walk takes. */
const BYTES_PER_ROW = 32768;
/** Numbering the thresholds pays once a forest has met about this many rows. */
const RANKED_AFTER = 8192;
/** After this many single rows more are expected, and a kernel's own copy of the forest pays. */
const MANY_SINGLE_ROWS = 64;
/** Nanoseconds for a row and tree, with and without numbers. */
const RANKED_COST = 3;
const WALKED_COST = 12;

/** What a forest answers: for one row in JavaScript, for many by kernels. Both give the same bits. */
export class Predictor {
  readonly #trees: readonly Tree[];
  #forest: Forest | undefined;
  #image: ScoreImage | undefined;
  #rowsSeen = 0;
  readonly #sum = new Float32Array(1);
  #singleRows = 0;
  #walker: RowWalker | undefined;

  /** @param trees their leaves as they are added up, weights applied */
  constructor(trees: readonly Tree[]) {
    this.#trees = trees;
  }

  /** The trees as they are walked one row at a time. */
  get forest(): Forest {
    this.#forest ??= packForest(this.#trees);
    return this.#forest;
  }

  /** One row's margin from a start: the leaves of trees `begin` to `end - 1`, added in float32 and in order. */
  addRow(row: Float32Array, begin: number, end: number, start: number): number {
    if (begin === 0 && end === this.#trees.length) {
      if (this.#singleRows < MANY_SINGLE_ROWS) this.#singleRows++;
      else if (this.#singleRows === MANY_SINGLE_ROWS) this.#openWalker(row.length);
      if (this.#walker !== undefined) return this.#walker.margin(row, start);
    }
    const { forest } = this;
    const sum = this.#sum;
    // Kept in an array of floats: it rounds as it should, and a variable would be boxed for every tree.
    sum[0] = start;
    for (let tree = begin; tree < end; tree++) {
      sum[0] += forest.floats[walk(forest, forest.roots[tree], row) * 4 + 3];
    }
    return sum[0];
  }

  /** Tried once: without the memory for it, rows are walked in JavaScript as before, to the same bits. */
  #openWalker(features: number): void {
    this.#singleRows++;
    try {
      this.#walker = RowWalker.open(this.#trees, features);
    } catch (error) {
      if (!(error instanceof OutOfResources)) throw error;
    }
  }

  /** Adds the leaves of trees `begin` to `end - 1` to the margins of all rows, as `addRow` does. */
  addMargins(cells: Cells, begin: number, end: number, margins: Float32Array): void {
    runTask(this.marginTask(cells, begin, end, margins));
  }

  /** The same, yet to be run. */
  marginTask(cells: Cells, begin: number, end: number, margins: Float32Array): RowTask<Float32Array> {
    const { rowCount, featureCount } = cells;
    if (rowCount === 0 || end <= begin) return { result: margins };
    if (!this.#isFew(rowCount)) return this.#task(cells, begin, end, margins, 0);
    const row = new Float32Array(featureCount);
    for (let i = 0; i < rowCount; i++) {
      readRows(cells, i, 1, row);
      margins[i] = this.addRow(row, begin, end, margins[i]);
    }
    return { result: margins };
  }

  /** The leaf of every row in trees `begin` to `end - 1`, as a node number within the tree; rows x trees. */
  leafTask(cells: Cells, begin: number, end: number): RowTask<Int32Array> {
    const { rowCount, featureCount } = cells;
    const trees = end - begin;
    const leaves = makeResult(rowCount * trees, (length) => new Int32Array(length));
    if (leaves.length === 0) return { result: leaves };
    if (!this.#isFew(rowCount)) return this.#task(cells, begin, end, leaves, trees);
    const row = new Float32Array(featureCount);
    const { forest } = this;
    for (let i = 0; i < rowCount; i++) {
      readRows(cells, i, 1, row);
      for (let t = 0; t < trees; t++) {
        const root = forest.roots[begin + t];
        leaves[i * trees + t] = walk(forest, root, row) - root;
      }
    }
    return { result: leaves };
  }

  /** True if walking beats copying. */
  #isFew(rows: number): boolean {
    return rows <= Math.max(FEW_ROWS, (this.#image?.bytes.length ?? 0) / BYTES_PER_ROW);
  }

  #imageFor(rows: number): ScoreImage {
    this.#rowsSeen += rows;
    // Without SIMD a tree is walked faster than it is evaluated as a whole.
    const ranked = this.#rowsSeen >= RANKED_AFTER && usesVectors();
    if (this.#image === undefined || (ranked && !this.#image.ranked)) {
      this.#image = buildScoreImage(this.#trees, ranked);
    }
    return this.#image;
  }

  #task<T extends Float32Array | Int32Array>(
    cells: Cells,
    begin: number,
    end: number,
    result: T,
    leaves: number,
  ): RowTask<T> {
    const { bytes, features, blockRows, columns, ranked } = this.#imageFor(cells.rowCount);
    const job: BlockJob = {
      kernel: 'scoreBlock',
      image: bytes,
      features,
      blockRows,
      unit: 64,
      scratchBytes: SLOT_BYTES + columns * blockRows,
      rowBytes: 4 * Math.max(1, leaves),
      cost: (end - begin) * (ranked ? RANKED_COST : WALKED_COST),
      args: [begin, end, leaves],
    };
    return { result, job, cells };
  }
}
