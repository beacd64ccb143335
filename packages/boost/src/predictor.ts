import { readRows } from './cells.ts';
import type { Cells } from './cells.ts';
import { packForest, walk } from './forest.ts';
import type { Forest } from './forest.ts';
import { buildScoreImage, SLOT_BYTES } from './score-image.ts';
import type { ScoreImage } from './score-image.ts';
import type { Tree } from './tree.ts';
import { roundUp, Workspace } from './workspace.ts';

/** Up to this many rows, and more for large forests, copying the forest costs more than walking it in JavaScript. */
const FEW_ROWS = 8;
/** Bytes of a forest that are copied in the time that one row's walk takes. */
const BYTES_PER_ROW = 32768;
/** Numbering the thresholds pays once a forest has met about this many rows. */
const RANKED_AFTER = 8192;

/** What a forest answers: for one row in JavaScript, for many by kernels. Both give the same bits. */
export class Predictor {
  readonly #trees: readonly Tree[];
  #forest: Forest | undefined;
  #image: ScoreImage | undefined;
  #rowsSeen = 0;
  readonly #sum = new Float32Array(1);

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
    const { forest } = this;
    const sum = this.#sum;
    // Kept in an array of floats: it rounds as it should, and a variable would be boxed for every tree.
    sum[0] = start;
    for (let tree = begin; tree < end; tree++) {
      sum[0] += forest.floats[walk(forest, forest.roots[tree], row) * 4 + 3];
    }
    return sum[0];
  }

  /** Adds the leaves of trees `begin` to `end - 1` to the margins of all rows, as `addRow` does. */
  addMargins(cells: Cells, begin: number, end: number, margins: Float32Array): void {
    const { rowCount, featureCount } = cells;
    if (rowCount === 0 || end <= begin) return;
    if (this.#isFew(rowCount)) {
      const row = new Float32Array(featureCount);
      for (let i = 0; i < rowCount; i++) {
        readRows(cells, i, 1, row);
        margins[i] = this.addRow(row, begin, end, margins[i]);
      }
      return;
    }
    this.#inBlocks(cells, 4, (workspace, at, offset, count) => {
      const block = workspace.floats(at.output, count);
      block.set(margins.subarray(offset, offset + count));
      const { scoreBlock } = workspace.kernels;
      scoreBlock(at.image, at.floats, at.count, begin, end, at.output, 0, 0, at.columns, at.slots);
      margins.set(block, offset);
    });
  }

  /** The leaf of every row in trees `begin` to `end - 1`, as a node number within the tree; rows x trees. */
  findLeaves(cells: Cells, begin: number, end: number): Int32Array {
    const { rowCount, featureCount } = cells;
    const trees = end - begin;
    const leaves = new Int32Array(rowCount * trees);
    if (leaves.length === 0) return leaves;
    if (this.#isFew(rowCount)) {
      const row = new Float32Array(featureCount);
      const { forest } = this;
      for (let i = 0; i < rowCount; i++) {
        readRows(cells, i, 1, row);
        for (let t = 0; t < trees; t++) {
          const root = forest.roots[begin + t];
          leaves[i * trees + t] = walk(forest, root, row) - root;
        }
      }
      return leaves;
    }
    this.#inBlocks(cells, 4 * trees, (workspace, at, offset, count) => {
      const { scoreBlock } = workspace.kernels;
      const first = at.output - begin * 4;
      scoreBlock(at.image, at.floats, at.count, begin, end, 0, first, trees, at.columns, at.slots);
      leaves.set(workspace.ints(at.output, count * trees), offset * trees);
    });
    return leaves;
  }

  /** True if walking beats copying. */
  #isFew(rows: number): boolean {
    return rows <= Math.max(FEW_ROWS, (this.#image?.bytes.length ?? 0) / BYTES_PER_ROW);
  }

  #imageFor(rows: number): ScoreImage {
    this.#rowsSeen += rows;
    const ranked = this.#rowsSeen >= RANKED_AFTER;
    if (this.#image === undefined || (ranked && !this.#image.ranked)) {
      this.#image = buildScoreImage(this.#trees, ranked);
    }
    return this.#image;
  }

  /** Lays the forest into a workspace and runs a job over blocks of rows. */
  #inBlocks(
    cells: Cells,
    outputBytes: number,
    job: (workspace: Workspace, at: Offsets, offset: number, count: number) => void,
  ): void {
    const { bytes, features, blockRows, columns } = this.#imageFor(cells.rowCount);
    const sizes = [
      bytes.length,
      features.length * blockRows * 4,
      columns * blockRows,
      SLOT_BYTES,
      blockRows * outputBytes,
    ];
    Workspace.use(
      sizes.reduce((sum, size) => sum + size + 64, 64),
      (workspace) => {
        const [image, floats, byteColumns, slots, output] = sizes.map((size) => workspace.reserve(size));
        workspace.bytes(image, bytes.length).set(bytes);
        const values = workspace.floats(floats, features.length * blockRows);
        for (let offset = 0; offset < cells.rowCount; offset += blockRows) {
          const count = Math.min(blockRows, cells.rowCount - offset);
          features.forEach((feature, place) => {
            cells.read(feature, offset, count, values, place * blockRows, 1);
          });
          const padded = roundUp(count, 64);
          job(
            workspace,
            { image, floats, columns: byteColumns, slots, output, count: padded },
            offset,
            count,
          );
        }
      },
    );
  }
}

interface Offsets {
  readonly image: number;
  /** The block's values, feature by feature. */
  readonly floats: number;
  readonly columns: number;
  readonly slots: number;
  readonly output: number;
  /** Rows of the block, padded for the kernel. */
  readonly count: number;
}
