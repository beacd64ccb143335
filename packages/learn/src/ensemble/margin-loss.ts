/** The log loss of one margin: log(1 + exp(-margin)) for a positive row, without overflow. */
export function marginLoss(label: number, margin: number): number {
  const signed = label === 1 ? -margin : margin;
  return Math.max(signed, 0) + Math.log1p(Math.exp(-Math.abs(signed)));
}

/** The summed log loss of margins; each row counts by its weight, 1 if there are none. */
export function summedLoss(
  labels: Uint8Array,
  margins: ArrayLike<number>,
  weights: Float64Array | undefined,
): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    sum += (weights === undefined ? 1 : weights[row]) * marginLoss(labels[row], margins[row]);
  }
  return sum;
}
