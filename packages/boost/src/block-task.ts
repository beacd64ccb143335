import { Interrupted, OutOfResources } from '@verdict/core';
import { runBlocks } from './block-job.ts';
import type { BlockJob } from './block-job.ts';
import { columnCells } from './cells.ts';
import { openControl } from './pool-control.ts';
import { answer } from './pool-platform.ts';
import type { Channel } from './pool-platform.ts';

/** What a thread is given that coordinates a job over the rows of a table. */
export interface BlocksRequest {
  readonly kind: 'blocks';
  readonly job: BlockJob;
  /** The features of the job, in the order of their places. */
  readonly columns: readonly Float32Array[];
  readonly rowCount: number;
  /** On shared memory. */
  readonly output: Uint8Array;
  /** Ways to the threads that help, and the control block that all share. */
  readonly helpers: readonly Channel[];
  readonly control: ArrayBuffer | SharedArrayBuffer;
}

/** What it answers once the output is complete, or will not be. */
export type BlocksAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'out-of-resources'; readonly problem: string; readonly hint: string };

const tell = (message: BlocksAnswer): void => answer(message);

/** Runs the job, and answers. */
export function runBlockTask({ job, columns, rowCount, output, helpers, control }: BlocksRequest): void {
  try {
    const places = { ...job, features: Int32Array.from(columns, (_, place) => place) };
    const others = helpers.map((channel) => ({ post: (message: unknown) => channel.postMessage(message) }));
    const threads = { helpers: others, control: openControl(control) };
    runBlocks(places, columnCells(columns, rowCount), output, threads);
    tell({ kind: 'done' });
  } catch (error) {
    if (error instanceof Interrupted) tell({ kind: 'interrupted' });
    else if (error instanceof OutOfResources) {
      tell({ kind: 'out-of-resources', problem: error.message, hint: error.hint });
    } else throw error;
  } finally {
    for (const channel of helpers) channel.close();
  }
}
