import { findCategorySplit } from './category';
import { forgetDigits, ownHistogram } from './marginal';
import { findNumericSplit, keepCut, scanCuts } from './numeric';
import { beginSearch, endSearch, fillTable } from './split';

// A node of few rows has a histogram that is nearly empty. To clear, fill, subtract and scan it takes longer than to
// look at the rows, so such nodes have none: one column at a time is summed up, and only bins that occur are tried.

/** Adds the rows of a node to the sums of one storage column. */
function addRows(column: usize, stride: usize, index: usize, count: i32, packed: usize, sums: usize): void {
  let g = packed;
  for (let i = index, end = index + (<usize>count << 2); i < end; i += 4, g += 8) {
    const at = sums + (<usize>load<u8>(column + <usize>load<u32>(i) * stride) << 3);
    store<i64>(at, load<i64>(at) + load<i64>(g));
  }
}

/** The same, with a bit for every bin that occurs. */
function addMarked(
  column: usize, stride: usize, index: usize, count: i32, packed: usize, sums: usize, marks: usize,
): void {
  let g = packed;
  for (let i = index, end = index + (<usize>count << 2); i < end; i += 4, g += 8) {
    const bin = <u32>load<u8>(column + <usize>load<u32>(i) * stride);
    const at = sums + (<usize>bin << 3), mark = marks + (<usize>(bin >> 5) << 2);
    store<i64>(at, load<i64>(at) + load<i64>(g));
    store<u32>(mark, load<u32>(mark) | (<u32>1 << (bin & 31)));
  }
}

/**
 * Moves the sums of the bins that occur to `entries` and their numbers to `numbers`, and clears sums and marks; returns
 * how many there are. Bin 0 is always among them, so that missing rows can be parted from all others.
 */
function takeMarked(sums: usize, marks: usize, entries: usize, numbers: usize): i32 {
  let count: usize = 1;
  store<i64>(entries, load<i64>(sums));
  store<u8>(numbers, 0);
  store<i64>(sums, 0);
  store<u32>(marks, load<u32>(marks) & ~1);
  for (let first: usize = 0; first < 256; first += 64) {
    let left = load<u64>(marks + (first >> 3));
    store<u64>(marks + (first >> 3), 0);
    while (left != 0) {
      const bin = first + <usize>ctz(left);
      left &= left - 1;
      const at = sums + (bin << 3);
      const entry = load<i64>(at);
      store<i64>(at, 0);
      store<i64>(entries + (count << 3), entry);
      store<u8>(numbers + count, <u8>bin);
      // Rows without weight leave their bin empty.
      count += <usize>(entry != 0);
    }
  }
  return <i32>count;
}

/**
 * What `findSplit` does, for a node of at most 256 rows that has no histogram: `index` lists its rows, `packed` holds
 * the gradients of all rows. `own` is memory of 8192 bytes, `scratch` that of `findSplit`.
 */
export function findSplitInRows(
  index: usize, count: i32, packed: usize, slots: usize, list: usize, listCount: i32, settings: usize, record: usize,
  own: usize, scratch: usize,
): void {
  const sum = load<i64>(record);
  const marginal = scratch + 2560;
  const sums = own, marks = own + 2048, entries = own + 2112, numbers = own + 4192, gathered = own + 4480;
  for (let i = 0; i < count; i++) {
    const row = <usize>load<u32>(index + (<usize>i << 2));
    store<i64>(gathered + (<usize>i << 3), load<i64>(packed + (row << 3)));
  }
  memory.fill(sums, 0, 2112);
  beginSearch(settings, record);
  // The storage column whose sums are kept for the columns that share it; 0 if the sums are clear.
  let held: usize = 0;
  for (let i = 0; i < listCount; i++) {
    const slot = list == 0 ? i : load<i32>(list + (<usize>i << 2));
    const at = slots + (<usize>slot << 6);
    const bins = load<i32>(at, 4), flags = load<i32>(at, 8);
    const column = <usize>load<u32>(at, 32), stride = <usize>load<u32>(at, 36);
    if (bins == 0) continue;
    if (flags & 34) {
      if (held != column) {
        memory.fill(sums, 0, 2048);
        addRows(column, stride, index, count, gathered, sums);
        forgetDigits(marginal);
        held = column;
      }
      const base = ownHistogram(sums - <usize>load<i32>(at), at, sum, marginal);
      if (flags & 2) findCategorySplit(base, at, slot, settings, record, scratch);
      else findNumericSplit(base, at, slot, settings, record);
      continue;
    }
    if (held != 0) memory.fill(sums, 0, 2048);
    held = 0;
    addMarked(column, stride, index, count, gathered, sums, marks);
    const missingAt = sums + (<usize>bins << 3);
    let missing: i64 = 0;
    if (flags & 1) {
      missing = load<i64>(missingAt);
      store<i64>(missingAt, 0);
    }
    const taken = takeMarked(sums, marks, entries, numbers);
    // All values left and only missing rows right: also where bins without rows follow the last one with rows.
    const ends = <i32>load<u8>(numbers + <usize>(taken - 1)) < bins - 1 ? 4 : 0;
    const bestAt = scanCuts(entries, taken, flags | ends, missing, settings, record);
    if (bestAt == 0) continue;
    const bin = <i32>load<u8>(numbers + ((bestAt - entries) >> 3));
    keepCut(slot, bin, i32(bestAt & 1), missing, record);
  }
  if (!endSearch(settings, record) || load<i32>(record, 40)) return;
  const at = slots + (<usize>load<i32>(record, 32) << 6);
  memory.fill(sums, 0, 2048);
  addRows(<usize>load<u32>(at, 32), <usize>load<u32>(at, 36), index, count, gathered, sums);
  forgetDigits(marginal);
  fillTable(ownHistogram(sums - <usize>load<i32>(at), at, sum, marginal), at, record);
}
