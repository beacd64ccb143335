import { readRows } from './cells.ts';
import type { Cells } from './cells.ts';
import type { Forest } from './forest.ts';
import { buildShapTable } from './shap-table.ts';
import type { Tree } from './tree.ts';
import { Workspace } from './workspace.ts';

const BLOCK_ROWS = 128;

/** Exact path-dependent TreeSHAP of one forest, laid out once in memory of its own. */
export class Explainer {
  readonly #workspace: Workspace;
  readonly #features: number;
  readonly #treeCount: number;
  readonly #bias: number;
  readonly #nodes: number;
  readonly #sets: number;
  readonly #table: number;
  readonly #roots: number;
  readonly #chunks: number;
  readonly #quadrature: number;
  readonly #rows: number;
  readonly #contributions: number;
  readonly #scratch: number;

  constructor(trees: readonly Tree[], forest: Forest, features: number, baseScore: number) {
    const table = buildShapTable(trees);
    const roots = Int32Array.from([...forest.roots, forest.ints.length / 4]);
    const sizes = [
      forest.buffer.byteLength,
      forest.sets.byteLength,
      table.edges.byteLength,
      roots.byteLength,
      table.chunks.byteLength,
      table.quadrature.byteLength,
      BLOCK_ROWS * features * 4,
      BLOCK_ROWS * (features + 1) * 8,
      table.largestTree * 208,
    ];
    const workspace = Workspace.create(sizes.reduce((sum, size) => sum + size + 64, 64));
    const offsets = sizes.map((size) => workspace.reserve(size));
    [this.#nodes, this.#sets, this.#table, this.#roots, this.#chunks] = offsets;
    [this.#quadrature, this.#rows, this.#contributions, this.#scratch] = offsets.slice(5);
    workspace.bytes(this.#nodes, sizes[0]).set(new Uint8Array(forest.buffer));
    workspace.words(this.#sets, forest.sets.length).set(forest.sets);
    workspace.bytes(this.#table, sizes[2]).set(new Uint8Array(table.edges));
    workspace.ints(this.#roots, roots.length).set(roots);
    workspace.ints(this.#chunks, table.chunks.length).set(table.chunks);
    workspace.doubles(this.#quadrature, table.quadrature.length).set(table.quadrature);
    this.#workspace = workspace;
    this.#features = features;
    this.#treeCount = trees.length;
    this.#bias = baseScore + table.expectation;
  }

  /** Contributions of rows, features + 1 numbers each, the bias last. */
  explain(cells: Cells): Float64Array {
    const { rowCount } = cells;
    const width = this.#features + 1;
    const result = new Float64Array(rowCount * width);
    const rows = this.#workspace.floats(this.#rows, BLOCK_ROWS * this.#features);
    const block = this.#workspace.doubles(this.#contributions, BLOCK_ROWS * width);
    for (let begin = 0; begin < rowCount; begin += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rowCount - begin);
      readRows(cells, begin, count, rows);
      block.fill(0, 0, count * width);
      this.#workspace.kernels.shapContributions(
        this.#nodes,
        this.#sets,
        this.#table,
        this.#roots,
        this.#treeCount,
        this.#chunks,
        this.#quadrature,
        this.#rows,
        this.#features,
        count,
        this.#contributions,
        width,
        this.#scratch,
      );
      result.set(block.subarray(0, count * width), begin * width);
    }
    for (let i = 0; i < rowCount; i++) result[i * width + this.#features] = this.#bias;
    return result;
  }
}
