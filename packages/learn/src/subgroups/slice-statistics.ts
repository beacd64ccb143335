import { studentHalfWidth, studentTwoSided } from '../metrics/student-distribution.ts';

/** Weighted sums of the losses of some rows. */
export interface LossSums {
  readonly rows: number;
  readonly weight: number;
  readonly squaredWeight: number;
  readonly loss: number;
  readonly squaredLoss: number;
}

/** Fields of a row of sums in a flat table. */
export const sumFields = 5;

/** The sums that begin at a place of a flat table, in the order of `LossSums`. */
export function sumsAt(table: Float64Array, place: number): LossSums {
  const [rows, weight, squaredWeight, loss, squaredLoss] = table.subarray(place, place + sumFields);
  return { rows, weight, squaredWeight, loss, squaredLoss };
}

/** The sums of the rows that are in the first set and not in the second, which is a part of it. */
export function without(all: LossSums, part: LossSums): LossSums {
  return {
    rows: all.rows - part.rows,
    weight: all.weight - part.weight,
    squaredWeight: all.squaredWeight - part.squaredWeight,
    loss: all.loss - part.loss,
    squaredLoss: all.squaredLoss - part.squaredLoss,
  };
}

/** How much worse one set of rows is than another. */
export interface LossGap {
  /** Mean loss of the first set minus that of the second. */
  readonly difference: number;
  readonly standardError: number;
  readonly degrees: number;
  /** Probability of a difference at least as large if there is none; one-sided. */
  readonly pValue: number;
}

/**
 * Welch's test (1947) of the mean losses of two sets of rows, made careful: the smaller set decides on the degrees
 * of freedom, and the variance of the first is taken to be at least `leastVariance`, so that a few rows that happen
 * to be alike prove nothing. Rows with weights count as Kish's effective number.
 */
export function lossGap(first: LossSums, second: LossSums, leastVariance = 0): LossGap {
  const [a, b] = [moments(first), moments(second)];
  const difference = a.mean - b.mean;
  const standardError = Math.sqrt(
    Math.max(a.variance, leastVariance) / a.effective + b.variance / b.effective,
  );
  const degrees = Math.min(a.effective, b.effective) - 1;
  const t = difference / standardError;
  const tail = studentTwoSided(t, degrees) / 2;
  // Without any spread, or with one row, nothing is known.
  const pValue = Number.isNaN(tail) ? 1 : t > 0 ? tail : 1 - tail;
  return { difference, standardError, degrees, pValue };
}

/** Half the width of an interval that holds for `looked` differences at once (Bonferroni). */
export function gapHalfWidth({ standardError, degrees }: LossGap, looked: number, level = 0.95): number {
  return studentHalfWidth(1 - (1 - level) / Math.max(1, looked), degrees) * standardError;
}

/** Mean, unbiased variance and effective number of rows. */
export function moments({ weight, squaredWeight, loss, squaredLoss }: LossSums): {
  readonly mean: number;
  readonly variance: number;
  readonly effective: number;
} {
  const effective = weight ** 2 / squaredWeight;
  const mean = loss / weight;
  const spread = Math.max(0, squaredLoss / weight - mean ** 2);
  return { mean, variance: (spread * effective) / (effective - 1), effective };
}
