import type { Cells } from './cells.ts';
import { Crew } from './crew.ts';
import type { Helpers } from './crew.ts';
import { commandNumbers, commands } from './pool-commands.ts';
import type { CommandName } from './pool-commands.ts';
import { roundUp, Workspace } from './workspace.ts';

/** What is computed for every row of a table, block by block: plain data that any thread can carry out. */
export interface BlockJob {
  /**
   * A kernel that is called with: the image, the block's values (feature after feature), the number of rows
   * (padded), the block's output, scratch memory, and `args`.
   */
  readonly kernel: CommandName;
  /** What the kernel reads beside the rows. */
  readonly image: Uint8Array;
  /** The features that it looks at, in the order of their places in a block. */
  readonly features: Int32Array;
  readonly blockRows: number;
  /** Rows are padded to a multiple of this. */
  readonly unit: number;
  readonly scratchBytes: number;
  /** Bytes of output of a row; what the output holds before, the kernel finds there. */
  readonly rowBytes: number;
  /** About how many nanoseconds a row takes. */
  readonly cost: number;
  readonly args: readonly number[];
}

/** Blocks between two waits of a thread: few, so that what is copied in is still near when it is read. */
const BLOCKS_PER_THREAD = 8;
/** Most bytes of values and output that lie in the memory at a time, unless one block a thread takes more. */
const STAGE_BYTES = 32 * 1024 * 1024;
/** Chains per thread, so that a late thread does not hold up the others. */
const LANES = 3;
/** Below this many nanoseconds a job is not shared out. */
const LEAST_COST = 2_000_000;

/** How many of the threads that a job may have are worth their start. */
export function threadsFor(job: BlockJob, rows: number, threads: number): number {
  return Math.max(
    1,
    Math.min(threads, Math.ceil(rows / job.blockRows), Math.floor((rows * job.cost) / LEAST_COST)),
  );
}

/**
 * Runs a job over all rows. The output's bytes do not depend on the threads.
 *
 * @param output rows x `rowBytes`, changed in place
 * @param threads how many, or the helpers that are given
 */
export function runBlocks(job: BlockJob, cells: Cells, output: Uint8Array, threads: number | Helpers): void {
  if (cells.rowCount === 0) return;
  const count = typeof threads === 'number' ? threads : threads.helpers.length + 1;
  const layout = layOut(job, cells.rowCount, count);
  Workspace.use(layout.bytes + Crew.bytes(count), (workspace) => {
    const at = reserve(workspace, layout);
    workspace.bytes(at.image, job.image.length).set(job.image);
    if (threads === 1) runAlone(job, cells, output, workspace, at);
    else Crew.use(workspace, threads, (crew) => runTogether(job, cells, output, workspace, at, layout, crew));
  });
}

/** A job whose image stays in memory of its own, for callers that come with single rows. */
export class ResidentJob {
  readonly #job: BlockJob;
  readonly #workspace: Workspace;
  readonly #at: Offsets;

  constructor(job: BlockJob) {
    const layout = layOut(job, job.blockRows, 1);
    this.#job = job;
    this.#workspace = Workspace.create(layout.bytes);
    this.#at = reserve(this.#workspace, layout);
    this.#workspace.bytes(this.#at.image, job.image.length).set(job.image);
  }

