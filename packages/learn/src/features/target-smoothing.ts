import type { TargetSmoothing } from './engineered-feature.ts';

/** Rows of each level, and what they weigh; all of one length. */
export interface LevelTotals {
  readonly rows: Float64Array;
  /** Sums of the weights of the rows. */
  readonly weights: Float64Array;
  /** The same of the positive rows. */
  readonly positives: Float64Array;
}

/** The smoothed share of positives of each level, and of all rows together. */
export interface SmoothedRates {
  readonly rates: Float64Array;
  readonly mean: number;
}

/**
 * The share of positives at each level, drawn towards that of all rows the more the less the level's rows can say:
 * (n · rate + m · mean) / (n + m) for a level of n rows (Micci-Barreca 2001). What differs is m:
 *
 * - `moments`: the variance of a label within levels over the variance of the true rates between levels, both
 *   estimated by the method of moments of a one-way random-effects model (Searle, Casella and McCulloch 1992, chapter
 *   3; Bühlmann and Straub's credibility). Where levels differ no more than chance makes them, every rate is the mean.
 * - `auto`: the variance within this level over the variance of all labels, as scikit-learn's
 *   `TargetEncoder(smooth="auto")`. Levels of one class only are not smoothed at all.
 * - a number: that number of rows.
 *
 * Weights count relative to their mean, so that weights twice as large change nothing. A level without rows has the
 * mean; without any rows the mean is 0.
 */
export function smoothedRates(totals: LevelTotals, smoothing: TargetSmoothing): SmoothedRates {
  const weight = sum(totals.weights);
  const mean = weight > 0 ? Math.min(1, sum(totals.positives) / weight) : 0;
  const perWeight = weight > 0 ? sum(totals.rows) / weight : 0;
  const sizes = totals.weights.map((own) => own * perWeight);
  const raw = totals.positives.map((own, level) =>
    totals.weights[level] > 0 ? Math.min(1, own / totals.weights[level]) : mean,
  );
  const prior = priorRows(sizes, raw, mean, smoothing);
  const rates = raw.map((rate, level) => {
    const strength = prior(level);
    // Infinite: the level says nothing. No rows and no prior: neither does it.
    if (strength === Infinity || sizes[level] + strength === 0) return mean;
    const share = sizes[level] / (sizes[level] + strength);
    return Math.min(1, share * rate + (1 - share) * mean);
  });
  return { rates, mean };
}

/** For each level the number of rows of the mean rate that come on top of its own. */
function priorRows(
  sizes: Float64Array,
  raw: Float64Array,
  mean: number,
  smoothing: TargetSmoothing,
): (level: number) => number {
  if (typeof smoothing === 'number') return () => smoothing;
  if (smoothing === 'auto') {
    const variance = mean * (1 - mean);
    return (level) => (variance > 0 ? (raw[level] * (1 - raw[level])) / variance : Infinity);
  }
  const strength = momentsPrior(sizes, raw, mean);
  return () => strength;
}

/** Variance within levels over variance between them, by the analysis of variance of unequal groups. */
function momentsPrior(sizes: Float64Array, raw: Float64Array, mean: number): number {
  let levels = 0;
  let rows = 0;
  let squaredRows = 0;
  let between = 0;
  let within = 0;
  sizes.forEach((size, level) => {
    if (size === 0) return;
    levels++;
    rows += size;
    squaredRows += size * size;
    between += size * (raw[level] - mean) ** 2;
    within += size * raw[level] * (1 - raw[level]);
  });
  // One level, or none with a second row: nothing tells levels and chance apart.
  if (levels < 2 || rows <= levels) return Infinity;
  const withinMean = within / (rows - levels);
  const effectiveSize = (rows - squaredRows / rows) / (levels - 1);
  const variance = (between / (levels - 1) - withinMean) / effectiveSize;
  return variance > 0 ? withinMean / variance : Infinity;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
