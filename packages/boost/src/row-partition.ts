import { CHUNK_ROWS, eachChunk } from './chunks.ts';
import type { ColumnView } from './column-cache.ts';
import type { Crew } from './crew.ts';
import { joinChunks } from './join-chunks.ts';

/** A list of rows that a split parts in two. Offsets are in bytes. */
export interface PartitionJob {
  /** The column that decides. */
  readonly column: ColumnView;
  /** 256 bytes: 1 for the bins that go left. */
  readonly table: number;
  /** The list of rows, which is rearranged, and as much scratch memory. */
  readonly rows: number;
  readonly scratch: number;
  readonly count: number;
}

/** Puts the rows that go left first, otherwise keeping their order; returns how many they are, for every job. */
export function partitionRows(crew: Crew, jobs: readonly PartitionJob[]): number[] {
  const long = (job: PartitionJob): boolean => crew.threads > 1 && job.count >= 2 * CHUNK_ROWS;
  const calls = jobs.map((job) => {
    if (long(job)) return -1;
    crew.chain(job.count * 2);
    return crew.call(
      'partitionRows',
      job.column.at,
      job.column.stride,
      job.table,
      job.rows,
      job.count,
      job.scratch,
    );
  });
  crew.run();
  const counts = calls.map((call) => (call < 0 ? 0 : crew.result(call)));
  jobs.forEach((job, i) => {
    if (long(job)) counts[i] = partitionLong(crew, job);
  });
  return counts;
}

/** Chunk by chunk on all threads. */
function partitionLong(crew: Crew, { column, table, rows, scratch, count: all }: PartitionJob): number {
  const calls: number[] = [];
  eachChunk(all, (begin, count) => {
    crew.chain(count * 2);
    const [from, to] = [rows + begin * 4, scratch + begin * 4];
    calls.push(crew.call('splitRows', column.at, column.stride, table, from, count, to));
  });
  crew.run();
  const lefts = calls.map((call) => crew.result(call));
  return joinChunks(crew, scratch, all, lefts, rows);
}
