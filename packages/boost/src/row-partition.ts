import type { ColumnView } from './column-cache.ts';
import type { Crew } from './crew.ts';
import type { Workspace } from './workspace.ts';

/** Rows that a thread parts at once. It does not matter for the result. */
const PART_ROWS = 16_384;

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
export function partitionRows(workspace: Workspace, crew: Crew, jobs: readonly PartitionJob[]): number[] {
  const long = (job: PartitionJob): boolean => crew.threads > 1 && job.count >= 2 * PART_ROWS;
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
    if (long(job)) counts[i] = partitionLong(workspace, crew, job);
  });
  return counts;
}

/** Chunk by chunk on all threads; then the left parts move together, and the right parts behind them. */
function partitionLong(workspace: Workspace, crew: Crew, job: PartitionJob): number {
  const { column, table, rows, scratch } = job;
  const calls: number[] = [];
  eachPart(job.count, (begin, count) => {
    crew.chain(count * 2);
    calls.push(
      crew.call('splitRows', column.at, column.stride, table, rows + begin * 4, count, scratch + begin * 4),
    );
  });
  crew.run();
  const lefts = calls.map((call) => crew.result(call));
  const list = workspace.words(rows, job.count);
  let left = 0;
  lefts.forEach((count, chunk) => {
    const begin = chunk * PART_ROWS;
    if (left !== begin) list.copyWithin(left, begin, begin + count);
    left += count;
  });
  let at = left;
  eachPart(job.count, (begin, count, chunk) => {
    const right = count - lefts[chunk];
    crew.chain(right);
    crew.call('copyBytes', rows + at * 4, scratch + begin * 4, right * 4);
    at += right;
  });
  crew.run();
  return left;
}

function eachPart(rows: number, visit: (begin: number, count: number, part: number) => void): void {
  for (let part = 0, begin = 0; begin < rows; part++, begin += PART_ROWS) {
    visit(begin, Math.min(PART_ROWS, rows - begin), part);
  }
}
