import { logIncompleteBeta } from './incomplete-beta.ts';

/**
 * The probability that a number of Student's t distribution is farther from zero than `t`. Relative accuracy
 * about 1e-13, by the incomplete beta function.
 *
 * @param degrees of freedom, above 0; NaN otherwise
 */
export function studentTwoSided(t: number, degrees: number): number {
  if (Number.isNaN(t) || !(degrees > 0)) return NaN;
  const square = t * t;
  if (square === Infinity) return 0;
  const whole = degrees + square;
  return Math.exp(logIncompleteBeta(0.5 * degrees, 0.5, degrees / whole, square / whole));
}

/**
 * The half-width, in standard errors, of a two-sided interval: 2.776 for the level 0.95 and 4 degrees. By
 * bisection down to neighbouring numbers.
 *
 * @param level between 0 and 1
 * @param degrees of freedom, above 0; NaN otherwise
 */
export function studentHalfWidth(level: number, degrees: number): number {
  if (!(level > 0 && level < 1) || !(degrees > 0)) return NaN;
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, degrees) > 1 - level) {
    low = high;
    high *= 2;
  }
  for (let step = 0; step < 60; step++) {
    const middle = 0.5 * (low + high);
    if (studentTwoSided(middle, degrees) > 1 - level) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}
