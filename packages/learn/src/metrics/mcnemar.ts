import { requireLabels, requireLength } from './checks.ts';

/** The outcome of McNemar's test. */
export interface McNemarResult {
  /** Rows that only A decided rightly. */
  readonly onlyA: number;
  /** Rows that only B decided rightly. */
  readonly onlyB: number;
  /** Two-sided exact p-value; 1 if the models never differ. */
  readonly pValue: number;
}

/**
 * Tests whether two deciders err equally often on the same rows (McNemar 1947), by the exact binomial
 * distribution of the rows on which exactly one of them is right. Unweighted.
 *
 * @param decisionsA 1 where A says positive, 0 elsewhere
 * @param decisionsB the same for B
 */
export function mcnemarTest(
  labels: Uint8Array,
  decisionsA: Uint8Array,
  decisionsB: Uint8Array,
): McNemarResult {
  requireLabels(labels, undefined);
  requireLength('decisionsA', decisionsA.length, labels.length);
  requireLength('decisionsB', decisionsB.length, labels.length);
  let onlyA = 0;
  let onlyB = 0;
  for (let row = 0; row < labels.length; row++) {
    const rightA = decisionsA[row] === labels[row];
    const rightB = decisionsB[row] === labels[row];
    if (rightA && !rightB) onlyA++;
    if (rightB && !rightA) onlyB++;
  }
  return { onlyA, onlyB, pValue: fairCoinPValue(Math.min(onlyA, onlyB), onlyA + onlyB) };
}

/** The probability that a fair coin's `tosses` fall at least as unevenly as `fewer` on one side. */
function fairCoinPValue(fewer: number, tosses: number): number {
  if (2 * fewer >= tosses) return 1;
  let term = 1;
  let sum = 0;
  for (let k = fewer; k >= 0 && term > sum * 1e-18; k--) {
    sum += term;
    term *= k / (tosses - k + 1);
  }
  const logPeak =
    logFactorial(tosses) - logFactorial(fewer) - logFactorial(tosses - fewer) - tosses * Math.LN2;
  return Math.min(1, 2 * Math.exp(logPeak) * sum);
}

/** The logarithm of n!: summed for small n, Stirling's series beyond. */
function logFactorial(n: number): number {
  if (n < 64) {
    let sum = 0;
    for (let k = 2; k <= n; k++) sum += Math.log(k);
    return sum;
  }
  const x = n + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
