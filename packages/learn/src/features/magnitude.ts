/**
 * The power of ten at or below the given quantile of the magnitudes of a column's values, without zeros, missing
 * values and infinities; 1 if there are none. As a power of ten it tells the size of the values and no value.
 *
 * @param share of the values below the quantile, from 0 and below 1
 */
export function magnitudeOf(values: Float64Array, share: number): number {
  const sizes = values
    .filter((value) => value !== 0 && Math.abs(value) < Infinity)
    .map(Math.abs)
    .sort();
  return sizes.length === 0 ? 1 : powerOfTen(exponentOf(sizes[Math.floor(sizes.length * share)]));
}

/** Ten to a whole power, exactly as JSON would read it; the smallest double for powers below it. */
export function powerOfTen(exponent: number): number {
  return Math.max(Number.MIN_VALUE, Number(`1e${exponent}`));
}

/** The exponent of a positive number in decimal notation: 3 for 1000 to 9999. */
function exponentOf(value: number): number {
  return Number(value.toExponential().split('e')[1]);
}
