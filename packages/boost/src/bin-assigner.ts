import { candidateMappings, MAPPING_BYTES, writeMapping } from './bucket-mapping.ts';
import { eachChunk } from './chunks.ts';
import type { Crew } from './crew.ts';
import type { Workspace } from './workspace.ts';

const BUCKETS = 4096;
/** With more cuts in one bucket than this, halving the list of all cuts is faster. */
const MOST_DEPTH = 3;

/** Bytes of a list of cuts as the kernels search it. */
export const PADDED_BYTES = 2048;

/** Bytes of workspace that an assigner takes. */
export const ASSIGNER_BYTES = PADDED_BYTES + 1024 + BUCKETS + 512;

/** Writes cuts for the kernels, with infinities behind them. */
export function padCuts(workspace: Workspace, at: number, cuts: Float32Array): void {
  const padded = workspace.floats(at, PADDED_BYTES / 4).fill(Infinity);
  padded.set(cuts);
}

/** Finds the bins of values among the cuts of one column after another. */
export class BinAssigner {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #cuts: number;
  readonly #buckets: number;
  readonly #mapping: number;
  readonly #first: number;

  constructor(workspace: Workspace, crew: Crew) {
    this.#workspace = workspace;
    this.#crew = crew;
    this.#cuts = workspace.reserve(PADDED_BYTES);
    this.#buckets = workspace.reserve(1024);
    this.#mapping = workspace.reserve(MAPPING_BYTES);
    this.#first = workspace.reserve(BUCKETS + 1);
  }

  /** Writes the bins (bytes) of the values (f32); those of missing values are `cuts.length + 1`. */
  assign(values: number, rows: number, cuts: Float32Array, bins: number): void {
    padCuts(this.#workspace, this.#cuts, cuts);
    const crew = this.#crew;
    const depth = rows < BUCKETS * 2 ? Infinity : this.#layBuckets(cuts);
    const steps = 32 - Math.clz32(cuts.length);
    eachChunk(rows, (begin, count) => {
      const at = values + begin * 4;
      crew.chain(count * 3);
      if (depth <= MOST_DEPTH) {
        const [mapping, first] = [this.#mapping, this.#first];
        crew.call('assignByBuckets', at, count, mapping, first, this.#cuts, depth, bins + begin);
      } else crew.call('assignBins', at, count, this.#cuts, steps, cuts.length + 1, bins + begin);
    });
    crew.run();
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
