/** The logarithm of the gamma function of a positive number: Stirling's series, after a step up for small ones. */
export function logGamma(value: number): number {
  let x = value;
  let product = 1;
  while (x < 12) product *= x++;
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
