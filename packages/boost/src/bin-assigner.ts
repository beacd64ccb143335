import { candidateMappings, MAPPING_BYTES, writeMapping } from './bucket-mapping.ts';
import type { Workspace } from './workspace.ts';

const BUCKETS = 4096;
/** With more cuts in one bucket than this, halving the list of all cuts is faster. */
const MOST_DEPTH = 3;

/** Bytes of workspace that an assigner takes. */
export const ASSIGNER_BYTES = 2048 + 1024 + BUCKETS + 512;

/** Finds the bins of values among the cuts of one column after another. */
export class BinAssigner {
  readonly #workspace: Workspace;
  readonly #cuts: number;
  readonly #buckets: number;
  readonly #mapping: number;
  readonly #first: number;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#cuts = workspace.reserve(2048);
    this.#buckets = workspace.reserve(1024);
    this.#mapping = workspace.reserve(MAPPING_BYTES);
    this.#first = workspace.reserve(BUCKETS + 1);
  }

  /** Writes the bins (bytes) of the values (f32); those of missing values are `cuts.length + 1`. */
  assign(values: number, rows: number, cuts: Float32Array, bins: number): void {
    const { kernels } = this.#workspace;
    const padded = this.#workspace.floats(this.#cuts, 512);
    padded.fill(Infinity);
    padded.set(cuts);
    const depth = rows < BUCKETS / 4 ? Infinity : this.#layBuckets(cuts);
    if (depth <= MOST_DEPTH) {
      kernels.assignByBuckets(values, rows, this.#mapping, this.#first, this.#cuts, depth, bins);
      return;
    }
    const steps = 32 - Math.clz32(cuts.length);
    kernels.assignBins(values, rows, this.#cuts, steps, cuts.length + 1, bins);
  }

  /** Finds buckets with few cuts in each; returns the most cuts in one bucket. */
  #layBuckets(cuts: Float32Array): number {
    const count = cuts.length;
    const found = this.#workspace.ints(this.#buckets, count);
    let fewest = Infinity;
    if (count === 0) return Infinity;
    for (const mapping of candidateMappings(BUCKETS, cuts[0], cuts[count - 1])) {
      writeMapping(this.#workspace, this.#mapping, mapping);
      this.#workspace.kernels.findBuckets(this.#cuts, count, this.#mapping, this.#buckets);
      let depth = 0;
      for (let i = 0, begin = 0; i < count; i++) {
        if (found[i] !== found[begin]) begin = i;
        depth = Math.max(depth, i + 1 - begin);
      }
      fewest = depth;
      if (depth <= MOST_DEPTH) break;
    }
    if (fewest > MOST_DEPTH) return fewest;
    const first = this.#workspace.bytes(this.#first, BUCKETS + 1);
    let from = 0;
    for (let cut = 0; cut < count; cut++) {
      first.fill(cut, from, found[cut] + 1);
      from = Math.max(from, found[cut] + 1);
    }
    first.fill(count, from, BUCKETS);
    first[BUCKETS] = count + 1;
    return fewest;
  }
}
