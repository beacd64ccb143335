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
  const plain = load<f64>(settings, 8) == 0 && load<f64>(settings, 16) == 0;
  const bounded = load<f64>(settings, 72) != 0;
  const bestAt = bounded
    ? scanBounded(base, bins, flags, missing, settings, record)
    : plain
    ? scanPairs(base, bins, flags, missing, settings, record)
    : scanBins(base, bins, flags, missing, settings, record);
  if (bestAt == 0) return;
  let missingLeft = i32(bestAt & 1);
  // Nothing says where missing rows should go when there are none: with the heavier child.
  if (missing == 0) {
    missingLeft = i32((load<i64>(record, 8) & 0xffffffff) << 1 >= (load<i64>(record) & 0xffffffff));
  }
  store<i32>(record, slot, 32);
  store<i32>(record, <i32>((bestAt - base) >> 3), 36);
  store<i32>(record, 0, 40);
  store<i32>(record, missingLeft, 44);
}

/** True if the cut behind the last bin, all values left and only missing ones right, can be expressed. */
// @ts-ignore: decorator
@inline
function canEnd(p: usize, end: usize, flags: i32): bool {
  return (flags & 4) != 0 || p + 8 < end;
}

/** One bin after another, with L1 or bounded weights: the address of the best bin, plus 1 if missing goes left. */
function scanBins(base: usize, bins: i32, flags: i32, missing: i64, settings: usize, record: usize): usize {
  const sum = load<i64>(record);
  const lambda = load<f64>(settings), leastHessian = load<f64>(settings, 24);
  const end = base + (<usize>bins << 3);
  let left: i64 = 0;
  let bestAt: usize = 0;
  for (let p = base; p < end; p += 8) {
    const entry = load<i64>(p);
    // Empty bins before the first value are a cut of their own: missing rows against all others.
    if (entry == 0 && left != 0) continue;
    left += entry;
    const allowed = left + missing != sum || canEnd(p, end, flags);
    if (allowed && better(left, sum, lambda, leastHessian, false, settings, record)) bestAt = p;
    if (missing != 0 && better(left + missing, sum, lambda, leastHessian, false, settings, record)) bestAt = p + 1;
  }
  return bestAt;
}

/**
 * The usual case, two bins at a time: scores are compared as fractions, a/b > c/d as a d > c b, which saves the
 * divisions. Returns what `scanBins` returns.
 */
function scanPairs(base: usize, bins: i32, flags: i32, missing: i64, settings: usize, record: usize): usize {
  const sum = load<i64>(record);
  const lambda = load<f64>(settings), least = load<f64>(settings, 24);
  const gAll = f64x2.splat(<f64>(sum >> 32)), hAll = f64x2.splat(<f64>(sum & 0xffffffff));
  const lambdas = f64x2.splat(lambda), leasts = f64x2.splat(least);
  const end = base + (<usize>bins << 3), pairsEnd = base + (<usize>(bins & ~1) << 3);
  const zero = i64x2.splat(0);
  let carried = zero;
  let bestNumerator = v128.load64_splat(record, 48), bestDenominator = v128.load64_splat(record, 56);
  let bestAt: usize = 0;
  for (let p = base; p < pairsEnd; p += 16) {
    const entries = v128.load(p);
    const prefix = i64x2.add(i64x2.add(entries, v128.shuffle<i64>(zero, entries, 0, 2)), carried);
    carried = v128.shuffle<i64>(prefix, prefix, 1, 1);
    for (let side: i32 = 0; side < 2; side++) {
      let lefts = prefix;
      if (side) {
        if (missing == 0) break;
        lefts = i64x2.add(prefix, i64x2.splat(missing));
      }
      const g = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(lefts, lefts, 1, 3, 1, 3));
      const h = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(lefts, lefts, 0, 2, 0, 2));
      const gOther = f64x2.sub(gAll, g), hOther = f64x2.sub(hAll, h);
      const d = f64x2.add(h, lambdas), dOther = f64x2.add(hOther, lambdas);
      const numerator = f64x2.add(
        f64x2.mul(f64x2.mul(g, g), dOther),
        f64x2.mul(f64x2.mul(gOther, gOther), d),
      );
      const denominator = f64x2.mul(d, dOther);
      const wins = v128.and(
        f64x2.gt(f64x2.mul(numerator, bestDenominator), f64x2.mul(bestNumerator, denominator)),
        v128.and(f64x2.ge(h, leasts), f64x2.ge(hOther, leasts)),
      );
      if (!v128.any_true(wins)) continue;
      for (let lane: usize = 0; lane < 2; lane++) {
        const left = lane ? i64x2.extract_lane(lefts, 1) : i64x2.extract_lane(lefts, 0);
        const won = lane ? i64x2.extract_lane(wins, 1) : i64x2.extract_lane(wins, 0);
        if (won == 0) continue;
        // With missing rows on the right, an empty run at the end leads to the cut behind the last bin.
        if (side == 0 && left + missing == sum && !canEnd(p + (lane << 3), end, flags)) continue;
        if (better(left, sum, lambda, least, true, settings, record)) bestAt = p + (lane << 3) + side;
      }
      bestNumerator = v128.load64_splat(record, 48);
      bestDenominator = v128.load64_splat(record, 56);
    }
  }
  if (bins & 1) {
    const left = i64x2.extract_lane(carried, 0) + load<i64>(end - 8);
    if (flags & 4 && better(left, sum, lambda, least, true, settings, record)) bestAt = end - 8;
    if (missing != 0 && better(left + missing, sum, lambda, least, true, settings, record)) bestAt = end - 7;
  }
  return bestAt;
}
