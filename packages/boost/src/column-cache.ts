import { eachChunk } from './chunks.ts';
import type { Crew } from './crew.ts';
import type { TrainingSpace } from './training-space.ts';
import type { Workspace } from './workspace.ts';

/** Reading a byte of a row-major row takes about so many times as long as copying one of a column. */
const ROW_COST = 40;

/** Where the bytes of a column lie: that of row r is at `at + r * stride`. */
export interface ColumnView {
  readonly at: number;
  readonly stride: number;
}

/**
 * Columns of bins for the parting of rows. The rows of a job lie row by row; a column of its own is much faster to
 * part by, but there may not be room for all of them. Those used last are kept. A column comes in once the rows that
 * asked for it are many enough to pay for its copy; until then it is read from the rows.
 */
export class ColumnCache {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #space: TrainingSpace;
  /** Places of the columns that are in, the one used last at the end. */
  readonly #places = new Map<number, number>();
  /** For every column, the rows that were read without it. */
  readonly #asked: Float64Array;

  constructor(workspace: Workspace, crew: Crew, space: TrainingSpace) {
    this.#workspace = workspace;
    this.#crew = crew;
    this.#space = space;
    this.#asked = new Float64Array(space.plan.columns);
  }

  /** True if asking for a column leaves the views of other columns as they are. */
  isStable(column: number): boolean {
    const { plan, wholeTable } = this.#space;
    return this.#places.has(column) || (wholeTable && this.#places.size < plan.cachedColumns);
  }

  /** A column for parting `rows` rows. The view holds until the next call that is not stable. */
  find(column: number, rows: number): ColumnView {
    const { plan } = this.#space;
    const known = this.#places.get(column);
    if (known !== undefined) {
      this.#places.delete(column);
      this.#places.set(column, known);
      return { at: known, stride: 1 };
    }
    this.#asked[column] += rows;
    if (plan.cachedColumns < plan.columns && this.#asked[column] * ROW_COST < plan.lastRow) {
      return this.#space.inRows(column);
    }
    this.#asked[column] = 0;
    const at = this.#room();
    this.#places.set(column, at);
    this.#load(column, at);
    return { at, stride: 1 };
  }

  /** A free place, or that of the column that was used longest ago. */
  #room(): number {
    const { columnCache, columnStride, plan } = this.#space;
    if (this.#places.size < plan.cachedColumns) return columnCache + this.#places.size * columnStride;
    const [[oldest, at]] = this.#places;
    this.#places.delete(oldest);
    return at;
  }

  #load(column: number, to: number): void {
    const { binned, plan, wholeTable } = this.#space;
    if (wholeTable) {
      this.#workspace.bytes(to, plan.rows).set(binned.storage[column].bins);
      return;
    }
    const { at, stride } = this.#space.inRows(column);
    eachChunk(plan.lastRow, (begin, count) => {
      this.#crew.chain(count * 3);
      this.#crew.call('takeColumn', at + begin * stride, stride, count, to + begin);
    });
    this.#crew.run();
  }
}
