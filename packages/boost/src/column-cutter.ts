import { candidateMappings, MAPPING_BYTES, writeMapping } from './bucket-mapping.ts';
import { eachChunk } from './chunks.ts';
import type { Crew } from './crew.ts';
import type { Workspace } from './workspace.ts';

/** The cut that leaves every finite value on the left: the largest float. */
export const lastCut = 3.4028234663852886e38;

/** Up to this many rows sorting all of a column costs less than counting buckets first. */
export const SORTED_ROWS = 16384;
const MOST_BUCKETS = 16384;
const SAMPLE = 4096;
/** After so many rounds of guesses everything is sorted. */
const MOST_ROUNDS = 2;
/** Tables of counts that threads fill beside one another. */
const MOST_TABLES = 8;
/** Bytes of a list of cuts with what else is known of the column, as `cutSorted` writes it. */
const CUTS_BYTES = 1088;

/** What a column's values say. */
export interface FoundCuts {
  readonly cuts: Float32Array;
  readonly hasMissing: boolean;
  /** The largest value, NaN if there is none. */
  readonly largest: number;
}

/** Values that a sparse column does not list: how many there are, and what they weigh. */
export interface Zeros {
  readonly count: number;
  readonly weight: number;
}

/** Bytes of scratch memory that sorting a whole column takes. */
export function sorterBytes(rows: number): number {
  return 24640 + (rows + 2) * 24;
}

/** What `cutSorted` wrote for a column of `count` values beside its zeros. */
export function readSorted(
  workspace: Workspace,
  at: number,
  cuts: number,
  count: number,
  zeros: number,
): FoundCuts {
  const missing = workspace.ints(at + 1024, 1)[0];
  return {
    cuts: workspace.floats(at, cuts).slice(),
    hasMissing: missing > 0,
    largest: missing === count && zeros === 0 ? NaN : workspace.floats(at + 1028, 1)[0],
  };
}

