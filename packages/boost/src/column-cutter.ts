import { candidateMappings, MAPPING_BYTES, writeMapping } from './bucket-mapping.ts';
import type { Crew } from './crew.ts';
import type { Workspace } from './workspace.ts';

/** The cut that leaves every finite value on the left: the largest float. */
export const lastCut = 3.4028234663852886e38;

/** Up to this many rows sorting all of a column costs less than putting it into buckets first. */
export const SORTED_ROWS = 16384;
const MOST_BUCKETS = 16384;
const SAMPLE = 4096;
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
  return 41088 + (rows + 2) * 16;
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
  return sorterBytes(rows) + bucketCount(rows) * (12 + 4 * MOST_TABLES) + 65536;
}

function bucketCount(rows: number): number {
  if (rows <= SORTED_ROWS) return 1;
  return Math.min(MOST_BUCKETS, 2 ** Math.ceil(Math.log2(rows / 8)));
}

/** Calls back for stretches of rows: a kernel gets faster from call to call until it is compiled for good. */
function eachStretch(rows: number, visit: (begin: number, count: number) => void): void {
  const size = Math.max(65_536, Math.ceil(rows / 64));
  for (let begin = 0; begin < rows; begin += size) visit(begin, Math.min(size, rows - begin));
}

/**
 * Finds the cuts of one column after another: exactly those that sorting the whole column would give. It puts the
 * values into buckets, and sorts only the buckets in or beside which a cut falls. A sample of the rows says which
 * buckets part them well; it decides about speed alone.
 */
export class ColumnCutter {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #maxBins: number;
  readonly #weighted: boolean;
  readonly #mapping: number;
  /** Counts of the buckets, then places in them: one table for each part of the rows. */
  readonly #tables: number;
  readonly #starts: number;
  readonly #masses: number;
  readonly #found: number;
  readonly #scratch: number;
  readonly #keys: number;
  readonly #keyWeights: number;
  readonly #cuts: number;
  #buckets = 1;

  /** For columns of up to `rows` values, with weights or without. */
  constructor(workspace: Workspace, crew: Crew, rows: number, maxBins: number, weighted: boolean) {
    this.#workspace = workspace;
    this.#crew = crew;
    this.#maxBins = maxBins;
    this.#weighted = weighted;
    // One more bucket for missing values.
    const buckets = bucketCount(rows) + 1;
    this.#mapping = workspace.reserve(MAPPING_BYTES);
    this.#tables = workspace.reserve(buckets * 4 * MOST_TABLES);
    this.#starts = workspace.reserve(buckets * 4);
    this.#masses = workspace.reserve(buckets * 8);
    this.#found = workspace.reserve(SAMPLE * 4);
    // The same memory serves for sorting all of a column.
    this.#scratch = workspace.reserve(sorterBytes(rows));
    this.#keys = this.#scratch + sorterBytes(rows) - (rows + 2) * 8;
    this.#keyWeights = this.#keys + (rows + 2) * 4;
    this.#cuts = workspace.reserve(CUTS_BYTES);
  }

