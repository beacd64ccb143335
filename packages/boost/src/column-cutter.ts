import { candidateMappings, MAPPING_BYTES, writeMapping } from './bucket-mapping.ts';
import { chooseCuts, lastCut } from './cuts.ts';
import type { CutItems } from './cuts.ts';
import type { Workspace } from './workspace.ts';

/** Up to this many rows sorting all of a column costs less than counting buckets first. */
const SORTED_ROWS = 16384;
const MOST_BUCKETS = 16384;
const SAMPLE = 4096;
/** After so many rounds everything is sorted. */
const MOST_ROUNDS = 4;

/** What a column's values say. */
export interface FoundCuts {
  readonly cuts: Float32Array;
  readonly hasMissing: boolean;
  /** The largest value, NaN if there is none. */
  readonly largest: number;
}

/** Bytes of workspace that cutting columns of that many rows takes. */
export function cutterBytes(rows: number, weighted: boolean): number {
  return rows * (weighted ? 24 : 16) + bucketCount(rows) * 40 + 6144 * 4 + 4096;
}

function bucketCount(rows: number): number {
  if (rows <= SORTED_ROWS) return 1;
  return Math.min(MOST_BUCKETS, 2 ** Math.ceil(Math.log2(rows / 8)));
}

/**
 * Finds the cuts of one column after another: exactly those that sorting the whole column would give. It counts
 * the values in buckets, and sorts only the buckets in which a cut falls; a bucket's usual value, found in a sample
 * of the rows, need not be sorted either. The sample decides about speed alone.
 */
export class ColumnCutter {
  readonly #workspace: Workspace;
  readonly #maxBins: number;
  /** Offset of the weights of the values (f32), 0 for none. */
  #weights = 0;
  /** How many values there are. */
  #count = 0;
  #buckets = 1;
  readonly #mapping: number;
  readonly #flags: number;
  readonly #counts: number;
  readonly #usual: number;
  readonly #masses: number;
  readonly #usualMasses: number;
  readonly #found: number;
  readonly #keys: number;
  readonly #sorted: number;
  readonly #keyWeights: number;
  readonly #sortedWeights: number;
  readonly #keyMasses: number;
  readonly #digits: number;
  /** The likely weight of one value, Infinity if buckets likely hold one value each. */
  #grain = 1;
  #zeroBucket = 0;
  #zeroWeight = 0;

  /** For columns of up to `rows` values, with weights or without. */
  constructor(workspace: Workspace, rows: number, maxBins: number, weighted: boolean) {
    this.#workspace = workspace;
    this.#maxBins = maxBins;
    // One more bucket for missing values.
    const buckets = bucketCount(rows) + 1;
    this.#mapping = workspace.reserve(MAPPING_BYTES);
    this.#flags = workspace.reserve(buckets);
    this.#counts = workspace.reserve(buckets * 4);
    this.#usual = workspace.reserve(buckets * 4);
    this.#masses = weighted ? workspace.reserve(buckets * 8) : 0;
    this.#usualMasses = weighted ? workspace.reserve(buckets * 8) : 0;
    this.#found = workspace.reserve(Math.max(SAMPLE, buckets) * 4);
    // A kernel may write one item past those that it keeps.
    this.#keys = workspace.reserve(rows * 4 + 4);
    this.#sorted = workspace.reserve(rows * 4);
    this.#keyWeights = weighted ? workspace.reserve(rows * 4 + 4) : 0;
    this.#sortedWeights = weighted ? workspace.reserve(rows * 4) : 0;
    this.#keyMasses = workspace.reserve(rows * 8);
    this.#digits = workspace.reserve(6144 * 4);
  }

