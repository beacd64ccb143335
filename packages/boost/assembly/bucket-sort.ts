import { sortKeys, sortKeysWithWords } from './binning';

/** Below this many keys, sorting by insertion at shrinking distances beats counting digits. */
const FEW: i32 = 512;
/** Bytes for marks of buckets, one each, and for the tables of the radix sort. */
export const MARKS: usize = 16448;
export const TABLES: usize = 24576;

/** Sorts few keys, and their words if there are any (Shell 1959, with the gaps of Ciura 2001). */
function sortFew(keys: usize, words: usize, count: i32): void {
  let gap = count > 301 ? 301 : count > 132 ? 132 : count > 57 ? 57 : count > 23 ? 23 : count > 10 ? 10 : count > 4 ? 4 : 1;
  for (;;) {
    for (let i = gap; i < count; i++) {
      const key = load<u32>(keys + (<usize>i << 2));
      const word = words == 0 ? 0 : load<u32>(words + (<usize>i << 2));
      let to = i;
      while (to >= gap) {
        const before = load<u32>(keys + (<usize>(to - gap) << 2));
        if (before <= key) break;
        store<u32>(keys + (<usize>to << 2), before);
        if (words != 0) store<u32>(words + (<usize>to << 2), load<u32>(words + (<usize>(to - gap) << 2)));
        to -= gap;
      }
      store<u32>(keys + (<usize>to << 2), key);
      if (words != 0) store<u32>(words + (<usize>to << 2), word);
    }
    if (gap == 1) return;
    gap = gap == 301 ? 132 : gap == 132 ? 57 : gap == 57 ? 23 : gap == 23 ? 10 : gap == 10 ? 4 : 1;
  }
}

function sortSome(keys: usize, words: usize, count: i32, digits: usize, keyRoom: usize, wordRoom: usize): void {
  if (count < FEW) return sortFew(keys, words, count);
  const bytes = <usize>count << 2;
  if (words == 0) sortKeys(keys, keyRoom, count, digits);
  else {
    sortKeysWithWords(keys, keyRoom, words, wordRoom, count, digits);
    memory.copy(words, wordRoom, bytes);
  }
  memory.copy(keys, keyRoom, bytes);
}

function isSorted(keys: usize, count: i32): bool {
  for (let at = keys + 4, end = keys + (<usize>count << 2); at < end; at += 4) {
    if (load<u32>(at - 4) > load<u32>(at)) return false;
  }
  return true;
}

/** Puts the keys that equal `usual` between the smaller and the larger ones; returns how many are smaller. */
function partUsual(keys: usize, count: i32, usual: u32, equal: i32, room: usize): i32 {
  let smaller = keys, larger = room;
  for (let at = keys, end = keys + (<usize>count << 2); at < end; at += 4) {
    const key = load<u32>(at);
    store<u32>(larger, key);
    larger += <usize>(key > usual) << 2;
    store<u32>(smaller, key);
    smaller += <usize>(key < usual) << 2;
  }
  const few = <i32>((smaller - keys) >> 2);
  for (let i = 0; i < equal; i++) store<u32>(smaller + (<usize>i << 2), usual);
  memory.copy(smaller + (<usize>equal << 2), room, larger - room);
  return few;
}

/**
 * Sorts the keys `begin` to `end - 1` and their weights, unless the mark of their bucket says that they are.
 * `scratch` holds the marks, tables, and room for as many keys and weights as there are in the column.
 */
export function sortBucket(keys: usize, weights: usize, begin: i32, end: i32, scratch: usize, bucket: usize): void {
  if (load<u8>(scratch + bucket)) return;
  store<u8>(scratch + bucket, 1);
  const count = end - begin;
  const own = keys + (<usize>begin << 2);
  if (isSorted(own, count)) return;
  const words = weights == 0 ? 0 : weights + (<usize>begin << 2);
  const digits = scratch + MARKS, keyRoom = digits + TABLES, wordRoom = keyRoom + (<usize>count << 2);
  if (weights == 0 && count >= FEW) {
    const usual = load<u32>(own + (<usize>(count >> 1) << 2));
    let equal = 0;
    for (let at = own, stop = own + (<usize>count << 2); at < stop; at += 4) equal += i32(load<u32>(at) == usual);
    if (equal > count >> 1) {
      const smaller = partUsual(own, count, usual, equal, keyRoom);
      sortSome(own, 0, smaller, digits, keyRoom, 0);
      const rest = own + (<usize>(smaller + equal) << 2);
      sortSome(rest, 0, count - smaller - equal, digits, keyRoom, 0);
      return;
    }
  }
  sortSome(own, words, count, digits, keyRoom, wordRoom);
}
