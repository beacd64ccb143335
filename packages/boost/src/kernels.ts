import { readBuilt } from './pool-platform.ts';

/** The functions of `build/kernels.wasm`; every pointer is a byte offset into the instance's memory. */
export interface Kernels {
  findBuckets(values: number, count: number, mapping: number, buckets: number): void;
  countBuckets(values: number, count: number, mapping: number, counts: number): number;
  weighBuckets(values: number, weights: number, count: number, mapping: number, masses: number): void;
  scatterBuckets(values: number, count: number, mapping: number, places: number, keys: number): void;
  scatterWeighted(
    values: number,
    weights: number,
    count: number,
    mapping: number,
    places: number,
    keys: number,
    keyWeights: number,
  ): void;
  cutBuckets(
    keys: number,
    weights: number,
    starts: number,
    masses: number,
    buckets: number,
    maxBins: number,
    zeros: number,
    scratch: number,
    cuts: number,
  ): number;
  cutSorted(
    values: number,
    weights: number,
    count: number,
    zeros: number,
    zeroMass: number,
    maxBins: number,
    scratch: number,
    cuts: number,
  ): number;
  countBytes(bytes: number, count: number, counts: number, scratch: number): void;
  listOthers(bytes: number, count: number, common: number, rows: number, others: number): number;
  assignByBuckets(
    values: number,
    count: number,
    mapping: number,
    first: number,
    cuts: number,
    depth: number,
    bins: number,
  ): void;
  sortKeys(keys: number, scratch: number, count: number, counts: number): void;
  sortKeysWithWords(
    keys: number,
    scratch: number,
    words: number,
    wordScratch: number,
    count: number,
    counts: number,
  ): void;
  assignBins(values: number, count: number, cuts: number, steps: number, missing: number, bins: number): void;
  interleave(
    columns: number,
    distance: number,
    width: number,
    count: number,
    rows: number,
    stride: number,
  ): void;
  takeColumn(from: number, stride: number, count: number, to: number): void;
  sampleRows(
    first: number,
    count: number,
    seed: number,
    threshold: number,
    index: number,
    scratch: number,
  ): number;
  exponentials(values: number, count: number): void;
  logisticGradients(
    margins: number,
    labels: number,
    weights: number,
    count: number,
    gradients: number,
    sums: number,
  ): void;
  squaredGradients(
    margins: number,
    labels: number,
    weights: number,
    count: number,
    gradients: number,
    sums: number,
  ): void;
  scaleWeights(labels: number, weights: number, count: number, scale: number, scaled: number): void;
  settleGradients(gradients: number, count: number, sums: number): number;
  logisticLoss(margins: number, labels: number, weights: number, count: number): number;
  quantiseGradients(
    gradients: number,
    count: number,
    gradientScale: number,
    hessianScale: number,
    seed: number,
    first: number,
    packed: number,
  ): void;
  buildHistogram(
    blocks: number,
    blockCount: number,
    index: number,
    first: number,
    count: number,
    packed: number,
    histogram: number,
    bytes: number,
    rowBuffer: number,
    packedBuffer: number,
  ): void;
  addHistograms(target: number, parts: number, stride: number, count: number, bytes: number): void;
  subtractHistogram(parent: number, child: number, bytes: number): void;
  sumHistogram(histogram: number, bins: number, sum: number): void;
  findSplit(
    histogram: number,
    slots: number,
    list: number,
    listCount: number,
    settings: number,
    record: number,
    scratch: number,
  ): void;
  findSplitInRows(
    index: number,
    count: number,
    packed: number,
    slots: number,
    list: number,
    listCount: number,
    settings: number,
    record: number,
    own: number,
    scratch: number,
  ): void;
  partitionRows(
    column: number,
    stride: number,
    table: number,
    index: number,
    count: number,
    scratch: number,
  ): number;
  splitRows(
    column: number,
    stride: number,
    table: number,
    index: number,
    count: number,
    scratch: number,
  ): number;
  clearBytes(at: number, bytes: number): void;
  copyBytes(to: number, from: number, bytes: number): void;
  fillSequence(words: number, count: number, first: number): void;
  sumGradients(index: number, count: number, gradients: number, sums: number): void;
  addToRows(index: number, count: number, margins: number, value: number): void;
  walkRow(image: number, row: number, start: number): number;
  scoreBlock(
    image: number,
    floats: number,
    count: number,
    output: number,
    scratch: number,
    begin: number,
    end: number,
    trees: number,
  ): void;
  interactBlock(
    image: number,
    floats: number,
    count: number,
    output: number,
    scratch: number,
    begin: number,
    end: number,
    width: number,
  ): void;
  explainAgainst(
    image: number,
    floats: number,
    count: number,
    output: number,
    scratch: number,
    begin: number,
    end: number,
    width: number,
  ): void;
  explainBlock(
    image: number,
    floats: number,
    count: number,
    output: number,
    scratch: number,
    begin: number,
    end: number,
    width: number,
  ): void;
}

let compiled: { readonly module: WebAssembly.Module; readonly vectors: boolean } | undefined;

/**
 * The compiled kernels, which threads may share; compiled once per thread that does not get them from another.
 * Where there is no SIMD, kernels that compute the same without it.
 */
export function kernelModule(): WebAssembly.Module {
  return compileKernels().module;
}

/** True if the kernels use SIMD. */
export function usesVectors(): boolean {
  return compileKernels().vectors;
}

function compileKernels(): { readonly module: WebAssembly.Module; readonly vectors: boolean } {
  if (compiled === undefined) {
    const bytes = readBuilt('kernels.wasm');
    const vectors = WebAssembly.validate(bytes);
    compiled = {
      module: new WebAssembly.Module(vectors ? bytes : readBuilt('kernels-scalar.wasm')),
      vectors,
    };
  }
  return compiled;
}

/** An instance of the kernels over the given memory. */
export function instantiateKernels(memory: WebAssembly.Memory, module = kernelModule()): Kernels {
  // The module's imports and exports are fixed by assembly/index.ts, which `Kernels` mirrors.
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
