import { InvalidOption, InvalidValue } from '@verdict/core';
import { chooseCuts, lastCut } from './cuts.ts';
import { checkMatrix } from './matrix.ts';
import type { BinnedMatrix, ColumnBins, Matrix } from './matrix.ts';
import { binCount, ownPlace } from './storage.ts';
import { Workspace } from './workspace.ts';

const none = new Int32Array(0);

/**
 * Cuts a matrix into bins of about equal weight. Columns with no more distinct values than bins keep them all.
 * Of a categorical column with more levels than bins, the rarest share one bin.
 *
 * @param options.maxBin bins of a column including the one for missing values, 2 to 256, default 256
 * @param options.weights weights of the rows, default 1
 * @throws InvalidOption, InvalidValue (a category that is not a code), OutOfResources
 */
export function binMatrix(
  matrix: Matrix,
  options: { readonly maxBin?: number; readonly weights?: Float32Array } = {},
): BinnedMatrix {
  checkMatrix(matrix);
  const maxBin = options.maxBin ?? 256;
  if (!Number.isInteger(maxBin) || maxBin < 2 || maxBin > 256) {
    throw new InvalidOption({ option: 'max_bin', got: maxBin, expected: 'a whole number from 2 to 256' });
  }
  const { rowCount: rows, columns, featureNames, featureTypes } = matrix;
  if (options.weights !== undefined) checkWeights(options.weights, rows);
  const bins = new Uint8Array(new SharedArrayBuffer(rows * columns.length));
  const storageBins = columns.map((_, f) => bins.subarray(f * rows, (f + 1) * rows));
  const bytes = rows * 4 * (options.weights === undefined ? 3 : 5) + rows + 32768 + 1024 + 512;
  return Workspace.use(bytes, (workspace) => {
    const binner = new Binner(workspace, rows, options.weights, maxBin - 1);
    const binned = columns.map((values, f) => {
      const target = storageBins[f];
      return featureTypes[f] === 'c'
        ? binCategories(values, options.weights, maxBin - 1, target, featureNames[f])
        : binner.bin(values, target);
    });
    return {
      rowCount: rows,
      featureNames,
      featureTypes,
      columns: binned,
      places: binned.map((column, f) => ownPlace(f, binCount(column))),
      storage: binned.map((column, f) => ({ bins: storageBins[f], size: binCount(column) })),
    };
  });
}

/** Checks that there is one finite, non-negative weight per row. */
export function checkWeights(weights: Float32Array, rows: number): void {
  if (weights.length !== rows) {
    throw new InvalidOption({
      option: 'weights',
      got: weights.length,
      expected: `an array of ${rows} floats`,
    });
  }
  for (let i = 0; i < rows; i++) {
    if (weights[i] >= 0 && weights[i] < Infinity) continue;
    throw new InvalidValue({
      row: i + 1,
      column: 'weight',
      got: weights[i],
      expected: 'a finite weight that is not negative',
    });
  }
}

/** Bins numeric columns with the same buffers, one after another. */
class Binner {
  readonly #workspace: Workspace;
  readonly #rows: number;
  readonly #weights: Float32Array | undefined;
  readonly #maxBins: number;
  readonly #values: number;
  readonly #keys: number;
  readonly #sorted: number;
  readonly #order: number;
  readonly #orderScratch: number;
  readonly #counts: number;
  readonly #cuts: number;
  readonly #bins: number;

  constructor(workspace: Workspace, rows: number, weights: Float32Array | undefined, maxBins: number) {
    this.#workspace = workspace;
    this.#rows = rows;
    this.#weights = weights;
    this.#maxBins = maxBins;
    this.#values = workspace.reserve(rows * 4);
    this.#keys = workspace.reserve(rows * 4);
    this.#sorted = workspace.reserve(rows * 4);
    this.#order = weights === undefined ? 0 : workspace.reserve(rows * 4);
    this.#orderScratch = weights === undefined ? 0 : workspace.reserve(rows * 4);
    this.#counts = workspace.reserve(6144 * 4);
    this.#cuts = workspace.reserve(1024);
    this.#bins = workspace.reserve(rows);
  }

