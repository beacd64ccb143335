import { continuedFraction } from './continued-fraction.ts';
import { logGamma } from './gamma-function.ts';

/**
 * The logarithm of the regularised incomplete beta function at `x`, which keeps its digits where the function
 * itself would be 0; `rest` is 1 - x, given apart so that no digit is lost.
 */
export function logIncompleteBeta(a: number, b: number, x: number, rest: number): number {
  if (x === 0) return -Infinity;
  if (rest === 0) return 0;
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest);
  // The fraction converges fast on this side of the mean only; the other side follows by symmetry.
  return x < (a + 1) / (a + b + 2)
    ? front + Math.log(betaFraction(a, b, x) / a)
    : Math.log1p(-Math.min(1, (Math.exp(front) * betaFraction(b, a, rest)) / b));
}

/** The continued fraction of the function (DLMF 8.17.22). */
function betaFraction(a: number, b: number, x: number): number {
  return continuedFraction(1, (term) => {
    const m = term >> 1;
    return term % 2 === 0
      ? [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), 1]
      : [(-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)), 1];
  });
}
