/** The rows that judged, with their weights. */
export interface JudgedRows {
  readonly rows: Uint32Array;
  /** One for each of `rows`. */
  readonly weights: Float64Array;
}

/** Mean loss of the rows that judged one alternative. */
export interface MeanLosses {
  /** Over the splits that judge a row; one for each row that judged. */
  readonly losses: Float64Array;
  readonly mean: number;
}

/**
 * Brings the losses of several alternatives in several splits together, row by row.
 *
 * @param losses of each split, for each alternative: one for each validation row
 */
export function meanLosses(
  splits: readonly { readonly validationRows: Uint32Array }[],
  losses: readonly (readonly Float64Array[])[],
  rowCount: number,
  weights: Float64Array | undefined,
): { readonly rows: JudgedRows; readonly means: readonly MeanLosses[] } {
  const times = new Uint32Array(rowCount);
  for (const { validationRows } of splits) for (const row of validationRows) times[row]++;
  const rows = Uint32Array.from(times.keys()).filter((row) => times[row] > 0);
  const judged = { rows, weights: Float64Array.from(rows, (row) => weights?.[row] ?? 1) };
  const means = (losses[0] ?? []).map((_, alternative) => {
    const sums = new Float64Array(rowCount);
    splits.forEach(({ validationRows }, i) => {
      const own = losses[i][alternative];
      validationRows.forEach((row, j) => (sums[row] += own[j]));
    });
    const perRow = Float64Array.from(rows, (row) => sums[row] / times[row]);
    return { losses: perRow, mean: weightedMean(perRow, judged.weights) };
  });
  return { rows: judged, means };
}

/** The weighted mean of the differences of two alternatives, and its standard error over independent rows. */
export function pairedDifference(
  losses: Float64Array,
  others: Float64Array,
  { weights }: JudgedRows,
): { readonly difference: number; readonly standardError: number } {
  const differences = losses.map((loss, i) => loss - others[i]);
  const difference = weightedMean(differences, weights);
  let squares = 0;
  let total = 0;
  let count = 0;
  for (let i = 0; i < differences.length; i++) {
    squares += (weights[i] * (differences[i] - difference)) ** 2;
    total += weights[i];
    if (weights[i] > 0) count++;
  }
  const correction = count > 1 ? count / (count - 1) : 1;
  return { difference, standardError: Math.sqrt(squares * correction) / total };
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i] * values[i];
    total += weights[i];
  }
  return sum / total;
}
