/** Rows whose sums are added up before they join the total: fixed, so that the total never depends on threads. */
const BLOCK: i32 = 4096;

/**
 * First and second derivative of half the weighted squared error by the margin, g = (margin - y) w and h = w, as
 * pairs of f32 per row, and the sums of |g| and of h as two f64. `count` is a multiple of four; rows of padding
 * have weight 0.
 */
export function squaredGradients(
  margins: usize, labels: usize, weights: usize, count: i32, gradients: usize, sums: usize,
): void {
  let total = f64x2.splat(0);
  for (let start = 0; start < count; start += BLOCK) {
    const end = min(start + BLOCK, count);
    let block = f64x2.splat(0);
    for (let row = start; row < end; row++) {
      const at = <usize>row << 2;
      const w = load<f32>(weights + at);
      const g = (load<f32>(margins + at) - load<f32>(labels + at)) * w;
      store<f32>(gradients + (at << 1), g);
      store<f32>(gradients + (at << 1), w, 4);
      block = f64x2.add(block, f64x2.replace_lane(f64x2.splat(<f64>w), 0, <f64>abs(g)));
    }
    total = f64x2.add(total, block);
  }
  v128.store(sums, total);
}
