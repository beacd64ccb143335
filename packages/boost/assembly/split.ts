import { findCategorySplit } from './category';
import { forgetDigits, ownHistogram } from './marginal';
import { boundedScore, boundedWeight } from './monotone';
import { findNumericSplit, score } from './numeric';

/**
 * Settings of the search, as f64, in units of the quantised sums: 0 lambda, 8 alpha, 16 max_delta_step (0 none),
 * 24 least hessian of a child, 32 columns with fewer categories than this are split one against the rest,
 * 40 most categories in a set, 48 cat_smooth, 56 cat_l2, 64 least hessian of a category in a sorted split,
 * 72 not 0 if any column is under a monotone constraint.
 *
 * A slot is sixteen i32: offset in bytes of its storage column's histogram, number of value bins, flags (1 has a bin
 * for missing values, 2 categorical, 4 all values may go left with only the missing ones right, 8 predictions may
 * only rise with the column, 16 only fall, 32 shares the storage column with others), feature, four for the place in
 * the storage column as `marginal.ts` reads it, and where that column's byte of the first row lies and how far that of
 * the next one is away, as `few.ts` reads it.
 *
 * A record is: 0 node sum (i64, given), 8 left sum, 16 right sum (i64), 24 gain (f64), 32 slot (-1 none),
 * 36 last bin on the left (numeric), 40 1 if categorical, 44 1 if missing goes left, 48 best score as a fraction
 * (two f64), 64 table of 256 bytes: 1 where the bin goes left, 320 and 328 least and greatest weight of the node's
 * leaves (f64, given if any column is constrained), 336 and 344 then the weights of the left and right side. A `list` of 0 stands for all slots.
 */
export function findSplit(
  histogram: usize, slots: usize, list: usize, listCount: i32, settings: usize, record: usize, scratch: usize,
): void {
  const sum = load<i64>(record);
  const marginal = scratch + 2560;
  beginSearch(settings, record);
  forgetDigits(marginal);
  for (let i = 0; i < listCount; i++) {
    const slot = list == 0 ? i : load<i32>(list + (<usize>i << 2));
    const at = slots + (<usize>slot << 6);
    const base = ownHistogram(histogram, at, sum, marginal);
    if (load<i32>(at, 8) & 2) findCategorySplit(base, at, slot, settings, record, scratch);
    else findNumericSplit(base, at, slot, settings, record);
  }
  if (!endSearch(settings, record)) return;
  const at = slots + (<usize>load<i32>(record, 32) << 6);
  if (!load<i32>(record, 40)) fillTable(ownHistogram(histogram, at, sum, marginal), at, record);
}

/** Score of a node that is not split. */
function scoreUnsplit(settings: usize, record: usize): f64 {
  const sum = load<i64>(record);
  const g = <f64>(sum >> 32), h = <f64>(sum & 0xffffffff), lambda = load<f64>(settings);
  return load<f64>(settings, 72) != 0
    ? boundedScore(g, h, lambda, settings, record)
    : score(g, h, lambda, settings);
}

/** Makes a record ready for a search: a split must be better than none. */
export function beginSearch(settings: usize, record: usize): void {
  store<f64>(record, scoreUnsplit(settings, record), 48);
  store<f64>(record, 1, 56);
  store<i32>(record, -1, 32);
  store<f64>(record, 0, 24);
}

/** Writes gain, right sum and weights of the best split, except for the table; false if there is no split. */
export function endSearch(settings: usize, record: usize): bool {
  if (load<i32>(record, 32) < 0) return false;
  const sum = load<i64>(record), lambda = load<f64>(settings);
  const gain = load<f64>(record, 48) / load<f64>(record, 56) - scoreUnsplit(settings, record);
  store<f64>(record, gain, 24);
  store<i64>(record, sum - load<i64>(record, 8), 16);
  if (load<f64>(settings, 72) != 0) {
    for (let side: usize = 0; side < 2; side++) {
      const part = load<i64>(record + (side << 3), 8);
      const weight = boundedWeight(<f64>(part >> 32), <f64>(part & 0xffffffff), lambda, settings, record);
      store<f64>(record + (side << 3), weight, 336);
    }
  }
  return true;
}

/**
 * Moves the cut to the middle of the run of bins that are empty in this node, as an exact search would take the
 * middle between two values, and writes the table.
 */
export function fillTable(base: usize, slot: usize, record: usize): void {
  const bins = load<i32>(slot, 4), flags = load<i32>(slot, 8);
  let bin = load<i32>(record, 36);
  let next = bin + 1;
  while (next < bins && load<i64>(base + (<usize>next << 3)) == 0) next++;
  if (next < bins) bin = (bin + next - 1) >> 1;
  else if (flags & 4) bin = bins - 1;
  store<i32>(record, bin, 36);
  const table = record + 64;
  memory.fill(table, 1, <usize>bin + 1);
  memory.fill(table + <usize>bin + 1, 0, <usize>(255 - bin));
  store<u8>(table + <usize>bins, load<i32>(record, 44));
}
