import { LARGEST, orderedKey } from './binning';

/**
 * Buckets are intervals of floats, numbered in the order of the values. A mapping is five words: 0 kind (0 steps of
 * equal width, 1 steps of equal numbers of floats), 4 number of buckets, 8 lowest value (f32) or ordered key,
 * 12 buckets per unit (f32) or shift. Values outside lie in the first or the last bucket, NaN in one more behind
 * the last. Infinities lie with the largest floats. Rounding never breaks the order, since every step of the
 * computation is monotone.
 */
// @ts-ignore: decorator
@inline
function bucketOf(value: f32, kind: i32, mapping: usize): i32 {
  const count = load<i32>(mapping, 4);
  if (value != value) return count;
  if (kind == 0) {
    const step = (min<f32>(value, LARGEST) - load<f32>(mapping, 8)) * load<f32>(mapping, 12);
    return <i32>min<f32>(max<f32>(step, 0), <f32>(count - 1));
  }
  const key = orderedKey(value), low = load<u32>(mapping, 8);
  return key <= low ? 0 : <i32>min<u32>((key - low) >> load<u32>(mapping, 12), <u32>(count - 1));
}

/** The same of four values. */
// @ts-ignore: decorator
@inline
function bucketsOf4(values: v128, kind: i32, mapping: usize): v128 {
  const count = load<i32>(mapping, 4);
  const largest = f32x4.splat(LARGEST);
  let bucket: v128;
  if (kind == 0) {
    const step = f32x4.mul(f32x4.sub(f32x4.min(values, largest), v128.load32_splat(mapping, 8)), v128.load32_splat(mapping, 12));
    const within = f32x4.min(f32x4.max(step, f32x4.splat(0)), f32x4.splat(<f32>(count - 1)));
    bucket = i32x4.trunc_sat_f32x4_s(within);
  } else {
    const finite = f32x4.max(f32x4.min(values, largest), f32x4.neg(largest));
    const bits = f32x4.add(finite, f32x4.splat(0));
    const key = v128.xor(bits, v128.or(i32x4.shr_s(bits, 31), i32x4.splat(<i32>0x80000000)));
    const low = v128.load32_splat(mapping, 8);
    const above = i32x4.sub(i32x4.max_u(key, low), low);
    bucket = i32x4.min_u(i32x4.shr_u(above, load<i32>(mapping, 12)), i32x4.splat(count - 1));
  }
  return v128.bitselect(bucket, i32x4.splat(count), f32x4.eq(values, values));
}

/** The bucket of each value, as i32. */
export function findBuckets(values: usize, count: i32, mapping: usize, buckets: usize): void {
  const kind = load<i32>(mapping);
  for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
    store<i32>(buckets + i, bucketOf(load<f32>(values + i), kind, mapping));
  }
}

