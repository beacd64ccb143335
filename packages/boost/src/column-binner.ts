import { ASSIGNER_BYTES, BinAssigner, PADDED_BYTES, padCuts } from './bin-assigner.ts';
import { binCategories } from './category-bins.ts';
import { ColumnCutter, cutterBytes, lastCut, readSorted, SORTED_ROWS, sorterBytes } from './column-cutter.ts';
import type { FoundCuts } from './column-cutter.ts';
import type { Crew } from './crew.ts';
import { isSparse } from './matrix.ts';
import type { ColumnBins, FeatureType, MatrixColumn, SparseColumn } from './matrix.ts';
import type { StoragePacker } from './storage-packer.ts';
import { binCount } from './storage.ts';
import { roundUp } from './workspace.ts';
import type { Workspace } from './workspace.ts';

const none = new Int32Array(0);
/** Rows looked at to tell a column that is hardly ever off one bin from others. */
const LOOKS = 256;
/** Columns of few rows that are binned together, and the bytes of memory that they may take. */
const MOST_TOGETHER = 64;
const BATCH_BYTES = 16 * 1024 * 1024;

/** A column to bin. */
export interface BinTask {
  readonly column: MatrixColumn;
  readonly type: FeatureType;
  readonly name: string;
}

/** Bins columns with the same buffers, one after another, and hands the bins to a packer. */
export class ColumnBinner {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #packer: StoragePacker;
  readonly #rows: number;
  readonly #weights: Float32Array | undefined;
  readonly #maxBins: number;
  readonly #values: number;
  readonly #bins: number;
  readonly #counts: number;
  readonly #otherBins: number;
  /** Offsets of the weights of all rows, and of those that a sparse column lists; 0 without weights. */
  readonly #allWeights: number;
  readonly #someWeights: number;
  /** Places for columns that are binned together. */
  readonly #batch: number;
  readonly #cutter: ColumnCutter;
  readonly #assigner: BinAssigner;

