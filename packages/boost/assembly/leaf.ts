/** Rows whose sums are added up before they join the total: fixed, so that the total never depends on threads. */
const BLOCK: i32 = 512;

/** Sums of g and of h over the listed rows as two f64: the true gradients, not the rounded ones. */
export function sumGradients(index: usize, count: i32, gradients: usize, sums: usize): void {
  let total = f64x2.splat(0);
  for (let start = 0; start < count; start += BLOCK) {
    let at = index + (<usize>start << 2);
    const end = at + (<usize>min(BLOCK, count - start) << 2);
    let block = f64x2.splat(0);
    while (at < end) {
      const row = <usize>load<u32>(at);
      block = f64x2.add(block, f64x2.promote_low_f32x4(v128.load64_zero(gradients + (row << 3))));
      at += 4;
    }
    total = f64x2.add(total, block);
  }
  v128.store(sums, total);
}

/** Adds one value to the margins of the listed rows. */
export function addToRows(index: usize, count: i32, margins: usize, value: f32): void {
  for (let at = index, end = index + (<usize>count << 2); at < end; at += 4) {
    const margin = margins + (<usize>load<u32>(at) << 2);
    store<f32>(margin, load<f32>(margin) + value);
  }
}
