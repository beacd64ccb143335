/**
 * The number with the fewest decimal digits strictly between two numbers, or undefined if there is none
 * (neighbouring doubles, or only infinities).
 */
export function shortestBetween(low: number, high: number): number | undefined {
  const from = Math.max(low, -Number.MAX_VALUE);
  const to = Math.min(high, Number.MAX_VALUE);
  const middle = from / 2 + to / 2;
  for (let digits = 1; digits <= 17; digits++) {
    const candidate = Number(middle.toPrecision(digits));
    if (candidate > low && candidate < high && Number.isFinite(candidate)) return candidate;
  }
  return undefined;
}
