/**
 * Splits rows 0..count-1 into those drawn and those not, each with probability threshold / 2^32, independently;
 * the draw depends on the row's number and the seed alone. Returns how many were drawn.
 */
export function sampleRows(count: i32, seed: i32, threshold: u32, drawn: usize, others: usize): i32 {
  let d = drawn, o = others;
  for (let row = 0; row < count; row++) {
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

/** Copies one column of bins into a row-major block: byte `offset` of each row of `stride` bytes. */
export function gatherBlock(column: usize, count: i32, block: usize, stride: i32, offset: i32): void {
  let to = block + <usize>offset;
  for (let row = 0; row < count; row++) {
    store<u8>(to, load<u8>(column + <usize>row));
    to += <usize>stride;
  }
}
