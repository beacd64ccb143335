import { exp4 } from './exponential';

/** Rows whose losses are added up before they join the total: fixed, so that the total never depends on threads. */
const BLOCK: i32 = 4096;

/**
 * Sum of the weighted logistic loss max(m, 0) - y m + log(1 + e^-|m|) over `count` rows, a multiple of four, of
 * float margins, labels and weights. The logarithm is 2 artanh(e / (2 + e)) by its series up to the 13th power,
 * which is below single precision there.
 */
export function logisticLoss(margins: usize, labels: usize, weights: usize, count: i32): f64 {
  const zero = f32x4.splat(0), two = f32x4.splat(2);
  let total: f64 = 0;
  for (let start = 0; start < count; start += BLOCK) {
    const end = min(start + BLOCK, count);
    let block = f64x2.splat(0);
    for (let row = start; row < end; row += 4) {
      const at = <usize>row << 2;
      const m = v128.load(margins + at);
      const e = exp4(f32x4.neg(f32x4.abs(m)));
      const s = f32x4.div(e, f32x4.add(two, e));
      const z = f32x4.mul(s, s);
      let series = f32x4.splat(<f32>(1.0 / 13.0));
      series = f32x4.add(f32x4.mul(series, z), f32x4.splat(<f32>(1.0 / 11.0)));
      series = f32x4.add(f32x4.mul(series, z), f32x4.splat(<f32>(1.0 / 9.0)));
      series = f32x4.add(f32x4.mul(series, z), f32x4.splat(<f32>(1.0 / 7.0)));
      series = f32x4.add(f32x4.mul(series, z), f32x4.splat(<f32>(1.0 / 5.0)));
      series = f32x4.add(f32x4.mul(series, z), f32x4.splat(<f32>(1.0 / 3.0)));
      const logarithm = f32x4.mul(f32x4.mul(two, s), f32x4.add(f32x4.mul(series, z), f32x4.splat(1)));
      const linear = f32x4.sub(f32x4.max(m, zero), f32x4.mul(v128.load(labels + at), m));
      const loss = f32x4.mul(f32x4.add(linear, logarithm), v128.load(weights + at));
      block = f64x2.add(
        block,
        f64x2.add(f64x2.promote_low_f32x4(loss), f64x2.promote_low_f32x4(v128.shuffle<i64>(loss, loss, 1, 1))),
      );
    }
    total += f64x2.extract_lane(block, 0) + f64x2.extract_lane(block, 1);
  }
  return total;
}
