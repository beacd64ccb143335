/** How strongly the user's columns act together. */
export interface InteractionMatrix {
  /** Those that move the scores most, in that order. */
  readonly columns: readonly string[];
  /**
   * Columns x columns, in log-odds: mean size of what two columns move together; on the diagonal, of what a column
   * moves alone.
   */
  readonly values: readonly (readonly number[])[];
  /** Rows that it is the mean over. */
  readonly rows: number;
}

/**
 * The interactions among some columns, as means.
 *
 * @param columns all columns of the sums
 * @param sums columns x columns, as `interactionSizes` gives them
 * @param shown the columns to keep, in their order
 */
export function interactionMatrix(
  columns: readonly string[],
  sums: Float64Array,
  rows: number,
  shown: readonly string[],
): InteractionMatrix {
  const places = shown.map((name) => columns.indexOf(name));
  return {
    columns: shown,
    values: places.map((a) => places.map((b) => sums[a * columns.length + b] / Math.max(1, rows))),
    rows,
  };
}
