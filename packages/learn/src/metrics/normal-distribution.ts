/**
 * The probability that a standard normal number is at most `z`. Relative accuracy about 1e-14 in both
 * tails: a power series near zero, Lentz's continued fraction beyond (Abramowitz and Stegun 26.2.11, .14).
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  const x = Math.abs(z);
  if (x > 40) return z < 0 ? 0 : 1;
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return z < 0 ? 0.5 - density * sum : 0.5 + density * sum;
  }
  let fraction = x;
  for (let k = 200; k >= 1; k--) fraction = x + k / fraction;
  const tail = density / fraction;
  return z < 0 ? tail : 1 - tail;
}

/** The probability that a standard normal number is farther from zero than `z`. */
export function twoSidedPValue(z: number): number {
  return Math.min(1, 2 * normalCdf(-Math.abs(z)));
}

/**
 * The value that a standard normal number stays below with the given probability, by bisection on the
 * distribution function down to neighbouring numbers.
 *
 * @param probability 0 gives -Infinity and 1 Infinity; NaN outside [0, 1]
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return NaN;
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let low = -40;
  let high = 0;
  for (let step = 0; step < 60; step++) {
    const middle = 0.5 * (low + high);
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

/** The half-width, in standard errors, of a two-sided interval of the given level: 1.96 for 0.95. */
export function normalHalfWidth(level: number): number {
  return -normalQuantile(0.5 * (1 - level));
}
