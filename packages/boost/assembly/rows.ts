/**
 * Splits `count` rows from `first` on into those drawn and those not, each with probability threshold / 2^32, independently;
 * the draw depends on the row's number and the seed alone. All end in `scratch`, those not drawn first; `index` is as
 * much memory for the meantime. Returns how many were drawn.
 */
export function sampleRows(
  first: i32, count: i32, seed: i32, threshold: u32, index: usize, scratch: usize,
): i32 {
  let d = index, o = scratch;
  for (let row = first, end = first + count; row < end; row++) {
    let x = <u32>row * 0x9e3779b1 + <u32>seed;
    x ^= x >> 16;
    x *= 0x7feb352d;
    x ^= x >> 15;
    x *= 0x846ca68b;
    x ^= x >> 16;
    const take = <usize>(x < threshold);
    store<u32>(d, row);
    store<u32>(o, row);
    d += take << 2;
    o += (1 - take) << 2;
  }
  memory.copy(o, index, d - index);
  return <i32>((d - index) >> 2);
}

/** Writes first, first + 1, … as u32. */
export function fillSequence(words: usize, count: i32, first: u32): void {
  for (let i = 0; i < count; i++) store<u32>(words + (<usize>i << 2), first + i);
}

/** Fills bytes with 0. */
export function clearBytes(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** Copies bytes; the two places may overlap. */
export function copyBytes(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}

/**
 * Lays columns of bytes side by side: byte j of each row of `stride` bytes is from column j, and columns are
 * `distance` bytes apart, a multiple of four. Rows have room for a multiple of four columns, all of them readable.
 */
export function interleave(columns: usize, distance: usize, width: i32, count: i32, rows: usize, stride: usize): void {
  for (let j: usize = 0; j < <usize>width; j += 4) {
    const a = columns + j * distance, b = a + distance, c = b + distance, d = c + distance;
    let to = rows + j;
    for (let row: usize = 0; row < <usize>count; row++) {
      store<u32>(
        to,
        <u32>load<u8>(a + row) | <u32>load<u8>(b + row) << 8 | <u32>load<u8>(c + row) << 16 | <u32>load<u8>(d + row) << 24,
      );
      to += stride;
    }
  }
}

/** Takes the bytes at `from`, `from + stride`, … one behind another. */
export function takeColumn(from: usize, stride: usize, count: i32, to: usize): void {
  for (let i: usize = 0; i < <usize>count; i++, from += stride) store<u8>(to + i, load<u8>(from));
}
