/**
 * The moment coefficient of skewness of the values that are finite, as SciPy's `skew`: the third central moment over
 * the third power of the standard deviation. 0 for a constant and for no values.
 */
export function skewness(values: Float64Array): number {
  let count = 0;
  let sum = 0;
  // Beyond this the cube is infinite.
  const known = values.filter((value) => Math.abs(value) < 1e100);
  for (const value of known) {
    count++;
    sum += value;
  }
  if (count === 0) return 0;
  const mean = sum / count;
  let squares = 0;
  let cubes = 0;
  for (const value of known) {
    const deviation = value - mean;
    squares += deviation ** 2;
    cubes += deviation ** 3;
  }
  const variance = squares / count;
  // A deviation that rounding made is none.
  return variance > (1e-12 * mean) ** 2 && variance > 0 ? cubes / count / variance ** 1.5 : 0;
}
