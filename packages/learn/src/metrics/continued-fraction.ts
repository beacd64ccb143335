const MOST_TERMS = 100_000;
const TINY = 1e-300;

/** 1 / (first + p1 / (q1 + p2 / (q2 + …))), where `terms(i)` is [pi, qi], by Lentz's method. */
export function continuedFraction(first: number, terms: (i: number) => readonly [number, number]): number {
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
