import { InsufficientData, InvalidOption, InvalidValue } from '@verdict/core';
import { requireLength, requireShare } from './checks.ts';
import { studentHalfWidth, studentTwoSided } from './student-distribution.ts';

/** The outcome of the corrected resampled t-test. */
export interface CorrectedTTestResult {
  /** Mean of `a - b` over the resamplings. */
  readonly difference: number;
  readonly standardError: number;
  /** Difference in standard errors; infinite if the error is zero and the difference is not. */
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly pValue: number;
  /** Ends of the confidence interval of the difference. */
  readonly low: number;
  readonly high: number;
}

export interface CorrectedTTestOptions {
  /** Rows that judge for one row that trains: 1 / (K - 1) for K folds. Above 0. */
  readonly testToTrain: number;
  /** Of the interval, default 0.95. */
  readonly level?: number;
}

/**
 * Tests whether two ways of learning score alike on the same resamplings, such as the folds of one (repeated)
 * cross-validation (Nadeau and Bengio 2003, "Inference for the generalization error"). The trainings share
 * most of their rows, so the variance of the plain paired t-test is too small; it is multiplied by
 * 1 + n * test / train.
 *
 * @param scoresA one score for each resampling, at least two
 * @param scoresB scores of the other in the same order
 * @throws InvalidOption for lengths that differ or a ratio that is none, InsufficientData for fewer than two
 * scores, InvalidValue for a score that is not finite
 */
export function correctedResampledTTest(
  scoresA: ArrayLike<number>,
  scoresB: ArrayLike<number>,
  options: CorrectedTTestOptions,
): CorrectedTTestResult {
  const { testToTrain, level = 0.95 } = options;
  requireShare('level', level);
  if (!(testToTrain > 0 && testToTrain < Infinity)) {
    throw new InvalidOption({ option: 'testToTrain', got: testToTrain, expected: 'a finite number above 0' });
  }
  const count = scoresA.length;
  requireLength('scoresB', scoresB.length, count);
  if (count < 2) {
    throw new InsufficientData({
      problem: `a test needs at least two scores of each, there are ${count}.`,
      hint: 'Give the score of every fold.',
    });
  }
  const differences = Float64Array.from(
    { length: count },
    (_, i) => finite(scoresA[i], i) - finite(scoresB[i], i),
  );
  const difference = differences.reduce((sum, value) => sum + value, 0) / count;
  // Scores that differ by the same number everywhere have no spread, whatever rounding makes of the mean.
  const constant = differences.every((value) => value === differences[0]);
  const squares = constant ? 0 : differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
  const standardError = Math.sqrt((1 / count + testToTrain) * (squares / (count - 1)));
  const t = standardError === 0 && difference === 0 ? 0 : difference / standardError;
  const degreesOfFreedom = count - 1;
  const halfWidth = studentHalfWidth(level, degreesOfFreedom) * standardError;
  return {
    difference,
    standardError,
    t,
    degreesOfFreedom,
    pValue: studentTwoSided(t, degreesOfFreedom),
    low: difference - halfWidth,
    high: difference + halfWidth,
  };
}

function finite(score: number, index: number): number {
  if (Number.isFinite(score)) return score;
  throw new InvalidValue({ row: index + 1, column: 'score', got: score, expected: 'a finite number' });
}
