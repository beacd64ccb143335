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

/** The regularised incomplete beta function at `x`; `rest` is 1 - x, given apart so that no digit is lost. */
function logIncompleteBeta(a: number, b: number, x: number, rest: number): number {
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest);
  // The fraction converges fast on this side of the mean only; the other side follows by symmetry.
  return x < (a + 1) / (a + b + 2)
    ? front + Math.log(betaFraction(a, b, x) / a)
    : Math.log1p(-Math.min(1, (Math.exp(front) * betaFraction(b, a, rest)) / b));
}

const MOST_TERMS = 100_000;
const TINY = 1e-300;

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  return lentz(1, (term) => {
    const m = term >> 1;
    return term % 2 === 0
      ? [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), 1]
      : [(-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)), 1];
  });
}

/** The continued fraction of the upper incomplete gamma function (DLMF 8.9.2), by Lentz's method. */
function gammaFraction(a: number, x: number): number {
  return lentz(x + 1 - a, (term) => [-term * (term - a), x + 2 * term + 1 - a]);
}

/** 1 / (first + p1 / (q1 + p2 / (q2 + …))), where `terms(i)` is [pi, qi]. */
function lentz(first: number, terms: (i: number) => readonly [number, number]): number {
  const kept = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1 / TINY;
  let d = 1 / kept(first);
  let fraction = d;
  for (let i = 1; i < MOST_TERMS; i++) {
    const [p, q] = terms(i);
    d = 1 / kept(p * d + q);
    c = kept(q + p / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return fraction;
}

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

/** The logarithm of the gamma function of a positive number: Stirling's series, after a step up for small ones. */
function logGamma(value: number): number {
  let x = value;
  let product = 1;
  while (x < 12) product *= x++;
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
