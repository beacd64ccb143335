/** Values beyond the finite floats are treated as the largest finite ones, so that every cut is finite. */
export const LARGEST: f32 = 3.4028234663852886e38;

/** An unsigned integer that orders like the float; -0 and 0 are one. */
// @ts-ignore: decorator
@inline
export function orderedKey(value: f32): u32 {
  const bits = reinterpret<u32>(max<f32>(min<f32>(value, LARGEST), -LARGEST) + 0);
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** Counts of the three digits of 11, 11 and 10 bits: three tables of 2048 u32, made into start positions. */
function countDigits(keys: usize, count: i32, counts: usize): void {
  memory.fill(counts, 0, 3 * 8192);
  for (let at = keys, end = keys + (<usize>count << 2); at < end; at += 4) {
    const key = load<u32>(at);
    const a = counts + (<usize>(key & 2047) << 2);
    const b = counts + 8192 + (<usize>((key >> 11) & 2047) << 2);
    const c = counts + 16384 + (<usize>(key >> 22) << 2);
    store<u32>(a, load<u32>(a) + 1);
    store<u32>(b, load<u32>(b) + 1);
    store<u32>(c, load<u32>(c) + 1);
  }
  for (let digit: usize = 0; digit < 3; digit++) {
    let position: u32 = 0;
    for (let at = counts + digit * 8192, end = at + 8192; at < end; at += 4) {
      const n = load<u32>(at);
      store<u32>(at, position);
      position += n;
    }
  }
}

/** Radix sort of u32 keys, ascending; the result is in `scratch`. `counts` has room for 6144 u32. */
export function sortKeys(keys: usize, scratch: usize, count: i32, counts: usize): void {
  countDigits(keys, count, counts);
  let from = keys, to = scratch;
  for (let digit: u32 = 0; digit < 3; digit++) {
    const table = counts + <usize>digit * 8192, shift = digit * 11;
    for (let at = from, end = from + (<usize>count << 2); at < end; at += 4) {
      const key = load<u32>(at);
      const slot = table + (<usize>((key >> shift) & 2047) << 2);
      const position = load<u32>(slot);
      store<u32>(slot, position + 1);
      store<u32>(to + (<usize>position << 2), key);
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
}

/** The same, carrying a word along with each key; results are in `scratch` and `wordScratch`. Stable. */
export function sortKeysWithWords(
  keys: usize, scratch: usize, words: usize, wordScratch: usize, count: i32, counts: usize,
): void {
  countDigits(keys, count, counts);
  let from = keys, to = scratch, wordFrom = words, wordTo = wordScratch;
  for (let digit: u32 = 0; digit < 3; digit++) {
    const table = counts + <usize>digit * 8192, shift = digit * 11;
    for (let i: usize = 0, end = <usize>count << 2; i < end; i += 4) {
      const key = load<u32>(from + i);
      const slot = table + (<usize>((key >> shift) & 2047) << 2);
      const position = load<u32>(slot);
      store<u32>(slot, position + 1);
      store<u32>(to + (<usize>position << 2), key);
      store<u32>(wordTo + (<usize>position << 2), load<u32>(wordFrom + i));
    }
    const swapped = from;
    from = to;
    to = swapped;
    const swappedWords = wordFrom;
    wordFrom = wordTo;
    wordTo = swappedWords;
  }
}

/**
 * The bin of every value: the number of cuts that are not above it, or `missing` for NaN. `cuts` holds
 * 2^steps - 1 ascending floats, padded with infinity.
 */
export function assignBins(values: usize, count: i32, cuts: usize, steps: i32, missing: i32, bins: usize): void {
  const first = <usize>1 << (steps - 1);
  for (let i = 0; i < count; i++) {
    const raw = load<f32>(values + (<usize>i << 2));
    const value = min<f32>(raw, LARGEST);
    let position: usize = 0;
    if (steps > 0) {
      for (let step = first; step > 0; step >>= 1) {
        const next = position + step;
        position = load<f32>(cuts + (next << 2) - 4) <= value ? next : position;
      }
    }
    store<u8>(bins + <usize>i, raw != raw ? missing : <i32>position);
  }
}
