import { boundedScore } from './monotone';
import { score } from './numeric';

/** Tries the set of categories on the right whose sum is `right`; missing rows go with it or against it. */
function tryRight(
  right: i64, missing: i64, sum: i64, lambda: f64, settings: usize, record: usize, slot: i32,
): bool {
  let found = false;
  for (let missingRight = 0; missingRight < 2; missingRight++) {
    if (missingRight && missing == 0) break;
    const r = missingRight ? right + missing : right;
    const l = sum - r;
    const hl = <f64>(l & 0xffffffff), hr = <f64>(r & 0xffffffff);
    const least = load<f64>(settings, 24);
    if (hl < least || hr < least) continue;
    const gl = <f64>(l >> 32), gr = <f64>(r >> 32);
    const value = load<f64>(settings, 72) != 0
      ? boundedScore(gl, hl, lambda, settings, record) + boundedScore(gr, hr, lambda, settings, record)
      : score(gl, hl, lambda, settings) + score(gr, hr, lambda, settings);
    if (!(value * load<f64>(record, 56) > load<f64>(record, 48))) continue;
    store<f64>(record, value, 48);
    store<f64>(record, 1, 56);
    store<i64>(record, l, 8);
    store<i32>(record, slot, 32);
    store<i32>(record, 0, 36);
    store<i32>(record, 1, 40);
    store<i32>(record, missing == 0 ? i32(hl >= hr) : 1 - missingRight, 44);
    found = true;
  }
  return found;
}

/** Left for every bin but those listed, which are `count` bytes at `set`. */
function fillTable(record: usize, set: usize, count: i32, missingBin: i32): void {
  memory.fill(record + 64, 1, 256);
  for (let i = 0; i < count; i++) store<u8>(record + 64 + <usize>load<u8>(set + <usize>i), 0);
  if (missingBin < 256) store<u8>(record + 64 + <usize>missingBin, load<i32>(record, 44));
}

/**
 * Tries the splits of one categorical column. Few categories: each against the rest. Otherwise the categories
 * present are sorted by G / (H + lambda + cat_smooth), and prefixes and suffixes of that order are tried (W. D. Fisher
 * 1958: the best partition is among them). The lighter side is listed and goes right, so that categories which this
 * node has not seen go with the majority. `base` is the column's histogram, `scratch` holds 256 f64 and 256 bytes.
 */
export function findCategorySplit(
  base: usize, at: usize, slot: i32, settings: usize, record: usize, scratch: usize,
): void {
  const bins = load<i32>(at, 4), flags = load<i32>(at, 8);
  const sum = load<i64>(record);
  const lambda = load<f64>(settings);
  const missing = flags & 1 ? load<i64>(base + (<usize>bins << 3)) : 0;
  const order = scratch + 2048;
  if (<f64>bins < load<f64>(settings, 32)) {
    for (let bin = 0; bin < bins; bin++) {
      const entry = load<i64>(base + (<usize>bin << 3));
      if (entry == 0) continue;
      if (!tryRight(entry, missing, sum, lambda, settings, record, slot)) continue;
      store<u8>(order, bin);
      fillTable(record, order, 1, bins);
    }
    return;
  }
  const smooth = load<f64>(settings, 48), least = load<f64>(settings, 64);
  let count = 0;
  for (let bin = 0; bin < bins; bin++) {
    const entry = load<i64>(base + (<usize>bin << 3));
    const h = <f64>(entry & 0xffffffff);
    if (entry == 0 || h < least) continue;
    const denominator = h + lambda + smooth;
    const key = denominator <= 0 ? 0 : <f64>(entry >> 32) / denominator;
    let to = count;
    while (to > 0 && load<f64>(scratch + (<usize>(to - 1) << 3)) > key) {
      store<f64>(scratch + (<usize>to << 3), load<f64>(scratch + (<usize>(to - 1) << 3)));
      store<u8>(order + <usize>to, load<u8>(order + <usize>(to - 1)));
      to--;
    }
    store<f64>(scratch + (<usize>to << 3), key);
    store<u8>(order + <usize>to, bin);
    count++;
  }
  const penalty = lambda + load<f64>(settings, 56);
  let sorted: i64 = 0;
  for (let i = 0; i < count; i++) sorted += load<i64>(base + (<usize>load<u8>(order + <usize>i) << 3));
  const present = (sum - missing) & 0xffffffff;
  const limit = min(count, <i32>load<f64>(settings, 40));
  for (let backwards = 0; backwards < 2; backwards++) {
    let part: i64 = 0;
    for (let n = 1; n <= limit; n++) {
      const bin = load<u8>(order + <usize>(backwards ? count - n : n - 1));
      part += load<i64>(base + (<usize>bin << 3));
      // The lighter side is the one that is listed.
      const rest = (part & 0xffffffff) << 1 > present;
      const listed = rest ? count - n : n;
      if (listed == 0) break;
      if (!tryRight(rest ? sorted - part : part, missing, sum, penalty, settings, record, slot)) continue;
      const atEnd = rest != (backwards == 1);
      fillTable(record, atEnd ? order + <usize>(count - listed) : order, listed, bins);
    }
  }
}
