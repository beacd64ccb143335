import { scanBounded } from './monotone';

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

/** Tries every cut of one numeric column, whose histogram is at `base`, with the missing rows on either side, against the best so far. */
export function findNumericSplit(base: usize, at: usize, slot: i32, settings: usize, record: usize): void {
  const bins = load<i32>(at, 4), flags = load<i32>(at, 8);
  const missing = flags & 1 ? load<i64>(base + (<usize>bins << 3)) : 0;
  const bestAt = scanCuts(base, bins, flags, missing, settings, record);
  if (bestAt != 0) keepCut(slot, <i32>((bestAt - base) >> 3), i32(bestAt & 1), missing, record);
}

/** The address of the bin behind which the best cut lies, plus 1 if missing goes left; 0 if none is better than the best so far. */
export function scanCuts(base: usize, bins: i32, flags: i32, missing: i64, settings: usize, record: usize): usize {
  const plain = load<f64>(settings, 8) == 0 && load<f64>(settings, 16) == 0;
  const bounded = load<f64>(settings, 72) != 0;
  if (bounded) return scanBounded(base, bins, flags, missing, settings, record);
  return plain
    ? scanFours(base, bins, flags, missing, settings, record)
    : scanRun(base, base + (<usize>bins << 3), base + (<usize>bins << 3), 0, false, flags, missing, settings, record);
}

/** Notes the cut behind a bin as the best so far. */
export function keepCut(slot: i32, bin: i32, missingLeft: i32, missing: i64, record: usize): void {
  // Nothing says where missing rows should go when there are none: with the heavier child.
  if (missing == 0) {
    missingLeft = i32((load<i64>(record, 8) & 0xffffffff) << 1 >= (load<i64>(record) & 0xffffffff));
  }
  store<i32>(record, slot, 32);
  store<i32>(record, bin, 36);
  store<i32>(record, 0, 40);
  store<i32>(record, missingLeft, 44);
}

/**
 * One bin after another: the address of the best bin, plus 1 if missing goes left; 0 if none is better. `left` is the
 * sum before the first bin, `end` is where the column's bins end, of which those up to `last` are tried.
 */
// @ts-ignore: decorator
@inline
function scanRun(
  first: usize, last: usize, end: usize, left: i64, plain: bool, flags: i32, missing: i64, settings: usize, record: usize,
): usize {
  const sum = load<i64>(record);
  const lambda = load<f64>(settings), leastHessian = load<f64>(settings, 24);
  let bestAt: usize = 0;
  for (let p = first; p < last; p += 8) {
    const entry = load<i64>(p);
    // Empty bins before the first value are a cut of their own: missing rows against all others.
    if (entry == 0 && left != 0) continue;
    left += entry;
    // All values left and only missing rows right: only if that can be expressed.
    const allowed = left + missing != sum || (flags & 4) != 0 || p + 8 < end;
    if (allowed && better(left, sum, lambda, leastHessian, plain, settings, record)) bestAt = p;
    if (missing != 0 && better(left + missing, sum, lambda, leastHessian, plain, settings, record)) bestAt = p + 1;
  }
  return bestAt;
}

/** Sums up four lanes from the left. */
// @ts-ignore: decorator
@inline
function runningSums(lanes: v128): v128 {
  const zero = i32x4.splat(0);
  const pairs = i32x4.add(lanes, v128.shuffle<i32>(zero, lanes, 0, 4, 5, 6));
  return i32x4.add(pairs, v128.shuffle<i32>(zero, pairs, 0, 0, 4, 5));
}

/** Lanes whose cut is about as good as `wanted` and leaves both sides `least` heavy. */
// @ts-ignore: decorator
@inline
function promising(g: v128, h: v128, gAll: v128, hAll: v128, lambdas: v128, least: v128, wanted: v128): v128 {
  const gOther = f32x4.convert_i32x4_s(i32x4.sub(gAll, g)), hOther = i32x4.sub(hAll, h);
  const gf = f32x4.convert_i32x4_s(g);
  const d = f32x4.add(f32x4.convert_i32x4_s(h), lambdas);
  const dOther = f32x4.add(f32x4.convert_i32x4_s(hOther), lambdas);
  const value = f32x4.add(
    f32x4.div(f32x4.mul(gf, gf), d),
    f32x4.div(f32x4.mul(gOther, gOther), dOther),
  );
  return v128.and(f32x4.gt(value, wanted), v128.and(i32x4.ge_s(h, least), i32x4.ge_s(hOther, least)));
}

/** A little less than the best score so far, so that the errors of single precision (below 1e-6 of it) hide no better one. */
// @ts-ignore: decorator
@inline
function nearlyBest(record: usize): v128 {
  return f32x4.splat(<f32>((load<f64>(record, 48) / load<f64>(record, 56)) * (1 - 2e-6)));
}

/**
 * The usual case: four bins at a time in single precision, and those that may be better than the best so far as
 * exactly as by `scanRun`, which returns the same.
 */
function scanFours(base: usize, bins: i32, flags: i32, missing: i64, settings: usize, record: usize): usize {
  const sum = load<i64>(record);
  const gAll = i32x4.splat(<i32>(sum >> 32)), hAll = i32x4.splat(<i32>sum);
  const gMissing = i32x4.splat(<i32>(missing >> 32)), hMissing = i32x4.splat(<i32>missing);
  const lambdas = f32x4.splat(<f32>load<f64>(settings));
  const least = i32x4.splat(<i32>Math.min(Math.ceil(load<f64>(settings, 24)), 2147483647));
  const end = base + (<usize>bins << 3), foursEnd = base + (<usize>(bins & ~3) << 3);
  let gBefore = i32x4.splat(0), hBefore = i32x4.splat(0);
  let wanted = nearlyBest(record);
  let bestAt: usize = 0;
  for (let p = base; p < foursEnd; p += 32) {
    const lower = v128.load(p), upper = v128.load(p, 16);
    const g = i32x4.add(runningSums(v128.shuffle<i32>(lower, upper, 1, 3, 5, 7)), gBefore);
    const h = i32x4.add(runningSums(v128.shuffle<i32>(lower, upper, 0, 2, 4, 6)), hBefore);
    let found = promising(g, h, gAll, hAll, lambdas, least, wanted);
    if (missing != 0) {
      const gLeft = i32x4.add(g, gMissing), hLeft = i32x4.add(h, hMissing);
      found = v128.or(found, promising(gLeft, hLeft, gAll, hAll, lambdas, least, wanted));
    }
    if (v128.any_true(found)) {
      const left = (<i64>i32x4.extract_lane(gBefore, 0) << 32) + <i64>i32x4.extract_lane(hBefore, 0);
      const at = scanRun(p, p + 32, end, left, true, flags, missing, settings, record);
      if (at != 0) {
        bestAt = at;
        wanted = nearlyBest(record);
      }
    }
    gBefore = v128.shuffle<i32>(g, g, 3, 3, 3, 3);
    hBefore = v128.shuffle<i32>(h, h, 3, 3, 3, 3);
  }
  if (foursEnd == end) return bestAt;
  const left = (<i64>i32x4.extract_lane(gBefore, 0) << 32) + <i64>i32x4.extract_lane(hBefore, 0);
  const at = scanRun(foursEnd, end, end, left, true, flags, missing, settings, record);
  return at == 0 ? bestAt : at;
}
