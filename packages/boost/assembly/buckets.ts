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

/** Writes a value's key at `to`; returns the bytes by which the cursor moves: 4 if it is wanted, 0 if not. */
// @ts-ignore: decorator
@inline
function gatherOne(value: f32, bucket: usize, flags: usize, usual: usize, to: usize): usize {
  const finite = max<f32>(min<f32>(value, LARGEST), -LARGEST);
  store<u32>(to, orderedKey(value));
  return (<usize>load<u8>(flags + bucket) & <usize>(finite != load<f32>(usual + (bucket << 2)))) << 2;
}

/**
 * Ordered keys of the values whose bucket has a 1 in `flags` (one byte a bucket) and which differ from the
 * bucket's usual value in `usual` (f32, NaN for none); returns how many. No branch on the data: every value is
 * written, and the cursor moves if it is wanted.
 */
export function gatherBuckets(
  values: usize, count: i32, mapping: usize, flags: usize, usual: usize, keys: usize,
): i32 {
  const kind = load<i32>(mapping);
  let at = values, to = keys;
  const end = values + (<usize>count << 2);
  for (; at + 16 <= end; at += 16) {
    const four = v128.load(at);
    const bucket = bucketsOf4(four, kind, mapping);
    to += gatherOne(f32x4.extract_lane(four, 0), <usize>i32x4.extract_lane(bucket, 0), flags, usual, to);
    to += gatherOne(f32x4.extract_lane(four, 1), <usize>i32x4.extract_lane(bucket, 1), flags, usual, to);
    to += gatherOne(f32x4.extract_lane(four, 2), <usize>i32x4.extract_lane(bucket, 2), flags, usual, to);
    to += gatherOne(f32x4.extract_lane(four, 3), <usize>i32x4.extract_lane(bucket, 3), flags, usual, to);
  }
  for (; at < end; at += 4) {
    const value = load<f32>(at);
    to += gatherOne(value, <usize>bucketOf(value, kind, mapping), flags, usual, to);
  }
  return <i32>((to - keys) >> 2);
}

/** The same with the weights of the values; the weight of the usual values is added to `usualMasses` (f64). */
export function gatherWeighted(
  values: usize, weights: usize, count: i32, mapping: usize, flags: usize, usual: usize, usualMasses: usize,
  keys: usize, keyWeights: usize,
): i32 {
  const kind = load<i32>(mapping);
  let to: usize = 0;
  for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
    const value = load<f32>(values + i), weight = load<f32>(weights + i);
    const bucket = <usize>bucketOf(value, kind, mapping);
    if (!load<u8>(flags + bucket)) continue;
    store<f32>(keyWeights + to, weight);
    const moved = gatherOne(value, bucket, flags, usual, keys + to);
    to += moved;
    if (moved != 0) continue;
    const at = usualMasses + (bucket << 3);
    store<f64>(at, load<f64>(at) + <f64>weight);
  }
  return <i32>(to >> 2);
}

/**
 * The different ones among sorted keys, as floats, and how often each occurs or, with `weights`, what they weigh
 * together (f64); returns how many there are.
 */
export function distinctKeys(keys: usize, count: i32, weights: usize, values: usize, masses: usize): i32 {
  if (count == 0) return 0;
  let found: usize = 0;
  let last = load<u32>(keys);
  let mass: f64 = 0;
  for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
    const key = load<u32>(keys + i);
    if (key != last) {
      store<u32>(values + (found << 2), last >= 0x80000000 ? last ^ 0x80000000 : ~last);
      store<f64>(masses + (found << 3), mass);
      found++;
      last = key;
      mass = 0;
    }
    mass += weights == 0 ? 1 : <f64>load<f32>(weights + i);
  }
  store<u32>(values + (found << 2), last >= 0x80000000 ? last ^ 0x80000000 : ~last);
  store<f64>(masses + (found << 3), mass);
  return <i32>found + 1;
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
