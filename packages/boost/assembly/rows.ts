/**
 * Splits `count` rows from `first` on into those drawn and those not, each with probability threshold / 2^32, independently;
 * the draw depends on the row's number and the seed alone. Returns how many were drawn.
 */
export function sampleRows(
  first: i32, count: i32, seed: i32, threshold: u32, drawn: usize, others: usize,
): i32 {
  let d = drawn, o = others;
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
  return <i32>((d - drawn) >> 2);
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

/** Copies one column of bins into a row-major block: byte `offset` of each row of `stride` bytes. */
export function gatherBlock(column: usize, count: i32, block: usize, stride: i32, offset: i32): void {
  let to = block + <usize>offset;
  for (let row = 0; row < count; row++) {
    store<u8>(to, load<u8>(column + <usize>row));
    to += <usize>stride;
  }
}
