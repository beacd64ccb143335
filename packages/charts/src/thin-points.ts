/**
 * Drops points of a curve that nobody could see: those closer than `resolution` (as a share of either axis)
 * to the last one kept. The first and last points stay, corners move by less than the resolution.
 *
 * @param points pairs of x and y in drawing order; pairs with a value that is not finite are left out
 * @param extent the lengths of the x and y axes in the points' units
 */
export function thinPoints(
  points: readonly (readonly [number, number])[],
  extent: readonly [number, number] = [1, 1],
  resolution = 1 / 600,
): [number, number][] {
  const kept: [number, number][] = [];
  let pending: readonly [number, number] | undefined;
  for (const point of points) {
    if (!Number.isFinite(point[0]) || !Number.isFinite(point[1])) continue;
    const last = kept.at(-1);
    if (
      last === undefined ||
      Math.abs(point[0] - last[0]) >= resolution * extent[0] ||
      Math.abs(point[1] - last[1]) >= resolution * extent[1]
    ) {
      kept.push([point[0], point[1]]);
      pending = undefined;
    } else pending = point;
  }
  if (pending !== undefined) kept.push([pending[0], pending[1]]);
  return kept;
}