  bin(values: Float32Array, target: Uint8Array): ColumnBins {
    const { kernels } = this.#workspace;
    const rows = this.#rows;
    this.#workspace.floats(this.#values, rows).set(values);
    const count = kernels.floatsToKeys(this.#values, rows, this.#keys, this.#order);
    if (this.#order === 0) kernels.sortKeys(this.#keys, this.#sorted, count, this.#counts);
    else {
      kernels.sortKeysWithRows(
        this.#keys,
        this.#sorted,
        this.#order,
        this.#orderScratch,
        count,
        this.#counts,
      );
    }
    const distinct = this.#distinct(count);
    const cuts = chooseCuts(distinct.values, distinct.masses, this.#maxBins);
    const steps = 32 - Math.clz32(cuts.length);
    const padded = this.#workspace.floats(this.#cuts, 256);
    padded.fill(Infinity);
    padded.set(cuts);
    const valueBins = cuts.length + 1;
    kernels.assignBins(this.#values, rows, this.#cuts, steps, valueBins, this.#bins);
    target.set(this.#workspace.bytes(this.#bins, rows));
    const hasMissing = count < rows;
    const largest = distinct.values.length > 0 ? distinct.values[distinct.values.length - 1] : lastCut;
    // With missing values there is one more cut, which leaves all values on one side.
    const last = hasMissing && largest < lastCut ? [lastCut] : [];
    return {
      cuts: Float32Array.from([...cuts, ...last]),
      codes: none,
      codeStarts: none,
      valueBins,
      hasMissing,
    };
  }

  /** Distinct values, ascending, and their weights. Values of no weight at all take part with a tiny one. */
  #distinct(count: number): { values: Float32Array; masses: Float64Array } {
    const keys = this.#workspace.words(this.#sorted, count);
    const order = this.#workspace.words(this.#orderScratch, this.#weights === undefined ? 0 : count);
    let distinct = 0;
    for (let i = 0; i < count; i++) if (i === 0 || keys[i] !== keys[i - 1]) distinct++;
    const found = new Uint32Array(distinct);
    const masses = new Float64Array(distinct);
    let d = -1;
    for (let i = 0; i < count; i++) {
      if (i === 0 || keys[i] !== keys[i - 1]) found[++d] = keys[i];
      masses[d] += this.#weights === undefined ? 1 : this.#weights[order[i]];
    }
    for (let i = 0; i < distinct; i++) {
      const key = found[i];
      found[i] = key >= 0x80000000 ? key ^ 0x80000000 : ~key;
    }
    return { values: new Float32Array(found.buffer), masses };
  }
}

/** Categories keep their codes; the heaviest have their own bin, in the order of their codes. */
function binCategories(
  values: Float32Array,
  weights: Float32Array | undefined,
  maxBins: number,
  target: Uint8Array,
  name: string,
): ColumnBins {
  const masses = new Map<number, number>();
  let hasMissing = false;
  for (let i = 0; i < values.length; i++) {
    const code = values[i];
    if (Number.isNaN(code)) {
      hasMissing = true;
      continue;
    }
    if (!(code >= 0 && code < 16777216 && Number.isInteger(code))) {
      throw new InvalidValue({
        row: i + 1,
        column: name,
        got: code,
        expected: 'the code of a category, a whole number from 0 to 16777215',
      });
    }
    masses.set(code, (masses.get(code) ?? 0) + (weights === undefined ? 1 : weights[i]));
  }
  const kept = [...masses.keys()].sort((a, b) => a - b);
  let pooled: number[] = [];
  if (kept.length > maxBins) {
    const byMass = kept.toSorted((a, b) => (masses.get(b) ?? 0) - (masses.get(a) ?? 0) || a - b);
    pooled = byMass.splice(maxBins - 1).sort((a, b) => a - b);
    kept.splice(0, kept.length, ...byMass.sort((a, b) => a - b));
  }
  const valueBins = kept.length + (pooled.length > 0 ? 1 : 0);
  const binOf = new Map<number, number>();
  kept.forEach((code, bin) => binOf.set(code, bin));
  for (const code of pooled) binOf.set(code, kept.length);
  for (let i = 0; i < values.length; i++) target[i] = binOf.get(values[i]) ?? valueBins;
  const starts = kept.map((_, bin) => bin);
  if (pooled.length > 0) starts.push(kept.length);
  return {
    cuts: new Float32Array(0),
    codes: Int32Array.from([...kept, ...pooled]),
    codeStarts: Int32Array.from([...starts, kept.length + pooled.length]),
    valueBins,
    hasMissing,
  };
}
