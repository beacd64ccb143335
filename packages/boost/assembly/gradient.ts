import { exp4 } from './exponential';

/** Rows whose sums are added up before they join the total: fixed, so that the total never depends on threads. */
const BLOCK: i32 = 4096;

/** Writes the weights of rows, those of label 1 times `scale`. */
export function scaleWeights(labels: usize, weights: usize, count: i32, scale: f64, scaled: usize): void {
  for (let at: usize = 0, end = <usize>count << 2; at < end; at += 4) {
    const weight = load<f32>(weights + at);
    store<f32>(scaled + at, load<f32>(labels + at) == 1 ? <f32>(<f64>weight * scale) : weight);
  }
}

/**
 * First and second derivative of the weighted logistic loss by the margin, as pairs of f32 (g, h) per row, and
 * the sums of |g| and of h as two f64. `count` is a multiple of four; rows of padding have weight 0.
 *
 * With e = exp(-|margin|), both p and 1 - p come without cancellation: g = ((1 - y) p - y (1 - p)) w,
 * h = max(p (1 - p), 1e-16) w.
 */
export function logisticGradients(
  margins: usize, labels: usize, weights: usize, count: i32, gradients: usize, sums: usize,
): void {
  const one = f32x4.splat(1);
  let total = f64x2.splat(0);
  for (let start = 0; start < count; start += BLOCK) {
    const end = min(start + BLOCK, count);
    let block = f64x2.splat(0);
    for (let row = start; row < end; row += 4) {
      const at = <usize>row << 2;
      const x = v128.load(margins + at);
      const y = v128.load(labels + at);
      const w = v128.load(weights + at);
      const e = exp4(f32x4.neg(f32x4.abs(x)));
      const larger = f32x4.div(one, f32x4.add(one, e));
      const smaller = f32x4.mul(e, larger);
      const positive = f32x4.ge(x, f32x4.splat(0));
      const p = v128.bitselect(larger, smaller, positive);
      const q = v128.bitselect(smaller, larger, positive);
      const g = f32x4.mul(f32x4.sub(f32x4.mul(f32x4.sub(one, y), p), f32x4.mul(y, q)), w);
      const h = f32x4.mul(f32x4.max(f32x4.mul(p, q), f32x4.splat(1e-16)), w);
      const low = v128.shuffle<f32>(g, h, 0, 4, 1, 5);
      const high = v128.shuffle<f32>(g, h, 2, 6, 3, 7);
      v128.store(gradients + (at << 1), low);
      v128.store(gradients + (at << 1), high, 16);
      const a = f32x4.abs(low), b = f32x4.abs(high);
      block = f64x2.add(block, f64x2.add(
        f64x2.add(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(v128.shuffle<i64>(a, a, 1, 1))),
        f64x2.add(f64x2.promote_low_f32x4(b), f64x2.promote_low_f32x4(v128.shuffle<i64>(b, b, 1, 1))),
      ));
    }
    total = f64x2.add(total, block);
  }
  v128.store(sums, total);
}

/**
 * Makes pairs (g, h) of f32 that came from elsewhere fit for integer sums, in place: a negative h becomes 0. Writes
 * the sums of |g| and h as two f64; returns the first row that holds an infinity or a NaN, or -1.
 */
export function settleGradients(gradients: usize, count: i32, sums: usize): i32 {
  let gTotal: f64 = 0, hTotal: f64 = 0;
  for (let start = 0; start < count; start += BLOCK) {
    const end = min(start + BLOCK, count);
    let gBlock: f64 = 0, hBlock: f64 = 0;
    for (let row = start; row < end; row++) {
      const at = gradients + (<usize>row << 3);
      const g = load<f32>(at), given = load<f32>(at, 4);
      // Infinities and NaN differ from themselves when they are taken from themselves.
      if (g - g != 0 || given - given != 0) return row;
      const h = max<f32>(given, 0);
      store<f32>(at, h, 4);
      gBlock += <f64>abs(g);
      hBlock += <f64>h;
    }
    gTotal += gBlock;
    hTotal += hBlock;
  }
  store<f64>(sums, gTotal);
  store<f64>(sums, hTotal, 8);
  return -1;
}

/** e^x of `count` (a multiple of four) floats in place; for the tests of the polynomial. */
export function exponentials(values: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const at = values + (<usize>i << 2);
    v128.store(at, exp4(v128.load(at)));
  }
}