  /**
   * @param values offset of the column's values (f32)
   * @param weights offset of their weights (f32), 0 for none
   * @param count how many values there are
   * @param zeros how many more values there are, which are all 0, and what these weigh
   */
  cut(values: number, weights: number, count: number, zeros: Zeros = { count: 0, weight: 0 }): FoundCuts {
    const { kernels } = this.#workspace;
    const zeroMass = this.#weighted ? zeros.weight : zeros.count;
    if (count <= SORTED_ROWS) {
      const [most, scratch] = [this.#maxBins, this.#scratch];
      const made = kernels.cutSorted(
        values,
        weights,
        count,
        zeros.count,
        zeroMass,
        most,
        scratch,
        this.#cuts,
      );
      return readSorted(this.#workspace, this.#cuts, made, count, zeros.count);
    }
    this.#buckets = bucketCount(count);
    this.#chooseMapping(values, count);
    const { missing, most } = this.#count(values, weights, count);
    const zeroBucket = zeros.count > 0 ? this.#bucketOfZero() : -1;
    this.#layOut(zeroBucket, zeroMass);
    this.#scatter(values, weights, count);
    // Without weights the added key counts as one zero.
    const more = zeroBucket < 0 ? 0 : zeroMass - (this.#weighted ? 0 : 1);
    const made = kernels.cutBuckets(
      this.#keys,
      weights === 0 ? 0 : this.#keyWeights,
      this.#starts,
      this.#masses,
      this.#buckets,
      this.#maxBins,
      more,
      this.#scratch,
      this.#cuts,
    );
    return {
      cuts: this.#workspace.floats(this.#cuts, made).slice(),
      hasMissing: missing > 0,
      largest: zeros.count > 0 ? Math.max(0, most) : missing === count ? NaN : most,
    };
  }

  /** Calls back for each part of the rows that has a table of its own: the same parts at every pass. */
  #eachPart(count: number, visit: (begin: number, count: number, table: number) => void): void {
    const parts = Math.min(this.#crew.threads, MOST_TABLES);
    const rows = Math.ceil(count / parts / 4) * 4;
    for (let part = 0; part < parts; part++) {
      const begin = Math.min(count, part * rows);
      const table = this.#tables + part * (this.#buckets + 1) * 4;
      this.#crew.chain(rows * 3);
      visit(begin, Math.min(rows, count - begin), table);
    }
    this.#crew.run();
  }

  /** Counts the values of each bucket, and weighs them in the order of the rows. */
  #count(values: number, weights: number, count: number): { missing: number; most: number } {
    const buckets = this.#buckets + 1;
    this.#workspace.words(this.#tables, buckets * MOST_TABLES).fill(0);
    const calls: number[] = [];
    let missing = 0;
    this.#eachPart(count, (begin, rows, table) => {
      eachStretch(rows, (first, size) => {
        const at = values + (begin + first) * 4;
        calls.push(this.#crew.call('countBuckets', at, size, this.#mapping, table));
      });
    });
    for (let table = 0; table < MOST_TABLES; table++) {
      missing += this.#workspace.words(this.#tables + table * buckets * 4, buckets)[this.#buckets];
    }
    if (weights !== 0) {
      this.#workspace.doubles(this.#masses, buckets).fill(0);
      this.#workspace.kernels.weighBuckets(values, weights, count, this.#mapping, this.#masses);
    }
    return {
      missing,
      most: calls.reduce((most, call) => Math.max(most, this.#crew.result(call)), -Infinity),
    };
  }

  #bucketOfZero(): number {
    this.#workspace.floats(this.#keys, 1)[0] = 0;
    this.#workspace.kernels.findBuckets(this.#keys, 1, this.#mapping, this.#found);
    return this.#workspace.ints(this.#found, 1)[0];
  }

  /**
   * Turns counts into places: buckets one behind another, and within each the parts of the rows in their order. The
   * bucket of zeros that no row lists gets one key for all of them.
   */
  #layOut(zeroBucket: number, zeroMass: number): void {
    const buckets = this.#buckets + 1;
    const tables = Math.min(this.#crew.threads, MOST_TABLES);
    const places = this.#workspace.words(this.#tables, buckets * tables);
    const starts = this.#workspace.words(this.#starts, buckets);
    const masses = this.#workspace.doubles(this.#masses, buckets);
    let next = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const begin = next;
      starts[bucket] = begin;
      for (let at = bucket; at < places.length; at += buckets) {
        const count = places[at];
        places[at] = next;
        next += count;
      }
      if (!this.#weighted) masses[bucket] = next - begin;
      if (bucket !== zeroBucket) continue;
      this.#workspace.words(this.#keys + next * 4, 1)[0] = 0x80000000;
      if (this.#weighted) this.#workspace.floats(this.#keyWeights + next * 4, 1)[0] = 0;
      masses[bucket] += zeroMass;
      next++;
    }
  }

  #scatter(values: number, weights: number, count: number): void {
    const [mapping, keys, keyWeights] = [this.#mapping, this.#keys, this.#keyWeights];
    this.#eachPart(count, (begin, rows, table) => {
      eachStretch(rows, (first, size) => {
        const at = (begin + first) * 4;
        if (weights === 0) this.#crew.call('scatterBuckets', values + at, size, mapping, table, keys);
        else {
          this.#crew.call(
            'scatterWeighted',
            values + at,
            weights + at,
            size,
            mapping,
            table,
            keys,
            keyWeights,
          );
        }
      });
    });
  }

  /** Chooses buckets that hold few different values each, by a sample. */
  #chooseMapping(values: number, rows: number): void {
    const sample = this.#sample(values, rows);
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
      this.#workspace.kernels.findBuckets(this.#keys, count, this.#mapping, this.#found);
      let together = 0;
      for (let i = 1; i < count; i++) {
        if (found[i] === found[i - 1] && sample[i] !== sample[i - 1]) together++;
      }
      if (together >= fewest) continue;
      fewest = together;
      best = candidate;
    }
    writeMapping(this.#workspace, this.#mapping, best);
  }

  /** One value of each of `SAMPLE` stretches of rows, at a place that follows no pattern; sorted. */
  #sample(values: number, rows: number): Float32Array {
    const column = this.#workspace.floats(values, rows);
    const sample = new Float32Array(SAMPLE);
    let count = 0;
    let state = 0;
    for (let i = 0; i < SAMPLE; i++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x1e3779b9;
      const place = (i + (state >>> 0) / 4294967296) / SAMPLE;
      const value = column[Math.floor(place * rows)];
      if (!Number.isNaN(value)) sample[count++] = Math.max(-lastCut, Math.min(lastCut, value)) + 0;
    }
    return sample.subarray(0, count).sort();
  }
}
