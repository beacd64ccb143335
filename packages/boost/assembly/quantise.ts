/** Four well-mixed 32-bit words from four counters (the "lowbias32" finaliser of C. Wellons). */
// @ts-ignore: decorator
@inline
function mix4(counter: v128): v128 {
  let x = v128.xor(counter, i32x4.shr_u(counter, 16));
  x = i32x4.mul(x, i32x4.splat(0x7feb352d));
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(<i32>0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/**
 * Rounds (g, h) pairs of f32 times their scales to integers, up or down at random so that the expectation is
 * exact, and packs them as i64: g in the high 32 bits (signed), h in the low 32 bits. The random word depends
 * on the row's number, which is `first` for the first of them, and the seed alone. `count` is a multiple of four.
 */
export function quantiseGradients(
  gradients: usize, count: i32, gradientScale: f32, hessianScale: f32, seed: i32, first: i32,
  packed: usize,
): void {
  let scale = f32x4.splat(gradientScale);
  scale = f32x4.replace_lane(scale, 1, hessianScale);
  scale = f32x4.replace_lane(scale, 3, hessianScale);
  const step = i32x4.splat(<i32>0x9e3779b1);
  const offset = i32x4.splat(seed);
  let counter = i32x4.add(i32x4.splat(first << 1), i32x4(0, 1, 2, 3));
  for (let pair = 0, pairs = count >> 1; pair < pairs; pair++) {
    const at = <usize>pair << 4;
    const x = f32x4.mul(v128.load(gradients + at), scale);
    const random = mix4(i32x4.add(i32x4.mul(counter, step), offset));
    const u = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(random, 8)), f32x4.splat(5.9604644775390625e-8));
    const floor = f32x4.floor(x);
    const up = f32x4.lt(u, f32x4.sub(x, floor));
    const integer = i32x4.sub(i32x4.trunc_sat_f32x4_s(floor), up);
    v128.store(packed + at, v128.shuffle<i32>(integer, integer, 1, 0, 3, 2));
    counter = i32x4.add(counter, i32x4.splat(4));
  }
}
