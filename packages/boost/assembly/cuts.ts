import { LARGEST, orderedKey } from './binning';
import { MARKS, sortBucket, TABLES } from './bucket-sort';

/** The key of 0. */
const ZERO: u32 = 0x80000000;

/** The float of an ordered key. */
// @ts-ignore: decorator
@inline
function valueOf(key: u32): f32 {
  return reinterpret<f32>(key >= 0x80000000 ? key ^ 0x80000000 : ~key);
}

/** A float with low < cut <= high, half-way where the floats allow it. */
function between(low: f32, high: f32): f32 {
  const middle = <f32>(<f64>low / 2 + <f64>high / 2);
  return middle > low && middle <= high ? middle : high;
}

/** Where the run of equal keys that begins at `at` ends. */
// @ts-ignore: decorator
@inline
function runEnd(keys: usize, at: i32, end: i32): i32 {
  const key = load<u32>(keys + (<usize>at << 2));
  let next = at + 1;
  while (next < end && load<u32>(keys + (<usize>next << 2)) == key) next++;
  return next;
}

/** What a run of equal keys weighs; `zeros` is added to that of the key of 0. */
function runMass(keys: usize, weights: usize, at: i32, end: i32, zeros: f64): f64 {
  let mass: f64 = load<u32>(keys + (<usize>at << 2)) == ZERO ? zeros : 0;
  if (weights == 0) return mass + <f64>(end - at);
  for (let i = at; i < end; i++) mass += <f64>load<f32>(weights + (<usize>i << 2));
  return mass;
}

/** The first bucket from `bucket` on that is not empty, or `count`. */
// @ts-ignore: decorator
@inline
function nextBucket(starts: usize, bucket: i32, count: i32): i32 {
  while (bucket < count && load<u32>(starts + (<usize>bucket << 2)) == load<u32>(starts + (<usize>bucket << 2), 4)) {
    bucket++;
  }
  return bucket;
}

/** The cuts between all different keys, if these are at most `maxBins`; otherwise -1. */
function cutAll(
  keys: usize, weights: usize, starts: usize, buckets: i32, maxBins: i32, scratch: usize, cuts: usize,
): i32 {
  let made = -1;
  let last: f32 = 0;
  for (let b = nextBucket(starts, 0, buckets); b < buckets; b = nextBucket(starts, b + 1, buckets)) {
    const begin = load<i32>(starts + (<usize>b << 2)), end = load<i32>(starts + (<usize>b << 2), 4);
    sortBucket(keys, weights, begin, end, scratch, <usize>b);
    for (let at = begin; at < end; at = runEnd(keys, at, end)) {
      if (made + 1 == maxBins) return -1;
      const value = valueOf(load<u32>(keys + (<usize>at << 2)));
      if (made >= 0) store<f32>(cuts + (<usize>made << 2), between(last, value));
      last = value;
      made++;
    }
  }
  return max(0, made);
}

/**
 * Chooses at most `maxBins - 1` cuts between the distinct values of a column, so that the bins weigh about the
 * same: values that alone weigh more than a bin's share get a bin each (with at most half a bin of lighter values
 * before them), the rest share what is left. A cut lies half-way between two neighbouring values.
 *
 * The values lie in `buckets` buckets, in order from bucket to bucket and in any order within one: bucket b has the
 * ordered `keys` from starts[b] to starts[b + 1] (u32), their `weights` (f32; 0 for none), and weighs masses[b] (f64).
 * Only buckets in or beside which a cut falls are sorted. `zeros` is the weight of zeros that are not among the keys;
 * if there are any, one key is 0. `scratch` is that of `sortBucket`, whose marks are cleared here. Returns the number of
 * `cuts` (f32).
 */
