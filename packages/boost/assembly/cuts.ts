import { LARGEST, orderedKey, sortKeys, sortKeysWithWords } from './binning';
import { distinctKeys } from './buckets';

/** A float with low < cut <= high, half-way where the floats allow it. */
function between(low: f32, high: f32): f32 {
  const middle = <f32>(<f64>low / 2 + <f64>high / 2);
  return middle > low && middle <= high ? middle : high;
}

// @ts-ignore: decorator
@inline
function isOpen(values: usize, item: i32): bool {
  const value = load<f32>(values + (<usize>item << 2));
  return value != value;
}

/** Notes an open item that must be resolved: the list begins with its length. */
// @ts-ignore: decorator
@inline
function doubt(unsure: usize, item: i32): void {
  const count = load<i32>(unsure) + 1;
  store<i32>(unsure, count);
  store<i32>(unsure + (<usize>count << 2), item);
}

/**
 * Chooses at most `maxBins - 1` cuts between the distinct values of a column, so that the bins weigh about the
 * same: values that alone weigh more than a bin's share get a bin each (with at most half a bin of lighter values
 * before them), the rest share what is left. A cut lies half-way between two neighbouring values.
 *
 * Items are `count` values (f32, ascending, finite, distinct) and their masses (f64). An open item, whose value is
 * NaN, stands for neighbouring values of which only the mass is known; `grain` is the usual mass of one value in it,
 * infinity if it is likely a single value. Returns the number of `cuts` (f32). They are right only if the list at
 * `unsure` is empty: it holds the open items that must be resolved first.
 */
export function chooseCuts(
  values: usize, masses: usize, count: i32, maxBins: i32, grain: f64, cuts: usize, unsure: usize,
): i32 {
  store<i32>(unsure, 0);
  let made = 0;
  if (count <= maxBins) {
    for (let i = 0; i < count; i++) {
      if (isOpen(values, i)) doubt(unsure, i);
      else if (i > 0) {
        const at = values + (<usize>i << 2);
        store<f32>(cuts + (<usize>made << 2), between(load<f32>(at - 4), load<f32>(at)));
        made++;
      }
    }
    return made;
  }
  let rest: f64 = 0;
  for (let i = 0; i < count; i++) rest += load<f64>(masses + (<usize>i << 3));
  const share = rest / <f64>maxBins;
  let restBins = maxBins;
  for (let i = 0; i < count; i++) {
    const mass = load<f64>(masses + (<usize>i << 3));
    if (mass < share) continue;
    rest -= mass;
    restBins--;
    if (isOpen(values, i)) doubt(unsure, i);
  }
  let target: f64 = restBins > 0 ? rest / <f64>restBins : Infinity;
  let mass: f64 = 0;
  for (let i = 0; i < count && made < maxBins - 1; i++) {
    const open = isOpen(values, i);
    // No cut lies behind the last value; within a last open item one may.
    if (i == count - 1 && !open) break;
    const own = load<f64>(masses + (<usize>i << 3));
    const heavy = own >= share;
    mass += own;
    if (!heavy) rest -= own;
    const nextHeavy = i + 1 < count && load<f64>(masses + (<usize>(i + 1) << 3)) >= share;
    if (!heavy && mass < target && !(nextHeavy && mass >= target / 2)) continue;
    if (open || isOpen(values, i + 1)) {
      for (let near = max(0, i - 1); near <= i + 1 && near < count; near++) {
        if (isOpen(values, near)) doubt(unsure, near);
      }
    }
    const at = values + (<usize>i << 2);
    if (i + 1 < count) store<f32>(cuts + (<usize>made << 2), between(load<f32>(at), load<f32>(at, 4)));
    made++;
    // Within an open item the cut will fall at the value that meets the target: the next are guessed from there.
    mass = open && !heavy && grain < Infinity ? max(0, mass - Math.ceil(target / grain) * grain) : 0;
    if (!heavy) {
      restBins--;
      target = restBins > 0 ? (rest + mass) / <f64>restBins : Infinity;
    }
  }
  return made;
}

/** Adds zeros to distinct values and their masses, in order; returns how many values there are then. */
function addZeros(values: usize, masses: usize, count: i32, mass: f64): i32 {
  let at = 0;
  while (at < count && load<f32>(values + (<usize>at << 2)) < 0) at++;
  const value = values + (<usize>at << 2), own = masses + (<usize>at << 3);
  if (at < count && load<f32>(value) == 0) {
    store<f64>(own, load<f64>(own) + mass);
    return count;
  }
  memory.copy(value + 4, value, <usize>(count - at) << 2);
  memory.copy(own + 8, own, <usize>(count - at) << 3);
  store<f32>(value, 0);
  store<f64>(own, mass);
  return count + 1;
}

/**
 * The cuts of a column by sorting it: returns how many. Beside `count` values (f32) it holds `zeros` more that are 0
 * and weigh `zeroMass` together; `weights` (f32) belong to the values, 0 stands for none. `cuts` has room for 256
 * floats, then the number of missing values (i32) and the largest value (f32, -infinity if there is none). `scratch` has
 * room for 24640 bytes and 24 bytes a value, one more than there are.
 */
export function cutSorted(
  values: usize, weights: usize, count: i32, zeros: i32, zeroMass: f64, maxBins: i32, scratch: usize, cuts: usize,
): i32 {
  const room = <usize>(count + 2) << 2;
  const digits = scratch, masses = digits + 24640, keys = masses + 2 * room, sorted = keys + room;
  const keyWeights = sorted + room, sortedWeights = keyWeights + room;
  let to: usize = 0;
  let largest: f32 = zeros > 0 ? 0 : -Infinity;
  for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
    const value = load<f32>(values + i);
    if (value != value) continue;
    if (value > largest) largest = value;
    store<u32>(keys + to, orderedKey(value));
    if (weights != 0) store<u32>(keyWeights + to, load<u32>(weights + i));
    to += 4;
  }
  const present = <i32>(to >> 2);
  if (weights == 0) sortKeys(keys, sorted, present, digits);
  else sortKeysWithWords(keys, sorted, keyWeights, sortedWeights, present, digits);
  let distinct = distinctKeys(sorted, present, weights == 0 ? 0 : sortedWeights, keys, masses);
  if (zeros > 0) distinct = addZeros(keys, masses, distinct, zeroMass);
  store<i32>(cuts, count - present, 1024);
  store<f32>(cuts, max<f32>(largest, present + zeros > 0 ? -LARGEST : largest), 1028);
  // Nothing is open, so the list stays empty.
  return chooseCuts(keys, masses, distinct, maxBins, 1, cuts, digits);
}
