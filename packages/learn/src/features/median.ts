/**
 * The median of the values that are not NaN, the mean of the middle two for an even number of them; NaN if
 * there are none. The argument is left as it is.
 */
export function medianOf(values: Float32Array | Float64Array): number {
  return medianOfSorted(values.filter((value) => !Number.isNaN(value)).sort());
}

/** The same for values in ascending order without NaN. */
export function medianOfSorted(sorted: Float32Array | Float64Array): number {
  const { length } = sorted;
  if (length === 0) return NaN;
  const upper = sorted[length >> 1];
  if (length % 2 === 1) return upper;
  const lower = sorted[(length >> 1) - 1];
  return lower / 2 + upper / 2;
}
