import { roundUp } from './workspace.ts';

const HEAD = 32;
/** Numbers of buckets that are tried: one is a plain binary search. */
const BUCKETS = [1, 64, 256, 1024, 4096];

/** The table by which a kernel finds a value's rank among ascending values (see assembly/rank.ts). */
export function buildRankTable(values: Float32Array): Uint8Array {
  let best = spread(values, 1);
  for (const buckets of BUCKETS) {
    if (best.steps <= 1) break;
    const other = spread(values, buckets);
    if (other.steps < best.steps) best = other;
  }
  const { starts, steps, least, scale } = best;
  const valuesAt = roundUp(HEAD + starts.length, 4);
  const padding = 1 << Math.max(0, steps - 1);
  const bytes = new Uint8Array(valuesAt + (values.length + padding) * 4);
  const floats = new Float32Array(bytes.buffer);
  const ints = new Int32Array(bytes.buffer);
  floats[0] = least;
  floats[1] = scale;
  floats[2] = starts.length - 1;
  ints[3] = steps;
  ints[4] = values.length;
  ints[5] = valuesAt;
  bytes.set(starts, HEAD);
  floats.fill(NaN, valuesAt / 4);
  floats.set(values, valuesAt / 4);
  return bytes;
}

interface Spread {
  readonly starts: Uint8Array;
  /** Halvings that find a place among the values of the fullest bucket. */
  readonly steps: number;
  readonly least: number;
  readonly scale: number;
}

/** Equally wide buckets from the least to the greatest value, by the kernel's own arithmetic in float32. */
function spread(values: Float32Array, buckets: number): Spread {
  const least = values.find(Number.isFinite) ?? 0;
  const width = Math.fround((values.findLast(Number.isFinite) ?? 0) - least);
  let scale = Math.fround(buckets / width);
  // A scale of 0 puts all in one bucket: where there is but one value, or the width overflows or is too small.
  if (buckets === 1 || !Number.isFinite(scale) || !Number.isFinite(width)) scale = 0;
  const counts = new Int32Array(buckets);
  for (const value of values) {
    const scaled = Math.fround(Math.fround(value - least) * scale);
    counts[Number.isNaN(scaled) ? 0 : Math.trunc(Math.min(Math.max(scaled, 0), buckets - 1))]++;
  }
  const starts = new Uint8Array(buckets);
  let sum = 0;
  let most = 0;
  counts.forEach((count, bucket) => {
    starts[bucket] = sum;
    sum += count;
    most = Math.max(most, count);
  });
  return { starts, steps: Math.ceil(Math.log2(most + 1)), least, scale };
}
