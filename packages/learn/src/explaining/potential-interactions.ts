/** Ranks of a column's values between 0 and 1, row by row; null where a value is missing. */
type Ranks = readonly (number | null)[];

/**
 * How much the contributions of a column seem to depend on another column: SHAP's `approximate_interactions`
 * (Lundberg and Lee, the `shap` package), by ranks instead of values. The rows are sorted by the column's own
 * value and cut into windows, in which its value hardly changes; the figure is the sum of the windows' absolute
 * correlations of contribution and other value, or of contribution and absence of the other value if that is more.
 *
 * @param contributions of the column, row by row
 * @param own ranks of the column; rows without a value come last
 * @param other ranks of the other column; in its correlations a missing value counts as 0
 */
export function potentialInteraction(contributions: readonly number[], own: Ranks, other: Ranks): number {
  const order = contributions.map((_, row) => row);
  order.sort((a, b) => (own[a] ?? Infinity) - (own[b] ?? Infinity) || a - b);
  const window = Math.max(1, Math.min(50, Math.floor(order.length / 10)));
  const sumOver = (valueOf: (row: number) => number): number => {
    let sum = 0;
    for (let start = 0; start < order.length; start += window) {
      const rows = order.slice(start, start + window);
      sum += Math.abs(
        correlation(
          rows.map((row) => contributions[row]),
          rows.map(valueOf),
        ),
      );
    }
    return sum;
  };
  return Math.max(
    sumOver((row) => other[row] ?? 0),
    sumOver((row) => (other[row] === null ? 1 : 0)),
  );
}

/** Pearson's correlation; 0 where one of the two does not vary. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const xMean = meanOf(x);
  const yMean = meanOf(y);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - xMean) ** 2;
    yy += (y[i] - yMean) ** 2;
    xy += (x[i] - xMean) * (y[i] - yMean);
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
