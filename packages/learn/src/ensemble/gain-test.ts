import { normalCdf, normalHalfWidth } from '../metrics/normal-distribution.ts';
import { resamplingUnits } from '../metrics/resampling.ts';

/** How much lower a loss is than another on the same rows. */
export interface GainTest {
  /** Mean of the rows' differences, weighted. */
  readonly gain: number;
  readonly standardError: number;
  /** Ends of the 95 % interval of the gain. */
  readonly low: number;
  readonly high: number;
  /** The gain is at least this, with 95 % confidence: the one-sided bound, above 0 where `pValue` is below 5 %. */
  readonly atLeast: number;
  /** One-sided: the chance of such a gain or a greater one if there were none. */
  readonly pValue: number;
}

const LEVEL = 0.95;

/**
 * Judges whether a mean of paired differences is above 0 by its normal approximation; rows of one group are one
 * observation (Liang and Zeger 1986, with the factor n / (n - 1) for n groups).
 *
 * @param differences loss of the old minus loss of the new, one for each row
 * @param groups rows with the same number of 0 or more belong together, -1 stands alone
 * @returns an infinite standard error and p-value 1 for less than two groups; p-value 1 where nothing differs
 */
export function testGain(
  differences: Float64Array,
  weights: Float64Array | undefined,
  groups: Int32Array | undefined,
): GainTest {
  let total = 0;
  let gain = 0;
  for (let row = 0; row < differences.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    total += weight;
    gain += weight * differences[row];
  }
  gain = total > 0 ? gain / total : 0;
  const { unitCount, unitOfRow } = resamplingUnits(differences.length, groups);
  const sums = new Float64Array(unitCount);
  for (let row = 0; row < differences.length; row++) {
    const weight = weights === undefined ? 1 : weights[row];
    sums[unitOfRow === undefined ? row : unitOfRow[row]] += weight * (differences[row] - gain);
  }
  if (unitCount < 2 || !(total > 0)) {
    return { gain, standardError: Infinity, low: -Infinity, high: Infinity, atLeast: -Infinity, pValue: 1 };
  }
  const squares = sums.reduce((sum, part) => sum + part * part, 0);
  const standardError = Math.sqrt((squares * unitCount) / (unitCount - 1)) / total;
  const half = normalHalfWidth(LEVEL) * standardError;
  // Both tails of a 90 % interval leave 5 % in each.
  const atLeast = gain - normalHalfWidth(2 * LEVEL - 1) * standardError;
  const certain = gain > 0 ? 0 : 1;
  const pValue = standardError > 0 ? normalCdf(-gain / standardError) : certain;
  return { gain, standardError, low: gain - half, high: gain + half, atLeast, pValue };
}