/** Bytes of workspace that cutting columns of that many rows takes. */
export function cutterBytes(rows: number): number {
  const tables = bucketCount(rows) * (32 + 4 * MOST_TABLES);
  return sorterBytes(rows) + tables + 65536;
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
  readonly #crew: Crew;
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
  readonly #scratch: number;
  readonly #keys: number;
  readonly #sorted: number;
  readonly #keyWeights: number;
  readonly #sortedWeights: number;
  readonly #keyMasses: number;
  readonly #digits: number;
  readonly #cuts: number;
  readonly #unsure: number;
  /** The likely weight of one value, Infinity if buckets likely hold one value each. */
  #grain = 1;
  #zeroBucket = 0;
  #zeroWeight = 0;

  /** For columns of up to `rows` values, with weights or without. */
  constructor(workspace: Workspace, crew: Crew, rows: number, maxBins: number, weighted: boolean) {
    this.#workspace = workspace;
    this.#crew = crew;
    this.#maxBins = maxBins;
    // One more bucket for missing values.
    const buckets = bucketCount(rows) + 1;
    this.#mapping = workspace.reserve(MAPPING_BYTES);
    this.#flags = workspace.reserve(buckets);
    this.#counts = workspace.reserve(buckets * 4 * MOST_TABLES);
    this.#usual = workspace.reserve(buckets * 4);
    this.#masses = weighted ? workspace.reserve(buckets * 8) : 0;
    this.#usualMasses = weighted ? workspace.reserve(buckets * 8) : 0;
    this.#found = workspace.reserve(Math.max(SAMPLE, buckets) * 4);
    // The same memory serves for sorting all of a column.
    this.#scratch = workspace.reserve(sorterBytes(rows));
    this.#digits = this.#scratch;
    // Zeros that a column does not list may be one more value.
    const room = (rows + 2) * 4;
    this.#keyMasses = this.#digits + 24640;
    this.#keys = this.#keyMasses + 2 * room;
    this.#sorted = this.#keys + room;
    this.#keyWeights = weighted ? this.#sorted + room : 0;
    this.#sortedWeights = weighted ? this.#keyWeights + room : 0;
    this.#cuts = workspace.reserve(CUTS_BYTES);
    this.#unsure = workspace.reserve((buckets + 2048) * 4);
  }

  /**
   * @param values offset of the column's values (f32)
   * @param weights offset of their weights (f32), 0 for none
   * @param count how many values there are
   * @param zeros how many more values there are, which are all 0, and what these weigh
   */
  cut(values: number, weights: number, count: number, zeros: Zeros = { count: 0, weight: 0 }): FoundCuts {
    const { kernels } = this.#workspace;
    if (count <= SORTED_ROWS) return this.#sortAll(values, weights, count, zeros);
    this.#count = count;
    this.#weights = weights;
    this.#zeroWeight = zeros.weight;
    this.#buckets = bucketCount(count);
    const flags = this.#workspace.bytes(this.#flags, this.#buckets + 1).fill(0);
    this.#chooseMapping(values);
    const most = this.#countBuckets(values);
    const missing = this.#workspace.words(this.#counts, this.#buckets + 1)[this.#buckets];
    if (zeros.count > 0) this.#addZeros(zeros);
    const largest = zeros.count > 0 ? Math.max(0, most) : missing === count ? NaN : most;
    for (let resolved = 0, round = 1; ; round++) {
      const { items, buckets } = this.#items(resolved);
      const made = kernels.chooseCuts(
        this.#keys,
        this.#keyMasses,
        items,
        this.#maxBins,
        this.#grain,
        this.#cuts,
        this.#unsure,
      );
      const [doubts] = this.#workspace.ints(this.#unsure, 1);
      if (doubts === 0) {
        return { cuts: this.#workspace.floats(this.#cuts, made).slice(), hasMissing: missing > 0, largest };
      }
      if (round > MOST_ROUNDS) return this.#sortAll(values, weights, count, zeros);
      for (const item of this.#workspace.ints(this.#unsure + 4, doubts)) flags[buckets[item]] = 1;
      resolved = this.#resolve(values);
    }
  }

  #sortAll(values: number, weights: number, count: number, zeros: Zeros): FoundCuts {
    const weight = weights === 0 ? zeros.count : zeros.weight;
    const { cutSorted } = this.#workspace.kernels;
    const [most, scratch] = [this.#maxBins, this.#scratch];
    const made = cutSorted(values, weights, count, zeros.count, weight, most, scratch, this.#cuts);
    return readSorted(this.#workspace, this.#cuts, made, count, zeros.count);
  }

  /** Counts the values of each bucket, and weighs them; returns the largest value. */
  #countBuckets(values: number): number {
    const bytes = (this.#buckets + 1) * 4;
    const tables = Math.min(this.#crew.threads, MOST_TABLES);
    this.#workspace.words(this.#counts, (this.#buckets + 1) * tables).fill(0);
    const rows = Math.ceil(this.#count / tables / 4) * 4;
    const calls: number[] = [];
    for (let table = 0; table < tables; table++) {
      const begin = Math.min(this.#count, table * rows);
      const count = Math.min(rows, this.#count - begin);
      this.#crew.chain(count);
      const counts = this.#counts + table * bytes;
      calls.push(this.#crew.call('countBuckets', values + begin * 4, count, this.#mapping, counts));
    }
    this.#crew.run();
    const totals = this.#workspace.words(this.#counts, this.#buckets + 1);
    for (let table = 1; table < tables; table++) {
      const counts = this.#workspace.words(this.#counts + table * bytes, this.#buckets + 1);
      for (let bucket = 0; bucket <= this.#buckets; bucket++) totals[bucket] += counts[bucket];
    }
    if (this.#weights !== 0) {
      this.#workspace.doubles(this.#masses, this.#buckets + 1).fill(0);
      const { weighBuckets } = this.#workspace.kernels;
      weighBuckets(values, this.#weights, this.#count, this.#mapping, this.#masses);
    }
    return Math.max(...calls.map((call) => this.#crew.result(call)));
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
    const sample = this.#sample(values);
    const count = sample.length;
    if (count === 0) {
      const mapping = { kind: 'width', count: this.#buckets, low: 0, perUnit: 1 } as const;
      writeMapping(this.#workspace, this.#mapping, mapping);
      this.#grain = 1;
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

  /** Gathers chunk by chunk, each to a place where it surely fits, and closes the gaps. */
  #gather(values: number): number {
    const chunks: { readonly at: number; readonly call: number }[] = [];
    eachChunk(this.#count, (begin, count) => {
      const at = this.#keys + begin * 4;
      this.#crew.chain(count * 3);
      const call = this.#crew.call(
        'gatherBuckets',
        values + begin * 4,
        count,
        this.#mapping,
        this.#flags,
        this.#usual,
        at,
      );
      chunks.push({ at, call });
    });
    this.#crew.run();
    let total = 0;
    const memory = this.#workspace.allBytes();
    for (const { at, call } of chunks) {
      const count = this.#crew.result(call);
      memory.copyWithin(this.#keys + total * 4, at, at + count * 4);
      total += count;
    }
    this.#workspace.kernels.sortKeys(this.#keys, this.#sorted, total, this.#digits);
    return total;
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

  /**
   * Lays out the column's values in order, with an open item for each bucket that is not resolved: values at
   * `#keys`, masses at `#keyMasses`. Returns how many there are, and their buckets.
   */
  #items(resolved: number): { items: number; buckets: Int32Array } {
    this.#workspace.kernels.findBuckets(this.#keys, resolved, this.#mapping, this.#sorted);
    const ownBuckets = this.#workspace.ints(this.#sorted, resolved);
    const ownValues = this.#workspace.floats(this.#keys, resolved).slice();
    const ownMasses = this.#workspace.doubles(this.#keyMasses, resolved).slice();
    const flags = this.#workspace.bytes(this.#flags, this.#buckets);
    const counts = this.#workspace.words(this.#counts, this.#buckets);
    const usual = this.#workspace.floats(this.#usual, this.#buckets);
    const weighted = this.#weights !== 0;
    const bucketMasses = weighted ? this.#workspace.doubles(this.#masses, this.#buckets) : counts;
    const usualMasses = weighted ? this.#workspace.doubles(this.#usualMasses, this.#buckets) : undefined;
    const values = this.#workspace.floats(this.#keys, this.#count + 1);
    const masses = this.#workspace.doubles(this.#keyMasses, this.#count + 1);
    const buckets = new Int32Array(Math.min(this.#count + 1, this.#buckets + resolved));
    let items = 0;
    let own = 0;
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      if (counts[bucket] === 0) continue;
      const begin = own;
      let others = 0;
      while (own < resolved && ownBuckets[own] === bucket) others += ownMasses[own++];
      const resolves = flags[bucket] === 1;
      // An open item is NaN; so is the usual value of a bucket that has none.
      const value = resolves ? usual[bucket] : NaN;
      const rest = usualMasses === undefined ? counts[bucket] - others : usualMasses[bucket];
      const mass = resolves ? rest : bucketMasses[bucket];
      let next = begin;
      for (; next < own && !(ownValues[next] > value); next++) {
        buckets[items] = bucket;
        masses[items] = ownMasses[next];
        values[items++] = ownValues[next];
      }
      if (resolves && Number.isNaN(value)) continue;
      buckets[items] = bucket;
      masses[items] = mass;
      values[items++] = value;
      for (; next < own; next++) {
        buckets[items] = bucket;
        masses[items] = ownMasses[next];
        values[items++] = ownValues[next];
      }
    }
    return { items, buckets };
  }
}