  /** @param maxBins most bins for values, that for missing ones not counted */
  constructor(
    workspace: Workspace,
    crew: Crew,
    packer: StoragePacker,
    rows: number,
    weights: Float32Array | undefined,
    maxBins: number,
  ) {
    this.#workspace = workspace;
    this.#crew = crew;
    this.#packer = packer;
    this.#rows = rows;
    this.#weights = weights;
    this.#maxBins = maxBins;
    this.#values = workspace.reserve(rows * 4 + 4);
    this.#bins = workspace.reserve(rows);
    this.#otherBins = workspace.reserve(rows + 1);
    this.#counts = workspace.reserve(1024 + 4096);
    this.#allWeights = weights === undefined ? 0 : workspace.reserve(rows * 4);
    this.#someWeights = weights === undefined ? 0 : workspace.reserve(rows * 4);
    if (weights !== undefined) workspace.floats(this.#allWeights, rows).set(weights);
    this.#cutter = new ColumnCutter(workspace, crew, rows, maxBins, weights !== undefined);
    this.#assigner = new BinAssigner(workspace, crew);
    this.#batch = workspace.reserve(togetherCount(rows) * togetherBytes(rows));
  }

  /** Bytes of workspace for columns of that many rows. */
  static bytes(rows: number, weighted: boolean): number {
    const own = rows * (weighted ? 14 : 6) + cutterBytes(rows) + ASSIGNER_BYTES;
    return own + togetherCount(rows) * togetherBytes(rows) + 8192;
  }

  /**
   * Bins columns, in their order.
   *
   * @throws InvalidValue if one is categorical and holds what is not a code
   */
  bin(tasks: readonly BinTask[]): ColumnBins[] {
    const binned: ColumnBins[] = [];
    const most = togetherCount(this.#rows);
    for (let next = 0; next < tasks.length;) {
      const { column, type, name } = tasks[next];
      if (type === 'c') binned.push(this.#binCodes(denseColumn(column, this.#rows), name));
      else if (isSparse(column)) binned.push(this.#binSparse(column));
      else if (most === 0) binned.push(this.#binNumbers(column));
      else {
        const together: Float32Array[] = [];
        while (together.length < most && next + together.length < tasks.length) {
          const task = tasks[next + together.length];
          if (task.type === 'c' || isSparse(task.column)) break;
          together.push(task.column);
        }
        binned.push(...this.#binTogether(together));
        next += together.length;
        continue;
      }
      next++;
    }
    return binned;
  }

  /** Sorts and bins several columns of few rows, each on one thread. */
  #binTogether(columns: readonly Float32Array[]): ColumnBins[] {
    const rows = this.#rows;
    const [crew, workspace] = [this.#crew, this.#workspace];
    const places = columns.map((_, i) => {
      const values = this.#batch + i * togetherBytes(rows);
      const bins = values + roundUp(rows * 4, 64);
      const cuts = bins + roundUp(rows, 64);
      return { values, bins, cuts, scratch: cuts + PADDED_BYTES };
    });
    const calls = places.map(({ values, cuts, scratch }, i) => {
      workspace.floats(values, rows).set(columns[i]);
      crew.chain(rows * 15);
      return crew.call('cutSorted', values, this.#allWeights, rows, 0, 0, this.#maxBins, scratch, cuts);
    });
    crew.run();
    const found = places.map(({ cuts }, i) => readSorted(workspace, cuts, crew.result(calls[i]), rows, 0));
    places.forEach(({ values, bins, cuts }, i) => {
      const own = found[i].cuts;
      padCuts(workspace, cuts, own);
      crew.chain(rows * 4);
      crew.call('assignBins', values, rows, cuts, 32 - Math.clz32(own.length), own.length + 1, bins);
    });
    crew.run();
    return places.map(({ bins }, i) => {
      const column = numericBins(found[i]);
      this.#store(bins, binCount(column));
      return column;
    });
  }

  #binNumbers(values: Float32Array): ColumnBins {
    const rows = this.#rows;
    this.#workspace.floats(this.#values, rows).set(values);
    const found = this.#cutter.cut(this.#values, this.#allWeights, rows);
    this.#assigner.assign(this.#values, rows, found.cuts, this.#bins);
    const column = numericBins(found);
    this.#store(this.#bins, binCount(column));
    return column;
  }

  /** Cuts and bins only the listed rows; all others have the bin of 0. */
  #binSparse({ indices, values }: SparseColumn): ColumnBins {
    const rows = this.#rows;
    const count = indices.length;
    this.#workspace.floats(this.#values, count).set(values);
    const zeros = { count: rows - count, weight: this.#zeroWeight(indices) };
    const found = this.#cutter.cut(this.#values, this.#someWeights, count, zeros);
    this.#assigner.assign(this.#values, count, found.cuts, this.#otherBins);
    const column = numericBins(found);
    const size = binCount(column);
    const zeroBin = found.cuts.findLastIndex((cut) => cut <= 0) + 1;
    const listed = this.#workspace.bytes(this.#otherBins, count);
    const kept = this.#workspace.words(this.#values, count);
    let others = 0;
    // The values are no longer needed: the rows take their place, and the bins that stay move up.
    for (let i = 0; i < count; i++) {
      if (listed[i] === zeroBin) continue;
      kept[others] = indices[i];
      listed[others++] = listed[i];
    }
    if (this.#packer.bundles(size, others)) {
      this.#packer.addOthers(
        { rows: kept.subarray(0, others), bins: listed.subarray(0, others), common: zeroBin },
        size,
      );
    } else {
      const bins = this.#workspace.bytes(this.#bins, rows).fill(zeroBin);
      for (let i = 0; i < others; i++) bins[kept[i]] = listed[i];
      this.#store(this.#bins, size);
    }
    return column;
  }

  /** Takes the weights of the listed rows aside; returns what the others weigh, added up in their order. */
  #zeroWeight(indices: SparseColumn['indices']): number {
    const weights = this.#weights;
    if (weights === undefined) return 0;
    const taken = this.#workspace.floats(this.#someWeights, indices.length);
    let total = 0;
    let next = 0;
    for (let row = 0; row < weights.length; row++) {
      if (next < indices.length && indices[next] === row) taken[next++] = weights[row];
      else total += weights[row];
    }
    return total;
  }

  #binCodes(values: Float32Array, name: string): ColumnBins {
    const target = this.#workspace.bytes(this.#bins, this.#rows);
    const column = binCategories(values, this.#weights, this.#maxBins, target, name);
    this.#store(this.#bins, binCount(column));
    return column;
  }

  /** Hands over the bins of the rows: all, or only those other than the most common one if that pays. */
  #store(at: number, size: number): void {
    const rows = this.#rows;
    const { kernels } = this.#workspace;
    const bins = this.#workspace.bytes(at, rows);
    if (mayBeRare(bins) && this.#packer.bundles(size, 0)) {
      kernels.countBytes(at, rows, this.#counts, this.#counts + 1024);
      const counts = this.#workspace.words(this.#counts, size);
      const common = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
      if (this.#packer.bundles(size, rows - counts[common])) {
        const count = kernels.listOthers(at, rows, common, this.#values, this.#otherBins);
        const others = {
          rows: this.#workspace.words(this.#values, count),
          bins: this.#workspace.bytes(this.#otherBins, count),
          common,
        };
        this.#packer.addOthers(others, size);
        return;
      }
    }
    this.#packer.add(bins, size);
  }
}

/** How many columns of that many rows are binned together; 0 if they are too long to be sorted. */
function togetherCount(rows: number): number {
  if (rows > SORTED_ROWS) return 0;
  return Math.max(1, Math.min(MOST_TOGETHER, Math.floor(BATCH_BYTES / togetherBytes(rows))));
}

/** Bytes of one of them: values, bins, cuts, and scratch memory. */
function togetherBytes(rows: number): number {
  return roundUp(rows * 4, 64) + roundUp(rows, 64) + PADDED_BYTES + roundUp(sorterBytes(rows), 64);
}

/** What numeric cuts make of a column. With missing values there is one more cut, which leaves all values left. */
function numericBins({ cuts, hasMissing, largest }: FoundCuts): ColumnBins {
  const parts = hasMissing && largest < lastCut;
  return {
    cuts: parts ? Float32Array.of(...cuts, lastCut) : cuts,
    codes: none,
    codeStarts: none,
    valueBins: cuts.length + 1,
    hasMissing,
  };
}

/** A column's values in all rows. */
function denseColumn(column: MatrixColumn, rows: number): Float32Array {
  if (!isSparse(column)) return column;
  const dense = new Float32Array(rows);
  for (let i = 0; i < column.indices.length; i++) dense[column.indices[i]] = column.values[i];
  return dense;
}

/** A guess from a few rows whether one bin holds half of a column. */
function mayBeRare(bins: Uint8Array): boolean {
  const counts = new Uint16Array(256);
  const step = Math.max(1, Math.floor(bins.length / LOOKS));
  let looks = 0;
  let most = 0;
  for (let row = 0; row < bins.length; row += step) {
    most = Math.max(most, ++counts[bins[row]]);
    looks++;
  }
  return most * 5 >= looks * 2;
}
