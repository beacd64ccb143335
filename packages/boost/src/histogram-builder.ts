import type { Crew } from './crew.ts';
import type { TrainingSpace } from './training-space.ts';

/** Cells (rows times columns) that are worth a chain of their own. */
const LEAST_CELLS = 65_536;
/** Nodes below this size are better worked on whole, one beside another. */
const SMALL_CELLS = 500_000;
/** Rows that the kernel takes at once; parts of a node are multiples of it. */
const CHUNK = 512;
/** Bytes of a histogram that one chain takes away from another, or adds up from several. */
const SUM_BYTES = 65_536;
const ADD_BYTES = 16_384;

/** A histogram to be made. */
export interface HistogramJob {
  /** Offset of the list of the node's rows; 0 if they are rows 0 … count - 1. */
  readonly index: number;
  readonly count: number;
  /** Offset of the histogram. */
  readonly target: number;
}

/** How the histograms of a tree's storage columns lie behind one another. */
export interface HistogramLayout {
  /** Storage columns that take part. */
  readonly columns: number;
  /** Bytes that hold sums. */
  readonly used: number;
  /** The same with the padding that the kernel writes to. */
  readonly cleared: number;
  /** Where the columns of each block begin, and `used`. */
  readonly starts: readonly number[];
}

/**
 * Builds the histograms of nodes with all threads: small nodes whole, one beside another; large ones of wide
 * tables by blocks of columns; other large ones by parts of their rows, whose histograms are added up.
 */
export class HistogramBuilder {
  readonly #crew: Crew;
  readonly #space: TrainingSpace;
  #columns = 0;
  #used = 0;
  #cleared = 0;
  #starts: readonly number[] = [];

  constructor(crew: Crew, space: TrainingSpace) {
    this.#crew = crew;
    this.#space = space;
  }

  /** Sets the columns of the next tree. */
  choose(layout: HistogramLayout): void {
    this.#columns = layout.columns;
    this.#used = layout.used;
    this.#cleared = layout.cleared;
    this.#starts = layout.starts;
  }

  /** True if a node of so many rows is best built whole, on one thread. */
  isSmall(rows: number): boolean {
    return rows * this.#columns < SMALL_CELLS;
  }

  /** About how many nanoseconds a node of so many rows takes. */
  cost(rows: number): number {
    return rows * this.#columns;
  }

  /** Adds the building of a whole histogram to the crew's current chain. */
  add(job: HistogramJob): void {
    this.#call(job, 0, job.count, job.target);
  }

  /** Adds parent - child, in the parent's place, to the crew's current chain. */
  addSubtraction(parent: number, child: number): void {
    this.#crew.call('subtractHistogram', parent, child, this.#used);
  }

  /** Builds histograms; those of small nodes are made at the same time. */
  build(jobs: readonly HistogramJob[]): void {
    for (const job of jobs) if (this.#small(job)) this.#whole(job);
    this.#crew.run();
    for (const job of jobs) if (!this.#small(job)) this.#large(job);
  }

  /** parent - child, in the parent's place. */
  subtract(parent: number, child: number): void {
    for (let at = 0; at < this.#used; at += SUM_BYTES) {
      const bytes = Math.min(SUM_BYTES, this.#used - at);
      this.#crew.chain(bytes / 8);
      this.#crew.call('subtractHistogram', parent + at, child + at, bytes);
    }
    this.#crew.run();
  }

  #small({ count }: HistogramJob): boolean {
    return this.#crew.threads === 1 || count * this.#columns < 2 * LEAST_CELLS;
  }

  #whole({ index, count, target }: HistogramJob): void {
    this.#crew.chain(this.cost(count));
    this.add({ index, count, target });
  }

  /** Rows first … first + count - 1 of a job. */
  #call(job: HistogramJob, first: number, count: number, target: number): void {
    const { blockTable, packed, plan } = this.#space;
    const list = job.index === 0 ? 0 : job.index + first * 4;
    this.#crew.call(
      'buildHistogram',
      blockTable,
      plan.blocks.length,
      list,
      first,
      count,
      packed,
      target,
      this.#cleared,
    );
  }

  #large(job: HistogramJob): void {
    if (this.#space.plan.blocks.length >= 2 * this.#crew.threads) this.#byBlocks(job);
    else this.#byRows(job);
  }

  /** A chain for every block of columns. */
  #byBlocks({ index, count, target }: HistogramJob): void {
    const { blockTable, packed, plan } = this.#space;
    plan.blocks.forEach((block, b) => {
      const begin = this.#starts[b];
      this.#crew.chain(count * block.count);
      this.#crew.call('clearBytes', target + begin, this.#starts[b + 1] - begin);
      this.#crew.call('buildHistogram', blockTable + b * 16, 1, index, 0, count, packed, target, 0);
    });
    this.#crew.run();
  }

  /** A chain for every part of the rows: the first goes to its place, the others are added to it. */
  #byRows(job: HistogramJob): void {
    const crew = this.#crew;
    const { partials, plan } = this.#space;
    const { count, target } = job;
    const worthwhile = Math.floor((count * this.#columns) / LEAST_CELLS);
    const rows = Math.ceil(count / Math.min(plan.partials + 1, worthwhile) / CHUNK) * CHUNK;
    const parts = Math.ceil(count / rows);
    for (let part = 0; part < parts; part++) {
      const first = part * rows;
      const place = part === 0 ? target : partials + (part - 1) * plan.histogramBytes;
      crew.chain(rows * this.#columns);
      this.#call(job, first, Math.min(rows, count - first), place);
    }
    crew.run();
    if (parts === 1) return;
    for (let at = 0; at < this.#used; at += ADD_BYTES) {
      const bytes = Math.min(ADD_BYTES, this.#used - at);
      crew.chain((bytes / 8) * (parts - 1));
      crew.call('addHistograms', target + at, partials + at, plan.histogramBytes, parts - 1, bytes);
    }
    crew.run();
  }
}
