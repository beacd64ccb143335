/**
 * A power of two by which values become integers whose sum stays below 2^31, even if all are rounded up.
 *
 * @param sum of the magnitudes of the values, which are float32
 * @param rows number of values
 */
export function integerScale(sum: number, rows: number): number {
  if (!(sum > 0)) return 1;
  const limit = 2147483647 - rows;
  let exponent = Math.max(-126, Math.min(120, Math.floor(Math.log2(limit / sum))));
  while (exponent > -126 && sum * 2 ** exponent > limit) exponent--;
  return 2 ** exponent;
}
