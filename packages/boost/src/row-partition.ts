import { CHUNK_ROWS, eachChunk } from './chunks.ts';
import type { Crew } from './crew.ts';
import type { Workspace } from './workspace.ts';

/** A list of rows that a split parts in two. Offsets are in bytes. */
export interface PartitionJob {
  /** The bins of the column that decides. */
  readonly column: number;
  /** 256 bytes: 1 for the bins that go left. */
  readonly table: number;
  /** The list of rows, which is rearranged, and as much scratch memory. */
  readonly rows: number;
  readonly scratch: number;
  readonly count: number;
}

/** Puts the rows that go left first, otherwise keeping their order; returns how many they are, for every job. */
export function partitionRows(workspace: Workspace, crew: Crew, jobs: readonly PartitionJob[]): number[] {
  const long = (job: PartitionJob): boolean => crew.threads > 1 && job.count >= 2 * CHUNK_ROWS;
  const calls = jobs.map((job) => {
    if (long(job)) return -1;
    crew.chain(job.count * 2);
    return crew.call('partitionRows', job.column, job.table, job.rows, job.count, job.scratch);
  });
  crew.run();
  const counts = calls.map((call) => (call < 0 ? 0 : crew.result(call)));
  jobs.forEach((job, i) => {
    if (long(job)) counts[i] = partitionLong(workspace, crew, job);
  });
  return counts;
}

/** Chunk by chunk on all threads; then the left parts move together, and the right parts behind them. */
function partitionLong(workspace: Workspace, crew: Crew, job: PartitionJob): number {
  const { column, table, rows, scratch } = job;
  const calls: number[] = [];
  eachChunk(job.count, (begin, count) => {
    crew.chain(count * 2);
    calls.push(crew.call('splitRows', column, table, rows + begin * 4, count, scratch + begin * 4));
  });
  crew.run();
  const lefts = calls.map((call) => crew.result(call));
  const list = workspace.words(rows, job.count);
  let left = 0;
  lefts.forEach((count, chunk) => {
    const begin = chunk * CHUNK_ROWS;
    if (left !== begin) list.copyWithin(left, begin, begin + count);
    left += count;
  });
  let at = left;
  eachChunk(job.count, (begin, count, chunk) => {
    const right = count - lefts[chunk];
    crew.chain(right);
    crew.call('copyBytes', rows + at * 4, scratch + begin * 4, right * 4);
    at += right;
  });
  crew.run();
  return left;
}
