import { ASSIGNER_BYTES, BinAssigner } from './bin-assigner.ts';
import { binCategories } from './category-bins.ts';
import { ColumnCutter, cutterBytes } from './column-cutter.ts';
import { lastCut } from './cuts.ts';
import type { ColumnBins } from './matrix.ts';
import type { StoragePacker } from './storage-packer.ts';
import { binCount } from './storage.ts';
import type { Workspace } from './workspace.ts';

const none = new Int32Array(0);
/** Rows looked at to tell a column that is hardly ever off one bin from others. */
const LOOKS = 256;

/** Bins columns with the same buffers, one after another, and hands the bins to a packer. */
export class ColumnBinner {
  readonly #workspace: Workspace;
  readonly #packer: StoragePacker;
  readonly #rows: number;
  readonly #weights: Float32Array | undefined;
  readonly #maxBins: number;
  readonly #values: number;
  readonly #bins: number;
  readonly #counts: number;
  readonly #otherBins: number;
  readonly #cutter: ColumnCutter;
  readonly #assigner: BinAssigner;

  /** @param maxBins most bins for values, that for missing ones not counted */
  constructor(
    workspace: Workspace,
    packer: StoragePacker,
    rows: number,
    weights: Float32Array | undefined,
    maxBins: number,
  ) {
    this.#workspace = workspace;
    this.#packer = packer;
    this.#rows = rows;
    this.#weights = weights;
    this.#maxBins = maxBins;
    this.#values = workspace.reserve(rows * 4 + 4);
    this.#bins = workspace.reserve(rows);
    this.#otherBins = workspace.reserve(rows + 1);
    this.#counts = workspace.reserve(1024 + 4096);
    const weightsAt = weights === undefined ? 0 : workspace.reserve(rows * 4);
    if (weights !== undefined) workspace.floats(weightsAt, rows).set(weights);
    this.#cutter = new ColumnCutter(workspace, rows, maxBins, weightsAt);
    this.#assigner = new BinAssigner(workspace);
  }

  /** Bytes of workspace for columns of that many rows. */
  static bytes(rows: number, weighted: boolean): number {
    return rows * (weighted ? 10 : 6) + cutterBytes(rows, weighted) + ASSIGNER_BYTES + 8192;
  }

  /** Bins a column of quantities. */
  binNumbers(values: Float32Array): ColumnBins {
    const rows = this.#rows;
    this.#workspace.floats(this.#values, rows).set(values);
    const { cuts, hasMissing, largest } = this.#cutter.cut(this.#values);
    this.#assigner.assign(this.#values, rows, cuts, this.#bins);
    // With missing values there is one more cut, which leaves all values on one side.
    const parts = hasMissing && largest < lastCut;
    const column = {
      cuts: parts ? Float32Array.of(...cuts, lastCut) : cuts,
      codes: none,
      codeStarts: none,
      valueBins: cuts.length + 1,
      hasMissing,
    };
    this.#store(binCount(column));
    return column;
  }

  /**
   * Bins a column of category codes.
   *
   * @throws InvalidValue for what is not a code
   */
  binCodes(values: Float32Array, name: string): ColumnBins {
    const target = this.#workspace.bytes(this.#bins, this.#rows);
    const column = binCategories(values, this.#weights, this.#maxBins, target, name);
    this.#store(binCount(column));
    return column;
  }

  /** Hands over the bins of the rows: all, or only those other than the most common one if that pays. */
  #store(size: number): void {
    const rows = this.#rows;
    const { kernels } = this.#workspace;
    const bins = this.#workspace.bytes(this.#bins, rows);
    if (mayBeRare(bins) && this.#packer.bundles(size, 0)) {
      kernels.countBytes(this.#bins, rows, this.#counts, this.#counts + 1024);
      const counts = this.#workspace.words(this.#counts, size);
      const common = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
      if (this.#packer.bundles(size, rows - counts[common])) {
        const count = kernels.listOthers(this.#bins, rows, common, this.#values, this.#otherBins);
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
