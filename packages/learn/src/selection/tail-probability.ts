import { continuedFraction } from '../metrics/continued-fraction.ts';
import { logGamma } from '../metrics/gamma-function.ts';
import { logIncompleteBeta } from '../metrics/incomplete-beta.ts';

/**
 * The natural logarithm of the probability that a number of the F distribution is larger than `f`, so that very
 * small probabilities keep their order. Relative accuracy of the probability about 1e-10 up to a million degrees
 * of freedom.
 *
 * @param f from 0 up
 * @param between degrees of freedom of the numerator
 * @param within degrees of freedom of the denominator
 */
export function logFisherTail(f: number, between: number, within: number): number {
  if (f === 0) return 0;
  if (f === Infinity) return -Infinity;
  const whole = within + between * f;
  return logIncompleteBeta(0.5 * within, 0.5 * between, within / whole, (between * f) / whole);
}

/** The same of the chi-square distribution. */
export function logChiSquareTail(x: number, degrees: number): number {
  if (x === 0) return 0;
  if (x === Infinity) return -Infinity;
  const a = 0.5 * degrees;
  const half = 0.5 * x;
  const front = a * Math.log(half) - half - logGamma(a);
  return half < a + 1
    ? Math.log1p(-Math.exp(front + Math.log(gammaSeries(a, half))))
    : front + Math.log(gammaFraction(a, half));
}

/** The continued fraction of the upper incomplete gamma function (DLMF 8.9.2). */
function gammaFraction(a: number, x: number): number {
  return continuedFraction(x + 1 - a, (term) => [-term * (term - a), x + 2 * term + 1 - a]);
}

const MOST_TERMS = 100_000;

/** The series of the lower incomplete gamma function (DLMF 8.11.4), without its front factor. */
function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}
