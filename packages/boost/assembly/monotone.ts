/**
 * The best weight of a side within the bounds of its node, in quantised units: bounded by max_delta_step first, by
 * what constraints above ask for last.
 */
// @ts-ignore: decorator
@inline
export function boundedWeight(g: f64, h: f64, lambda: f64, settings: usize, record: usize): f64 {
  const bound = load<f64>(settings, 16);
  const denominator = h + lambda;
  let weight: f64 = 0;
  if (denominator > 0) {
    const shrunk = Math.max(abs(g) - load<f64>(settings, 8), 0) / denominator;
    weight = g > 0 ? -shrunk : shrunk;
    if (bound != 0) weight = Math.max(-bound, Math.min(bound, weight));
  }
  return Math.max(load<f64>(record, 320), Math.min(load<f64>(record, 328), weight));
}

/** By how much a side lowers the objective, doubled, when it has that weight. */
// @ts-ignore: decorator
@inline
export function scoreAt(g: f64, h: f64, lambda: f64, weight: f64, settings: usize): f64 {
  return -(2 * g * weight + (h + lambda) * weight * weight + 2 * load<f64>(settings, 8) * abs(weight));
}

/** The score of a side whose weight is the best one within the bounds of its node. */
export function boundedScore(g: f64, h: f64, lambda: f64, settings: usize, record: usize): f64 {
  return scoreAt(g, h, lambda, boundedWeight(g, h, lambda, settings, record), settings);
}

/** Tries the cut that leaves `left` on the left; its weights must not be ordered against `direction`. */
// @ts-ignore: decorator
@inline
function better(left: i64, sum: i64, lambda: f64, direction: i32, settings: usize, record: usize): bool {
  const right = sum - left;
  const hl = <f64>(left & 0xffffffff), hr = <f64>(right & 0xffffffff);
  const least = load<f64>(settings, 24);
  if (hl < least || hr < least) return false;
  const gl = <f64>(left >> 32), gr = <f64>(right >> 32);
  const wl = boundedWeight(gl, hl, lambda, settings, record);
  const wr = boundedWeight(gr, hr, lambda, settings, record);
  if ((direction > 0 && wl > wr) || (direction < 0 && wl < wr)) return false;
  const value = scoreAt(gl, hl, lambda, wl, settings) + scoreAt(gr, hr, lambda, wr, settings);
  if (!(value * load<f64>(record, 56) > load<f64>(record, 48))) return false;
  store<f64>(record, value, 48);
  store<f64>(record, 1, 56);
  store<i64>(record, left, 8);
  return true;
}

/**
 * Tries every cut of a numeric column where some column is constrained, so that all weights have bounds: the address
 * of the best bin, plus 1 if missing goes left, or 0. Flags 8 and 16 of the slot say that this column's predictions
 * may only rise or fall.
 */
export function scanBounded(
  base: usize, bins: i32, flags: i32, missing: i64, settings: usize, record: usize,
): usize {
  const sum = load<i64>(record);
  const lambda = load<f64>(settings);
  const direction = flags & 8 ? 1 : flags & 16 ? -1 : 0;
  const end = base + (<usize>bins << 3);
  let left: i64 = 0;
  let bestAt: usize = 0;
  for (let p = base; p < end; p += 8) {
    const entry = load<i64>(p);
    // Empty bins before the first value are a cut of their own: missing rows against all others.
    if (entry == 0 && left != 0) continue;
    left += entry;
    const allowed = left + missing != sum || (flags & 4) != 0 || p + 8 < end;
    if (allowed && better(left, sum, lambda, direction, settings, record)) bestAt = p;
    if (missing != 0 && better(left + missing, sum, lambda, direction, settings, record)) bestAt = p + 1;
  }
  return bestAt;
}
