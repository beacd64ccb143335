/**
 * Sideways offsets that spread the points of one row of a swarm plot so that the width shows how many there
 * are: points are put in bins along the axis, and within a bin alternate above and below the middle.
 *
 * @param values positions along the axis, all finite
 * @param low start of the axis
 * @param high end of the axis
 * @param bins number of bins along the axis
 * @param reach the largest offset
 * @param step the offset between neighbours where there is room
 * @returns one offset per value, within -reach and reach; it depends only on the values and their order
 */
export function swarmOffsets(
  values: ArrayLike<number>,
  low: number,
  high: number,
  bins: number,
  reach: number,
  step: number,
): Float64Array {
  const span = high > low ? high - low : 1;
  const binOf = (value: number): number =>
    Math.min(bins - 1, Math.max(0, Math.floor(((value - low) / span) * bins)));
  const sizes = new Int32Array(bins);
  for (let i = 0; i < values.length; i++) sizes[binOf(values[i])]++;
  const used = new Int32Array(bins);
  const offsets = new Float64Array(values.length);
  let largest = 1;
  for (const size of sizes) largest = Math.max(largest, size);
  // One scale for the whole row, so that widths compare.
  const scale = Math.min(step, reach / Math.max(1, Math.ceil((largest - 1) / 2)));
  for (let i = 0; i < values.length; i++) {
    const place = used[binOf(values[i])]++;
    offsets[i] = Math.ceil(place / 2) * scale * (place % 2 === 0 ? 1 : -1);
  }
  return offsets;
}
