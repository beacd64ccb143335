import { shareableBuffer } from './pool-platform.ts';
import type { ColumnPlace, StorageColumn } from './matrix.ts';

/** Bytes of one shared buffer for columns of few rows: thousands of buffers of their own would cost more. */
const SLAB_BYTES = 4 * 1024 * 1024;
/** Bundles that a column is tried with. */
const MOST_TRIES = 64;
/** Below this many rows the larger histograms of joined columns cost more than their fewer bytes save. */
const JOINED_ROWS = 16384;
/** Bytes have so many values. */
const VALUES = 256;

/** The rows in which a column is off its common bin, and its bins there. */
export interface OtherRows {
  readonly rows: Uint32Array;
  readonly bins: Uint8Array;
  readonly common: number;
}

/** A storage column in the making: one column, or a bundle of columns that are never off their common bin together. */
interface Unit {
  bins: Uint8Array;
  size: number;
  readonly bundle: boolean;
  readonly members: {
    readonly column: number;
    readonly first: number;
    readonly common: number;
    readonly bins: number;
  }[];
}

/** How columns are stored. */
export interface Packed {
  readonly places: readonly ColumnPlace[];
  readonly storage: readonly StorageColumn[];
}

/**
 * Decides which columns share a byte, one column after another, and stores them. Nothing is lost: columns of a
 * bundle are never off their common bin in the same row, and columns that are joined are digits of one number.
 * The outcome depends on the bins and their order alone.
 */
export class StoragePacker {
  readonly #rows: number;
  /** Most storage columns that may still be asked for. */
  #wanted: number;
  readonly #share: boolean;
  readonly #units: Unit[] = [];
  readonly #bundles: Unit[] = [];
  #slab: Uint8Array = new Uint8Array(0);
  #columns = 0;

  /**
   * @param columns how many columns there will be
   * @param share false to give every column bytes of its own
   */
  constructor(rows: number, columns: number, share: boolean) {
    this.#rows = rows;
    this.#wanted = columns;
    this.#share = share;
  }

  /** True if a column could be bundled that is off its common bin in so many rows. */
  bundles(size: number, others: number): boolean {
    return this.#share && size > 1 && size < VALUES && others * 2 <= this.#rows;
  }

  /** Adds the next column by the bins of all rows, which are copied. */
  add(bins: Uint8Array, size: number): void {
    const own = this.#fresh();
    own.set(bins);
    const members = [{ column: this.#columns++, first: 0, common: 0, bins: size }];
    this.#units.push({ bins: own, size, bundle: false, members });
  }

  /** Adds the next column by the rows in which it is off its common bin. */
  addOthers(others: OtherRows, size: number): void {
    const { rows, bins, common } = others;
    let tries = 0;
    let unit = this.#bundles.find((bundle) => {
      if (bundle.size + size - 1 > VALUES || tries === MOST_TRIES) return false;
      tries++;
      return isFree(bundle.bins, rows);
    });
    if (unit === undefined) {
      unit = { bins: this.#fresh(), size: 1, bundle: true, members: [] };
      this.#bundles.push(unit);
      this.#units.push(unit);
    }
    const first = unit.size;
    for (let i = 0; i < rows.length; i++) {
      unit.bins[rows[i]] = first + bins[i] - (bins[i] > common ? 1 : 0);
    }
    unit.members.push({ column: this.#columns++, first, common, bins: size });
    unit.size += size - 1;
  }

  /** Joins what fits into one byte, and says where everything is. */
  finish(): Packed {
    for (const unit of this.#bundles) unwrap(unit);
    const groups =
      this.#share && this.#rows >= JOINED_ROWS ? join(this.#units) : this.#units.map((unit) => [unit]);
    const places: ColumnPlace[] = [];
    const storage = groups.map((units, index) => {
      let stride = 1;
      const { bins } = units[0];
      for (const unit of units) {
        if (stride > 1 || unit !== units[0]) addDigit(bins, unit.bins, stride);
        for (const { column, first, common } of unit.members) {
          places[column] = { storage: index, stride, digits: unit.size, first, common };
        }
        stride *= unit.size;
      }
      return { bins, size: stride };
    });
    return { places, storage: this.#compact(storage) };
  }

  /** Room for one more storage column, all zero. */
  #fresh(): Uint8Array {
    const rows = this.#rows;
    if (this.#slab.length < rows || rows === 0) {
      const columns = Math.min(this.#wanted, Math.max(1, Math.floor(SLAB_BYTES / Math.max(1, rows))));
      this.#slab = new Uint8Array(shareableBuffer(columns * rows));
    }
    this.#wanted--;
    const column = this.#slab.subarray(0, rows);
    this.#slab = this.#slab.subarray(rows);
    return column;
  }

  /** Leaves the slabs if joining has emptied most of them. */
  #compact(storage: readonly StorageColumn[]): readonly StorageColumn[] {
    if (storage.length * 2 > this.#units.length) return storage;
    this.#slab = new Uint8Array(0);
    this.#wanted = storage.length;
    return storage.map(({ bins, size }) => {
      const own = this.#fresh();
      own.set(bins);
      return { bins: own, size };
    });
  }
}

function isFree(bundle: Uint8Array, rows: Uint32Array): boolean {
  for (let i = 0; i < rows.length; i++) if (bundle[rows[i]] !== 0) return false;
  return true;
}

/** A bundle of one column becomes the column itself. */
function unwrap(unit: Unit): void {
  if (unit.members.length !== 1) return;
  const [{ column, common, bins: size }] = unit.members;
  const { bins } = unit;
  if (common > 0) {
    for (let row = 0; row < bins.length; row++) {
      const digit = bins[row];
      bins[row] = digit === 0 ? common : digit - (digit <= common ? 1 : 0);
    }
  }
  unit.members[0] = { column, first: 0, common: 0, bins: size };
}

function addDigit(target: Uint8Array, digits: Uint8Array, stride: number): void {
  for (let row = 0; row < target.length; row++) target[row] += digits[row] * stride;
}

/**
 * Groups units whose sizes multiply to at most 256: the largest first, each into the first group that has room.
 * Groups are in the order of their first unit.
 */
function join(units: readonly Unit[]): Unit[][] {
  const order = units.map((_, index) => index).sort((a, b) => units[b].size - units[a].size || a - b);
  const groups: { product: number; members: number[] }[] = [];
  let open = 0;
  for (const index of order) {
    const { size } = units[index];
    // Columns of one bin fit anywhere.
    let to = size === 1 ? 0 : open;
    while (to < groups.length && groups[to].product * size > VALUES) to++;
    if (to === groups.length) groups.push({ product: 1, members: [] });
    groups[to].product *= size;
    groups[to].members.push(index);
    while (open < groups.length && groups[open].product * 2 > VALUES) open++;
  }
  return groups
    .map(({ members }) => members.sort((a, b) => a - b))
    .sort((a, b) => a[0] - b[0])
    .map((members) => members.map((index) => units[index]));
}
