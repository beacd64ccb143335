/** Score of a side, G^2 / (H + lambda) with L1 and a bound on the weight if asked for, in quantised units. */
export function score(g: f64, h: f64, lambda: f64, settings: usize): f64 {
  const alpha = load<f64>(settings, 8), bound = load<f64>(settings, 16);
  const shrunk = Math.max(abs(g) - alpha, 0);
  const denominator = h + lambda;
  if (denominator <= 0) return 0;
  if (bound == 0 || shrunk <= bound * denominator) return (shrunk * shrunk) / denominator;
  return 2 * shrunk * bound - denominator * bound * bound;
}

/**
 * Tries the cut that leaves `left` on the left. Without L1 and bounds the two scores are compared as fractions,
 * a/b > c/d as a d > c b, which saves the divisions.
 */
// @ts-ignore: decorator
@inline
function better(left: i64, sum: i64, lambda: f64, leastHessian: f64, plain: bool, settings: usize, record: usize): bool {
  const right = sum - left;
  const hl = <f64>(left & 0xffffffff), hr = <f64>(right & 0xffffffff);
  if (hl < leastHessian || hr < leastHessian) return false;
  const gl = <f64>(left >> 32), gr = <f64>(right >> 32);
  let numerator: f64, denominator: f64;
  if (plain) {
    const dl = hl + lambda, dr = hr + lambda;
    numerator = gl * gl * dr + gr * gr * dl;
    denominator = dl * dr;
  } else {
    numerator = score(gl, hl, lambda, settings) + score(gr, hr, lambda, settings);
    denominator = 1;
  }
  if (!(numerator * load<f64>(record, 56) > load<f64>(record, 48) * denominator)) return false;
  store<f64>(record, numerator, 48);
  store<f64>(record, denominator, 56);
  store<i64>(record, left, 8);
  return true;
}

/** Tries every cut of one numeric column, with the missing rows on either side, against the best so far. */
export function findNumericSplit(histogram: usize, at: usize, slot: i32, settings: usize, record: usize): void {
  const base = histogram + <usize>load<i32>(at);
  const bins = load<i32>(at, 4), flags = load<i32>(at, 8);
  const sum = load<i64>(record);
  const lambda = load<f64>(settings), leastHessian = load<f64>(settings, 24);
  const plain = load<f64>(settings, 8) == 0 && load<f64>(settings, 16) == 0;
  const missing = flags & 1 ? load<i64>(base + (<usize>bins << 3)) : 0;
  const end = base + (<usize>bins << 3);
  const total = sum & 0xffffffff;
  const least = <i64>Math.ceil(leastHessian);
  let left: i64 = 0;
  let bestAt: usize = 0, missingLeft = 0;
  if (missing == 0) {
    for (let p = base; p < end; p += 8) {
      const entry = load<i64>(p);
      if (entry == 0) continue;
      left += entry;
      const hl = left & 0xffffffff;
      if (hl < least) continue;
      if (total - hl < least) break;
      if (better(left, sum, lambda, leastHessian, plain, settings, record)) bestAt = p;
    }
    if (bestAt != 0) missingLeft = i32((load<i64>(record, 8) & 0xffffffff) << 1 >= total);
  } else {
    for (let p = base; p < end; p += 8) {
      const entry = load<i64>(p);
      if (entry == 0) continue;
      left += entry;
      const allowed = left + missing != sum || (flags & 4) != 0 || p + 8 < end;
      if (allowed && better(left, sum, lambda, leastHessian, plain, settings, record)) {
        bestAt = p;
        missingLeft = 0;
      }
      if (better(left + missing, sum, lambda, leastHessian, plain, settings, record)) {
        bestAt = p;
        missingLeft = 1;
      }
    }
  }
  if (bestAt == 0) return;
  store<i32>(record, slot, 32);
  store<i32>(record, <i32>((bestAt - base) >> 3), 36);
  store<i32>(record, 0, 40);
  store<i32>(record, missingLeft, 44);
}
