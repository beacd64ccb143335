/** A weighted mean over rows and its standard error. */
export interface WeightedMean {
  readonly mean: number;
  /** NaN from a single row or group. */
  readonly standardError: number;
}

/**
 * A weighted mean with the standard error of the linearised ratio estimator (Cochran 1977, chapter 6), over
 * rows or over groups of rows that are not independent of one another.
 *
 * @param unitOfRow the group of each row, from 0 and below the number of rows; default: each its own
 */
export function weightedMean(
  values: Float64Array,
  weights: Float64Array | undefined,
  unitOfRow: Uint32Array | undefined,
): WeightedMean {
  let total = 0;
  let sum = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    total += weight;
    sum += weight * values[row];
  }
  const mean = sum / total;
  // What each unit adds to the deviation of the mean.
  const parts = new Float64Array(values.length);
  const seen = new Uint8Array(values.length);
  let units = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    const unit = unitOfRow === undefined ? row : unitOfRow[row];
    parts[unit] += (weight * (values[row] - mean)) / total;
    if (weight > 0 && seen[unit] === 0) {
      seen[unit] = 1;
      units++;
    }
  }
  const squares = parts.reduce((squared, part) => squared + part * part, 0);
  return { mean, standardError: units < 2 ? NaN : Math.sqrt((squares * units) / (units - 1)) };
}
