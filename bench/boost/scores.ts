/** How good probabilities are on labels: one piece of code for all sides. */
export interface Scores {
  readonly auc: number;
  readonly logLoss: number;
}

/** Area under the ROC curve, ties half, and mean log loss with probabilities kept 1e-7 away from 0 and 1. */
export function scoresOf(probabilities: Float32Array, labels: Float32Array): Scores {
  if (probabilities.length !== labels.length) {
    throw new Error(`${probabilities.length} predictions for ${labels.length} rows`);
  }
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(1 - 1e-7, Math.max(1e-7, probabilities[i]));
    loss -= labels[i] === 1 ? Math.log(p) : Math.log1p(-p);
  }
  const order = new Uint32Array(labels.length).map((_, i) => i);
  order.sort((a, b) => probabilities[a] - probabilities[b]);
  let [area, negatives, positives] = [0, 0, 0];
  for (let i = 0; i < order.length;) {
    let [tiedNegatives, tiedPositives] = [0, 0];
    const value = probabilities[order[i]];
    for (; i < order.length && probabilities[order[i]] === value; i++) {
      if (labels[order[i]] === 1) tiedPositives++;
      else tiedNegatives++;
    }
    area += tiedPositives * (negatives + tiedNegatives / 2);
    negatives += tiedNegatives;
    positives += tiedPositives;
  }
  return { auc: area / (negatives * positives), logLoss: loss / labels.length };
}

/** The mean of the scores of several seeds. */
export function meanScores(scores: readonly Scores[]): Scores {
  const mean = (key: keyof Scores): number => scores.reduce((sum, one) => sum + one[key], 0) / scores.length;
  return { auc: mean('auc'), logLoss: mean('logLoss') };
}

/** The standard error of that mean. */
export function standardError(scores: readonly Scores[], key: keyof Scores): number {
  const mean = meanScores(scores)[key];
  const squares = scores.reduce((sum, one) => sum + (one[key] - mean) ** 2, 0);
  return Math.sqrt(squares / (scores.length - 1) / scores.length);
}
