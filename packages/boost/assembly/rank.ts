/**
 * How many of a table's ascending values are not above each of four floats, as one byte each; 0 for NaN.
 *
 * A table: the least value (f32), a scale (f32), the last bucket (f32), steps (i32), the number of values (i32), where
 * they begin (i32, from the table); from byte 32 on one byte a bucket: how many values lie in the buckets before. The
 * bucket of x is (x - least) * scale, cut to the range; it never falls as x grows, so a search among the values of
 * x's own bucket, in `steps` halvings, finds its rank. After the values stand 2^(steps - 1) NaN.
 */
// @ts-ignore: decorator
@inline
function ranksOf(x: v128, table: usize): u32 {
  const least = v128.load32_splat(table), scale = v128.load32_splat(table, 4);
  const scaled = f32x4.mul(f32x4.sub(x, least), scale);
  const bounded = f32x4.pmin(f32x4.pmax(scaled, f32x4.splat(0)), v128.load32_splat(table, 8));
  const bucket = i32x4.trunc_sat_f32x4_s(v128.and(bounded, f32x4.eq(bounded, bounded)));
  const starts = table + 32, values = table + <usize>load<i32>(table, 20);
  let a = <usize>load<u8>(starts + <usize>i32x4.extract_lane(bucket, 0));
  let b = <usize>load<u8>(starts + <usize>i32x4.extract_lane(bucket, 1));
  let c = <usize>load<u8>(starts + <usize>i32x4.extract_lane(bucket, 2));
  let d = <usize>load<u8>(starts + <usize>i32x4.extract_lane(bucket, 3));
  for (let step = <usize>load<i32>(table, 12); step > 0; step--) {
    const shift = step - 1;
    const at = values + (<usize>1 << (step + 1)) - 4;
    a += <usize>(f32x4.extract_lane(x, 0) >= load<f32>(at + (a << 2))) << shift;
    b += <usize>(f32x4.extract_lane(x, 1) >= load<f32>(at + (b << 2))) << shift;
    c += <usize>(f32x4.extract_lane(x, 2) >= load<f32>(at + (c << 2))) << shift;
    d += <usize>(f32x4.extract_lane(x, 3) >= load<f32>(at + (d << 2))) << shift;
  }
  return <u32>a | (<u32>b << 8) | (<u32>c << 16) | (<u32>d << 24);
}

/** A byte of -1 for each lane of a mask of four. */
// @ts-ignore: decorator
@inline
function narrow(mask: v128): u32 {
  const halves = i16x8.narrow_i32x4_s(mask, mask);
  return i32x4.extract_lane(i8x16.narrow_i16x8_s(halves, halves), 0);
}

/**
 * The ranks of a column of floats among the thresholds of a table, less 128: a split at threshold number k sends a
 * row right if its rank exceeds k. Missing values get the least rank in `low` and the greatest in `high`, for
 * splits that send them left and right. `count` is padded to a multiple of four.
 */
export function rankColumn(values: usize, count: i32, table: usize, low: usize, high: usize): void {
  const greatest = <u32>load<i32>(table, 16) * 0x01010101;
  for (let i: usize = 0; i < <usize>count; i += 4) {
    const x = v128.load(values + (i << 2));
    const ranks = ranksOf(x, table);
    store<u32>(low + i, ranks ^ 0x80808080);
    store<u32>(high + i, (ranks | (greatest & narrow(f32x4.ne(x, x)))) ^ 0x80808080);
  }
}

/**
 * The classes of a column of categories: 0 for codes that the table does not list, 1 for missing values, else 2 and
 * up. A class c is stored as c / 8 in `bytes` and as the bit 1 << c % 8 in `bits`.
 */
export function classColumn(values: usize, count: i32, table: usize, bytes: usize, bits: usize): void {
  const codes = table + <usize>load<i32>(table, 20) - 4;
  for (let i: usize = 0; i < <usize>count; i += 4) {
    const x = f32x4.trunc(v128.load(values + (i << 2)));
    const ranks = ranksOf(x, table);
    for (let lane: usize = 0; lane < 4; lane++) {
      const value = load<f32>(values + ((i + lane) << 2));
      const rank = (ranks >> (<u32>lane << 3)) & 0xff;
      let code: u32 = value != value ? 1 : 0;
      if (rank > 0 && value >= 0 && f32.trunc(value) == load<f32>(codes + (<usize>rank << 2))) code = rank + 1;
      store<u8>(bytes + i + lane, <u8>(code >> 3));
      store<u8>(bits + i + lane, (<u8>1) << <u8>(code & 7));
    }
  }
}
