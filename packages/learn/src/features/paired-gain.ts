import { requireLength } from '../metrics/checks.ts';

/** How much lower the losses of a candidate are, row by row. */
export interface PairedGain {
  /** Mean loss of the base less mean loss of the candidate: positive where the candidate is better. */
  readonly gain: number;
  /** Standard error of the gain, from the differences of the rows; NaN for fewer than two rows. */
  readonly standardError: number;
  /** Is the gain larger than its standard error? Then the candidate is worth its complexity. */
  readonly pays: boolean;
}

/**
 * Compares two models by their losses on the same rows, which neither was fitted on. The decision is the
 * one-standard-error rule of Breiman, Friedman, Olshen and Stone (1984, section 3.4.3) turned round: what makes a
 * model larger must gain more than one standard error of the paired difference. Chance alone gets past it in about 16
 * of 100 attempts, so that it weeds out but proves nothing: figures of what was chosen so come from other rows.
 *
 * @param base out-of-fold losses of the model without the candidate, one for each row
 * @param candidate the same with it
 * @param weights of the rows; default 1 each
 * @throws InvalidOption if the lengths differ
 */
export function pairedGain(
  base: ArrayLike<number>,
  candidate: ArrayLike<number>,
  weights?: ArrayLike<number>,
): PairedGain {
  const rows = base.length;
  requireLength('candidate', candidate.length, rows);
  if (weights !== undefined) requireLength('weights', weights.length, rows);
  const weight = (row: number): number => (weights === undefined ? 1 : weights[row]);
  let total = 0;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    total += weight(row);
    sum += weight(row) * (base[row] - candidate[row]);
  }
  const gain = total > 0 ? sum / total : 0;
  let squares = 0;
  for (let row = 0; row < rows; row++) squares += (weight(row) * (base[row] - candidate[row] - gain)) ** 2;
  const standardError = rows < 2 || total === 0 ? NaN : Math.sqrt((squares * rows) / (rows - 1)) / total;
  return { gain, standardError, pays: gain > standardError };
}