// @ts-ignore: decorator
@inline
function countOne(counts: usize, bucket: i32): void {
  const at = counts + (<usize>bucket << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Adds the values to the counts of their buckets (u32); returns the largest value, -infinity if there is none. */
export function countBuckets(values: usize, count: i32, mapping: usize, counts: usize): f32 {
  const kind = load<i32>(mapping);
  let i = 0;
  let most = f32x4.splat(-Infinity);
  for (; i + 4 <= count; i += 4) {
    const four = v128.load(values + (<usize>i << 2));
    const bucket = bucketsOf4(four, kind, mapping);
    most = f32x4.pmax(most, four);
    countOne(counts, i32x4.extract_lane(bucket, 0));
    countOne(counts, i32x4.extract_lane(bucket, 1));
    countOne(counts, i32x4.extract_lane(bucket, 2));
    countOne(counts, i32x4.extract_lane(bucket, 3));
  }
  let largest = max<f32>(
    max<f32>(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max<f32>(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (; i < count; i++) {
    const value = load<f32>(values + (<usize>i << 2));
    countOne(counts, bucketOf(value, kind, mapping));
    if (value > largest) largest = value;
  }
  return largest;
}

/** Adds the weights of the values to the masses of their buckets (f64), in the order of the rows. */
export function weighBuckets(values: usize, weights: usize, count: i32, mapping: usize, masses: usize): void {
  const kind = load<i32>(mapping);
  for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
    const at = masses + (<usize>bucketOf(load<f32>(values + i), kind, mapping) << 3);
    store<f64>(at, load<f64>(at) + <f64>load<f32>(weights + i));
  }
}

// @ts-ignore: decorator
@inline
function scatterOne(value: f32, bucket: i32, places: usize, keys: usize): void {
  const at = places + (<usize>bucket << 2);
  const place = load<u32>(at);
  store<u32>(at, place + 1);
  store<u32>(keys + (<usize>place << 2), orderedKey(value));
}

/**
 * Writes the ordered keys of the values to the places of their buckets (u32: where a bucket's next key goes, which
 * moves on; the last place is that of missing values).
 */
export function scatterBuckets(values: usize, count: i32, mapping: usize, places: usize, keys: usize): void {
  const kind = load<i32>(mapping);
  let at = values;
  const end = values + (<usize>count << 2);
  for (; at + 16 <= end; at += 16) {
    const four = v128.load(at);
    const bucket = bucketsOf4(four, kind, mapping);
    scatterOne(f32x4.extract_lane(four, 0), i32x4.extract_lane(bucket, 0), places, keys);
    scatterOne(f32x4.extract_lane(four, 1), i32x4.extract_lane(bucket, 1), places, keys);
    scatterOne(f32x4.extract_lane(four, 2), i32x4.extract_lane(bucket, 2), places, keys);
    scatterOne(f32x4.extract_lane(four, 3), i32x4.extract_lane(bucket, 3), places, keys);
  }
  for (; at < end; at += 4) {
    const value = load<f32>(at);
    scatterOne(value, bucketOf(value, kind, mapping), places, keys);
  }
}

/** The same with the weights of the values, which go to the same places. */
export function scatterWeighted(
  values: usize, weights: usize, count: i32, mapping: usize, places: usize, keys: usize, keyWeights: usize,
): void {
  const kind = load<i32>(mapping);
  for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
    const value = load<f32>(values + i);
    const bucket = bucketOf(value, kind, mapping);
    const place = load<u32>(places + (<usize>bucket << 2));
    store<f32>(keyWeights + (<usize>place << 2), load<f32>(weights + i));
    scatterOne(value, bucket, places, keys);
  }
}

// @ts-ignore: decorator
@inline
function binInBucket(value: f32, bucket: i32, first: usize, cuts: usize, depth: i32): i32 {
  let bin = <i32>load<u8>(first + <usize>bucket);
  const at = cuts + (<usize>bin << 2);
  for (let i = 0; i < depth; i++) bin += i32(load<f32>(at + (<usize>i << 2)) <= value);
  return bin;
}

/**
 * The bin of every value: the number of cuts that are not above it. `first` holds for each bucket, as a byte,
 * the number of cuts in earlier buckets, and for NaN the bin of missing values; no bucket has more than `depth` of
 * the `cuts`, which end in `depth` infinities.
 */
export function assignByBuckets(
  values: usize, count: i32, mapping: usize, first: usize, cuts: usize, depth: i32, bins: usize,
): void {
  const kind = load<i32>(mapping);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const four = f32x4.min(v128.load(values + (<usize>i << 2)), f32x4.splat(LARGEST));
    const bucket = bucketsOf4(four, kind, mapping);
    const a = binInBucket(f32x4.extract_lane(four, 0), i32x4.extract_lane(bucket, 0), first, cuts, depth);
    const b = binInBucket(f32x4.extract_lane(four, 1), i32x4.extract_lane(bucket, 1), first, cuts, depth);
    const c = binInBucket(f32x4.extract_lane(four, 2), i32x4.extract_lane(bucket, 2), first, cuts, depth);
    const d = binInBucket(f32x4.extract_lane(four, 3), i32x4.extract_lane(bucket, 3), first, cuts, depth);
    store<u32>(bins + <usize>i, a | (b << 8) | (c << 16) | (d << 24));
  }
  for (; i < count; i++) {
    const value = min<f32>(load<f32>(values + (<usize>i << 2)), LARGEST);
    store<u8>(bins + <usize>i, binInBucket(value, bucketOf(value, kind, mapping), first, cuts, depth));
  }
}