export function cutBuckets(
  keys: usize, weights: usize, starts: usize, masses: usize, buckets: i32, maxBins: i32, zeros: f64,
  scratch: usize, cuts: usize,
): i32 {
  memory.fill(scratch, 0, <usize>buckets);
  let filled = 0;
  let rest: f64 = 0;
  for (let b = nextBucket(starts, 0, buckets); b < buckets; b = nextBucket(starts, b + 1, buckets)) {
    filled++;
    rest += load<f64>(masses + (<usize>b << 3));
  }
  if (filled <= maxBins) {
    const all = cutAll(keys, weights, starts, buckets, maxBins, scratch, cuts);
    if (all >= 0) return all;
  }
  const share = rest / <f64>maxBins;
  let restBins = maxBins;
  for (let b = nextBucket(starts, 0, buckets); b < buckets; b = nextBucket(starts, b + 1, buckets)) {
    if (load<f64>(masses + (<usize>b << 3)) < share) continue;
    const begin = load<i32>(starts + (<usize>b << 2)), end = load<i32>(starts + (<usize>b << 2), 4);
    sortBucket(keys, weights, begin, end, scratch, <usize>b);
    for (let at = begin, next = at; at < end; at = next) {
      next = runEnd(keys, at, end);
      const mass = runMass(keys, weights, at, next, zeros);
      if (mass < share) continue;
      rest -= mass;
      restBins--;
    }
  }
  let target: f64 = restBins > 0 ? rest / <f64>restBins : Infinity;
  let mass: f64 = 0;
  let made = 0;
  let pending = false;
  let last: f32 = 0;
  let following = 0;
  for (let b = nextBucket(starts, 0, buckets); b < buckets && made < maxBins - 1; b = following) {
    following = nextBucket(starts, b + 1, buckets);
    let heavyFollows = false;
    if (following < buckets && load<f64>(masses + (<usize>following << 3)) >= share) {
      const at = load<i32>(starts + (<usize>following << 2)), stop = load<i32>(starts + (<usize>following << 2), 4);
      heavyFollows = runMass(keys, weights, at, runEnd(keys, at, stop), zeros) >= share;
    }
    const whole = load<f64>(masses + (<usize>b << 3));
    if (!pending && whole < share) {
      const after = mass + whole;
      if (after < target && !(heavyFollows && after >= target / 2)) {
        mass = after;
        rest -= whole;
        continue;
      }
    }
    const begin = load<i32>(starts + (<usize>b << 2)), end = load<i32>(starts + (<usize>b << 2), 4);
    sortBucket(keys, weights, begin, end, scratch, <usize>b);
    let next = runEnd(keys, begin, end);
    let own = runMass(keys, weights, begin, next, zeros);
    for (let at = begin; at < end; ) {
      const value = valueOf(load<u32>(keys + (<usize>at << 2)));
      if (pending) {
        store<f32>(cuts + (<usize>made << 2), between(last, value));
        pending = false;
        made++;
        if (made == maxBins - 1) return made;
      }
      const heavy = own >= share;
      mass += own;
      if (!heavy) rest -= own;
      at = next;
      let nextHeavy = heavyFollows;
      if (at < end) {
        next = runEnd(keys, at, end);
        own = runMass(keys, weights, at, next, zeros);
        nextHeavy = own >= share;
      }
      if (!heavy && mass < target && !(nextHeavy && mass >= target / 2)) continue;
      pending = true;
      last = value;
      mass = 0;
      if (!heavy) {
        restBins--;
        target = restBins > 0 ? rest / <f64>restBins : Infinity;
      }
    }
  }
  return made;
}

/**
 * The cuts of a column by sorting it: returns how many. Beside `count` values (f32) it holds `zeros` more that are 0
 * and weigh `zeroMass` together; `weights` (f32) belong to the values, 0 stands for none. `cuts` has room for 256
 * floats, then the number of missing values (i32) and the largest value (f32, -infinity if there is none). `scratch` has
 * room for 41088 bytes and 16 bytes a value, for two more than there are.
 */
export function cutSorted(
  values: usize, weights: usize, count: i32, zeros: i32, zeroMass: f64, maxBins: i32, scratch: usize, cuts: usize,
): i32 {
  const room = <usize>(count + 2) << 2;
  const starts = scratch, mass = scratch + 8, marks = scratch + 64, keys = marks + MARKS + TABLES + 2 * room;
  const keyWeights = weights == 0 ? 0 : keys + room;
  let to: usize = 0;
  let largest: f32 = -Infinity;
  let total: f64 = 0;
  for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
    const value = load<f32>(values + i);
    if (value != value) continue;
    if (value > largest) largest = value;
    store<u32>(keys + to, orderedKey(value));
    if (weights != 0) {
      const weight = load<f32>(weights + i);
      store<f32>(keyWeights + to, weight);
      total += <f64>weight;
    }
    to += 4;
  }
  let present = <i32>(to >> 2);
  store<i32>(cuts, count - present, 1024);
  if (present > 0) largest = max<f32>(largest, -LARGEST);
  if (weights == 0) total = <f64>present;
  if (zeros > 0) {
    largest = max<f32>(largest, 0);
    store<u32>(keys + to, ZERO);
    if (weights != 0) store<f32>(keyWeights + to, 0);
    present++;
    total += zeroMass;
  }
  store<f32>(cuts, largest, 1028);
  store<i32>(starts, 0);
  store<i32>(starts, present, 4);
  store<f64>(mass, total);
  // Without weights the added key counts as one zero.
  const more = zeros == 0 ? 0 : weights == 0 ? zeroMass - 1 : zeroMass;
  return cutBuckets(keys, keyWeights, starts, mass, 1, maxBins, more, marks, cuts);
}
