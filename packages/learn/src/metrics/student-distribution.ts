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
  return incompleteBeta(0.5 * degrees, 0.5, degrees / whole, square / whole);
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

/** The regularised incomplete beta function at `x`; `rest` is 1 - x, given apart so that no digit is lost. */
function incompleteBeta(a: number, b: number, x: number, rest: number): number {
  if (x === 0) return 0;
  if (rest === 0) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest));
  // The fraction converges fast on this side of the mean only; the other side follows by symmetry.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, rest)) / b;
}

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  const least = 1e-300;
  const kept = (value: number): number => (Math.abs(value) < least ? least : value);
  let c = 1;
  let d = 1 / kept(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

/** The logarithm of the gamma function of a positive number: Stirling's series, after a step up for small ones. */
function logGamma(value: number): number {
  let x = value;
  let product = 1;
  while (x < 12) product *= x++;
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