  /** As `runBlocks`, on the calling thread, with other arguments for the kernel. */
  run(cells: Cells, output: Uint8Array, args: readonly number[]): void {
    runAlone({ ...this.#job, args }, cells, output, this.#workspace, this.#at);
  }
}

interface Layout {
  readonly sizes: readonly number[];
  readonly bytes: number;
  /** Blocks that are staged at a time, and chains over them. */
  readonly blocks: number;
  readonly lanes: number;
}

interface Offsets {
  readonly image: number;
  readonly floats: number;
  readonly output: number;
  readonly scratch: number;
}

function layOut(job: BlockJob, rows: number, threads: number): Layout {
  const { image, features, blockRows, scratchBytes, rowBytes } = job;
  const floatBytes = features.length * blockRows * 4;
  const lanes = threads === 1 ? 1 : threads * LANES;
  const fitting = Math.floor(STAGE_BYTES / (floatBytes + blockRows * rowBytes + 1));
  const wanted = threads === 1 ? 1 : Math.max(lanes, Math.min(threads * BLOCKS_PER_THREAD, fitting));
  const blocks = Math.min(wanted, Math.ceil(rows / blockRows));
  const sizes = [
    image.length,
    blocks * floatBytes,
    blocks * roundUp(blockRows * rowBytes, 64),
    Math.min(lanes, blocks) * roundUp(scratchBytes, 64),
  ];
  return {
    sizes,
    bytes: sizes.reduce((sum, size) => sum + size + 64, 64),
    blocks,
    lanes: Math.min(lanes, blocks),
  };
}

function reserve(workspace: Workspace, { sizes }: Layout): Offsets {
  const [image, floats, output, scratch] = sizes.map((size) => workspace.reserve(size));
  return { image, floats, output, scratch };
}

function runAlone(job: BlockJob, cells: Cells, output: Uint8Array, workspace: Workspace, at: Offsets): void {
  const { blockRows, unit } = job;
  const command = commands[commandNumbers[job.kernel]];
  for (let begin = 0; begin < cells.rowCount; begin += blockRows) {
    const count = Math.min(blockRows, cells.rowCount - begin);
    const block = stage(job, cells, output, workspace, at.floats, at.output, begin, count);
    const args = Float64Array.of(
      at.image,
      at.floats,
      roundUp(count, unit),
      at.output,
      at.scratch,
      ...job.args,
    );
    command(workspace.kernels, args, 0, 0);
    output.set(block, begin * job.rowBytes);
  }
}

function runTogether(
  job: BlockJob,
  cells: Cells,
  output: Uint8Array,
  workspace: Workspace,
  at: Offsets,
  { blocks, lanes }: Layout,
  crew: Crew,
): void {
  const { blockRows, unit, features, rowBytes, scratchBytes, cost } = job;
  const floatBytes = features.length * blockRows * 4;
  const outputBytes = roundUp(blockRows * rowBytes, 64);
  for (let first = 0; first < cells.rowCount; first += blocks * blockRows) {
    const staged = Math.min(blocks, Math.ceil((cells.rowCount - first) / blockRows));
    const rowsOf = (block: number): number => Math.min(blockRows, cells.rowCount - first - block * blockRows);
    const views: Uint8Array[] = [];
    for (let block = 0; block < staged; block++) {
      const [floats, to] = [at.floats + block * floatBytes, at.output + block * outputBytes];
      views.push(stage(job, cells, output, workspace, floats, to, first + block * blockRows, rowsOf(block)));
    }
    for (let lane = 0; lane < lanes; lane++) {
      const [begin, end] = [Math.floor((lane * staged) / lanes), Math.floor(((lane + 1) * staged) / lanes)];
      if (begin === end) continue;
      crew.chain((end - begin) * blockRows * cost);
      const scratch = at.scratch + lane * roundUp(scratchBytes, 64);
      for (let block = begin; block < end; block++) {
        const [floats, to] = [at.floats + block * floatBytes, at.output + block * outputBytes];
        crew.call(job.kernel, at.image, floats, roundUp(rowsOf(block), unit), to, scratch, ...job.args);
      }
    }
    crew.run();
    views.forEach((view, block) => output.set(view, (first + block * blockRows) * rowBytes));
  }
}

/** Copies a block's values and output into the memory; returns the view of that output. */
function stage(
  { features, blockRows, rowBytes }: BlockJob,
  cells: Cells,
  output: Uint8Array,
  workspace: Workspace,
  floats: number,
  to: number,
  begin: number,
  count: number,
): Uint8Array {
  const values = workspace.floats(floats, features.length * blockRows);
  for (let place = 0; place < features.length; place++) {
    cells.read(features[place], begin, count, values, place * blockRows, 1);
  }
  const block = workspace.bytes(to, count * rowBytes);
  block.set(output.subarray(begin * rowBytes, (begin + count) * rowBytes));
  return block;
}