  /**
   * @param values offset of the column's values (f32)
   * @param weights offset of their weights (f32), 0 for none
   * @param count how many values there are
   * @param zeros how many more values there are, which are all 0, and what these weigh
   */
  cut(values: number, weights: number, count: number, zeros = { count: 0, weight: 0 }): FoundCuts {
    const { kernels } = this.#workspace;
    this.#count = count;
    this.#weights = weights;
    this.#buckets = bucketCount(count);
    const flags = this.#workspace.bytes(this.#flags, this.#buckets + 1);
    const counts = this.#workspace.words(this.#counts, this.#buckets + 1);
    const all = this.#buckets === 1;
    this.#chooseMapping(values);
    flags.fill(all ? 1 : 0);
    counts.fill(0);
    const most = kernels.countBuckets(values, count, this.#mapping, this.#counts);
    if (weights !== 0) {
      this.#workspace.doubles(this.#masses, this.#buckets).fill(0);
      kernels.weighBuckets(values, weights, count, this.#mapping, this.#masses);
    }
    const missing = counts[this.#buckets];
    if (zeros.count > 0) this.#addZeros(zeros);
    const hasMissing = missing > 0;
    const largest =
      zeros.count > 0 ? Math.max(0, missing < count ? most : 0) : missing === count ? NaN : most;
    this.#zeroWeight = zeros.weight;
    let resolved = all ? this.#resolve(values) : 0;
    for (let round = 1; ; round++) {
      const { items, buckets } = this.#items(resolved);
      const { cuts, unsure } = chooseCuts(items, this.#maxBins);
      if (unsure.length === 0) return { cuts, hasMissing, largest };
      if (round === MOST_ROUNDS) flags.fill(1);
      for (const item of unsure) flags[buckets[item]] = 1;
      resolved = this.#resolve(values);
    }
  }

  /** Counts zeros in their bucket, as its usual value. */
  #addZeros(zeros: { readonly count: number; readonly weight: number }): void {
    this.#workspace.floats(this.#keys, 1)[0] = 0;
    this.#workspace.kernels.findBuckets(this.#keys, 1, this.#mapping, this.#found);
    const bucket = this.#workspace.ints(this.#found, 1)[0];
    this.#zeroBucket = bucket;
    this.#workspace.floats(this.#usual, this.#buckets)[bucket] = 0;
    this.#workspace.words(this.#counts, this.#buckets)[bucket] += zeros.count;
    if (this.#weights !== 0) this.#workspace.doubles(this.#masses, this.#buckets)[bucket] += zeros.weight;
  }

  /** Chooses buckets that hold few different values each, and what usually lies in them, by a sample. */
  #chooseMapping(values: number): void {
    const { kernels } = this.#workspace;
    const usual = this.#workspace.floats(this.#usual, this.#buckets + 1).fill(NaN);
    const sample = this.#buckets === 1 ? new Float32Array(0) : this.#sample(values);
    const count = sample.length;
    if (count === 0) {
      const mapping = { kind: 'width', count: this.#buckets, low: 0, perUnit: 1 } as const;
      writeMapping(this.#workspace, this.#mapping, mapping);
      return;
    }
    this.#workspace.floats(this.#keys, count).set(sample);
    const found = this.#workspace.ints(this.#found, count);
    const tail = Math.floor(count / 512);
    const candidates = candidateMappings(this.#buckets, sample[tail], sample[count - 1 - tail]);
    let fewest = Infinity;
    let best = candidates[0];
    for (const candidate of candidates) {
      writeMapping(this.#workspace, this.#mapping, candidate);
      kernels.findBuckets(this.#keys, count, this.#mapping, this.#found);
      let together = 0;
      for (let i = 1; i < count; i++) {
        if (found[i] === found[i - 1] && sample[i] !== sample[i - 1]) together++;
      }
      if (together >= fewest) continue;
      fewest = together;
      best = candidate;
    }
    writeMapping(this.#workspace, this.#mapping, best);
    kernels.findBuckets(this.#keys, count, this.#mapping, this.#found);
    let longest = 0;
    let repeated = 0;
    for (let begin = 0, i = 1; i <= count; i++) {
      if (i < count && sample[i] === sample[begin]) continue;
      const bucket = found[begin];
      if (Number.isNaN(usual[bucket])) longest = 0;
      if (i - begin > longest) {
        usual[bucket] = sample[begin];
        longest = i - begin;
      }
      if (i - begin > 1) repeated++;
      begin = i;
    }
    this.#grain = repeated > fewest ? Infinity : this.#meanWeight();
  }

  #meanWeight(): number {
    if (this.#weights === 0) return 1;
    let total = 0;
    for (const weight of this.#workspace.floats(this.#weights, this.#count)) total += weight;
    return total > 0 ? total / this.#count : 1;
  }

  /** One value of each of `SAMPLE` stretches of rows, at a place that follows no pattern; sorted. */
  #sample(values: number): Float32Array {
    const column = this.#workspace.floats(values, this.#count);
    const sample = new Float32Array(SAMPLE);
    let count = 0;
    let state = 0;
    for (let i = 0; i < SAMPLE; i++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x1e3779b9;
      const place = (i + (state >>> 0) / 4294967296) / SAMPLE;
      const value = column[Math.floor(place * this.#count)];
      if (!Number.isNaN(value)) sample[count++] = Math.max(-lastCut, Math.min(lastCut, value)) + 0;
    }
    return sample.subarray(0, count).sort();
  }

  /** Sorts what lies in the flagged buckets beside their usual values; returns the number of distinct values. */
  #resolve(values: number): number {
    const { kernels } = this.#workspace;
    this.#workspace.bytes(this.#flags, this.#buckets + 1)[this.#buckets] = 0;
    const count = this.#weights === 0 ? this.#gather(values) : this.#gatherWeighted(values);
    return kernels.distinctKeys(this.#sorted, count, this.#sortedWeights, this.#keys, this.#keyMasses);
  }

  #gather(values: number): number {
    const { kernels } = this.#workspace;
    const count = kernels.gatherBuckets(
      values,
      this.#count,
      this.#mapping,
      this.#flags,
      this.#usual,
      this.#keys,
    );
    kernels.sortKeys(this.#keys, this.#sorted, count, this.#digits);
    return count;
  }

  #gatherWeighted(values: number): number {
    const { kernels } = this.#workspace;
    this.#workspace.doubles(this.#usualMasses, this.#buckets).fill(0);
    const count = kernels.gatherWeighted(
      values,
      this.#weights,
      this.#count,
      this.#mapping,
      this.#flags,
      this.#usual,
      this.#usualMasses,
      this.#keys,
      this.#keyWeights,
    );
    if (this.#zeroWeight > 0) {
      this.#workspace.doubles(this.#usualMasses, this.#buckets)[this.#zeroBucket] += this.#zeroWeight;
    }
    const [weights, sorted] = [this.#keyWeights, this.#sortedWeights];
    kernels.sortKeysWithWords(this.#keys, this.#sorted, weights, sorted, count, this.#digits);
    return count;
  }

  /** The column's values in order, with an open item for each bucket that is not resolved, and their buckets. */
  #items(resolved: number): { items: CutItems; buckets: Int32Array } {
    const ownValues = this.#workspace.floats(this.#keys, resolved);
    const ownMasses = this.#workspace.doubles(this.#keyMasses, resolved);
    if (this.#buckets === 1 && Number.isNaN(this.#workspace.floats(this.#usual, 1)[0])) {
      return {
        items: { count: resolved, values: ownValues, masses: ownMasses, grain: 1 },
        buckets: new Int32Array(resolved),
      };
    }
    this.#workspace.kernels.findBuckets(this.#keys, resolved, this.#mapping, this.#sorted);
    const ownBuckets = this.#workspace.ints(this.#sorted, resolved);
    const flags = this.#workspace.bytes(this.#flags, this.#buckets);
    const counts = this.#workspace.words(this.#counts, this.#buckets);
    const usual = this.#workspace.floats(this.#usual, this.#buckets);
    const weighted = this.#weights !== 0;
    const bucketMasses = weighted ? this.#workspace.doubles(this.#masses, this.#buckets) : counts;
    const usualMasses = weighted ? this.#workspace.doubles(this.#usualMasses, this.#buckets) : undefined;
    let most = resolved;
    for (let bucket = 0; bucket < this.#buckets; bucket++) if (counts[bucket] > 0) most++;
    const values = new Float32Array(most);
    const masses = new Float64Array(most);
    const buckets = new Int32Array(most);
    let count = 0;
    let own = 0;
    const add = (value: number, mass: number, bucket: number): void => {
      values[count] = value;
      masses[count] = mass;
      buckets[count++] = bucket;
    };
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      if (counts[bucket] === 0) continue;
      if (flags[bucket] === 0) {
        add(NaN, bucketMasses[bucket], bucket);
        continue;
      }
      const begin = own;
      let others = 0;
      while (own < resolved && ownBuckets[own] === bucket) others += ownMasses[own++];
      const value = usual[bucket];
      const mass = usualMasses === undefined ? counts[bucket] - others : usualMasses[bucket];
      let next = begin;
      while (next < own && !(ownValues[next] > value)) {
        add(ownValues[next], ownMasses[next], bucket);
        next++;
      }
      if (Number.isNaN(value)) continue;
      add(value, mass, bucket);
      for (; next < own; next++) add(ownValues[next], ownMasses[next], bucket);
    }
    return { items: { count, values, masses, grain: this.#grain }, buckets };
  }
}
