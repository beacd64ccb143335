import { walk } from './forest.ts';
import type { Forest } from './forest.ts';
import { Workspace } from './workspace.ts';

/** Rows that go through all trees together: their floats fit the second-level cache at ordinary widths. */
const BLOCK_ROWS = 128;
/** Below this many rows, copying the forest costs more than walking it in JavaScript. */
const FEW_ROWS = 8;

/** Writes rows `begin` … `begin + count - 1` as floats, one row after another. */
export type RowWriter = (begin: number, count: number, target: Float32Array) => void;

/** A writer of the rows of float columns. */
export function columnWriter(columns: readonly Float32Array[]): RowWriter {
  const features = columns.length;
  return (begin, count, target) => {
    for (let f = 0; f < features; f++) {
      const column = columns[f];
      for (let i = 0, to = f; i < count; i++, to += features) target[to] = column[begin + i];
    }
  };
}

/**
 * Adds the leaves of trees `begin` to `end - 1` to the margins, in float32 and in the order of the trees: the
 * same numbers whatever the batch.
 */
export function addMargins(
  forest: Forest,
  begin: number,
  end: number,
  features: number,
  writer: RowWriter,
  margins: Float32Array,
): void {
  const rows = margins.length;
  if (rows === 0 || end <= begin) return;
  if (rows <= FEW_ROWS) {
    const row = new Float32Array(features);
    for (let i = 0; i < rows; i++) {
      writer(i, 1, row);
      margins[i] = addRow(forest, begin, end, row, margins[i]);
    }
    return;
  }
  inBlocks(forest, features, rows, writer, BLOCK_ROWS * 4, (workspace, at, offset, count) => {
    const block = workspace.floats(at.output, count);
    block.set(margins.subarray(offset, offset + count));
    const { predictMargins } = workspace.kernels;
    predictMargins(at.nodes, at.sets, at.roots, at.depths, begin, end, at.rows, features, count, at.output);
    margins.set(block, offset);
  });
}

/** One row's margin from a start, tree by tree. */
export function addRow(forest: Forest, begin: number, end: number, row: Float32Array, start: number): number {
  let margin = start;
  for (let tree = begin; tree < end; tree++) {
    margin = Math.fround(margin + forest.floats[walk(forest, forest.roots[tree], row) * 4 + 3]);
  }
  return margin;
}

/** The leaf of every row in every tree, as a node number within the tree; rows x trees. */
export function findLeaves(forest: Forest, features: number, rows: number, writer: RowWriter): Int32Array {
  const trees = forest.roots.length;
  const leaves = new Int32Array(rows * trees);
  if (leaves.length === 0) return leaves;
  inBlocks(forest, features, rows, writer, BLOCK_ROWS * trees * 4, (workspace, at, offset, count) => {
    const { predictLeafIndices } = workspace.kernels;
    predictLeafIndices(at.nodes, at.sets, at.roots, trees, at.rows, features, count, at.output);
    leaves.set(workspace.ints(at.output, count * trees), offset * trees);
  });
  return leaves;
}

interface Offsets {
  readonly nodes: number;
  readonly sets: number;
  readonly roots: number;
  readonly depths: number;
  readonly rows: number;
  readonly output: number;
}

/** Lays the forest into a workspace and runs a job over blocks of rows. */
function inBlocks(
  forest: Forest,
  features: number,
  rows: number,
  writer: RowWriter,
  outputBytes: number,
  job: (workspace: Workspace, at: Offsets, offset: number, count: number) => void,
): void {
  const { buffer, sets, roots, depths } = forest;
  const rowBytes = BLOCK_ROWS * features * 4;
  const bytes = buffer.byteLength + sets.byteLength + 2 * roots.byteLength + rowBytes + outputBytes + 1024;
  Workspace.use(bytes, (workspace) => {
    const at = {
      nodes: workspace.reserve(buffer.byteLength),
      sets: workspace.reserve(sets.byteLength),
      roots: workspace.reserve(roots.byteLength),
      depths: workspace.reserve(depths.byteLength),
      rows: workspace.reserve(rowBytes),
      output: workspace.reserve(outputBytes),
    };
    workspace.bytes(at.nodes, buffer.byteLength).set(new Uint8Array(buffer));
    workspace.words(at.sets, sets.length).set(sets);
    workspace.ints(at.roots, roots.length).set(roots);
    workspace.ints(at.depths, depths.length).set(depths);
    const target = workspace.floats(at.rows, BLOCK_ROWS * features);
    for (let offset = 0; offset < rows; offset += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows - offset);
      writer(offset, count, target);
      job(workspace, at, offset, count);
    }
  });
}
