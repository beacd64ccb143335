/** Deviations below this share of the plot's side are less than a quarter of a pixel on any screen. */
const INVISIBLE = 1e-4;

interface Segment {
  readonly first: number;
  readonly last: number;
  readonly worst: number;
  readonly deviation: number;
}

/**
 * Chooses at most `limit` points of a curve in the unit square so that the line through them looks the
 * same: starting from the two ends, the point that lies farthest from the line so far is added until none
 * lies visibly off it (Douglas and Peucker 1973, best first). Corners are therefore kept first.
 *
 * @param limit at least 2
 * @returns ascending indices of the kept points; both ends are always kept
 */
export function thinCurve(x: Float64Array, y: Float64Array, limit = 500): Uint32Array {
  const count = x.length;
  if (count <= 2) return Uint32Array.from({ length: count }, (_, index) => index);
  const kept = [0, count - 1];
  const segments = [measure(x, y, 0, count - 1)];
  while (kept.length < limit) {
    let at = 0;
    for (let i = 1; i < segments.length; i++) {
      if (segments[i].deviation > segments[at].deviation) at = i;
    }
    const { first, last, worst, deviation } = segments[at];
    if (deviation <= INVISIBLE) break;
    kept.push(worst);
    segments[at] = measure(x, y, first, worst);
    segments.push(measure(x, y, worst, last));
  }
  return Uint32Array.from(kept).sort();
}

/** The point between two kept ones that lies farthest from the straight line between them. */
function measure(x: Float64Array, y: Float64Array, first: number, last: number): Segment {
  const spanX = x[last] - x[first];
  const spanY = y[last] - y[first];
  const squaredLength = spanX * spanX + spanY * spanY;
  let worst = first;
  let largest = 0;
  for (let index = first + 1; index < last; index++) {
    const fromX = x[index] - x[first];
    const fromY = y[index] - y[first];
    const along = squaredLength > 0 ? (fromX * spanX + fromY * spanY) / squaredLength : 0;
    const nearest = along < 0 ? 0 : along > 1 ? 1 : along;
    const squared = (fromX - nearest * spanX) ** 2 + (fromY - nearest * spanY) ** 2;
    if (squared > largest) {
      largest = squared;
      worst = index;
    }
  }
  return { first, last, worst, deviation: Math.sqrt(largest) };
}
