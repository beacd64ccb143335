import {
  bootstrapIntervals,
  calibrationCurve,
  confusion,
  decisionWorth,
  eceBins,
  evaluate,
  liftCurve,
  prCurve,
  rocCurve,
  thresholdCurve,
} from '../metrics/index.ts';
import type {
  CalibrationPoint,
  Confusion,
  CostMatrix,
  DecisionPolicy,
  DecisionWorth,
  Interval,
  LiftCurve,
  MetricName,
  Metrics,
  PrCurve,
  RocCurve,
  ThresholdCurve,
} from '../metrics/index.ts';

/** Figures of one set of predictions, with bootstrap intervals of 95 %. */
export interface Figures {
  readonly metrics: Metrics;
  readonly intervals: Record<MetricName, Interval>;
}

/** Everything that labelled rows say about a model's predictions. */
export interface Judgement extends Figures {
  readonly rows: number;
  readonly positives: number;
  /**
   * From which probability on the judged model says yes. A model that is made of fewer rows than the one that ships, so
   * that others can judge it, has chosen it in the same way, but by itself.
   */
  readonly threshold: number;
  /** Weighted where the rows are. */
  readonly confusion: Confusion;
  readonly curves: {
    readonly roc: RocCurve;
    readonly pr: PrCurve;
    readonly calibration: readonly CalibrationPoint[];
    readonly threshold: ThresholdCurve;
    readonly lift: LiftCurve;
  };
  /** What the decisions cost; only where costs were given. */
  readonly worth?: DecisionWorth;
  /** Rows by probability, in 20 bins of equal width from 0 to 1. */
  readonly histogram: { readonly positive: readonly number[]; readonly negative: readonly number[] };
}

/** Labelled rows. */
export interface LabelledRows {
  readonly labels: Uint8Array;
  readonly weights?: Float64Array | undefined;
  /** Rows of one group are drawn together by the bootstrap. */
  readonly groups?: Int32Array | undefined;
}

export interface JudgementOptions {
  readonly seed: number;
  readonly costs?: CostMatrix | undefined;
  /** The decisions of a regression on the same rows, to value beside the model's. */
  readonly logistic?: DecisionPolicy;
  /** Intervals that are known already; computed with 1,000 replicates if left out. */
  readonly intervals?: Record<MetricName, Interval>;
}

const HISTOGRAM_BINS = 20;

/**
 * Judges predictions: metrics with intervals, confusion matrix, curves.
 * @param probabilities of the positive class, one for each row
 */
export function judgePredictions(
  rows: LabelledRows,
  probabilities: Float64Array,
  threshold: number,
  options: JudgementOptions,
): Judgement {
  const { labels, weights, groups } = rows;
  return {
    rows: labels.length,
    positives: labels.reduce((sum, label) => sum + label, 0),
    threshold,
    metrics: evaluate(labels, probabilities, threshold, weights),
    intervals:
      options.intervals ??
      bootstrapIntervals(labels, probabilities, threshold, {
        seed: options.seed,
        ...(weights === undefined ? {} : { weights }),
        ...(groups === undefined ? {} : { groups }),
      }),
    confusion: confusion(labels, probabilities, threshold, weights),
    curves: {
      roc: rocCurve(labels, probabilities, weights),
      pr: prCurve(labels, probabilities, weights),
      calibration: calibrationCurve(labels, probabilities, eceBins, weights),
      threshold: thresholdCurve(labels, probabilities, options.costs, weights),
      lift: liftCurve(labels, probabilities, weights),
    },
    ...(options.costs === undefined
      ? {}
      : {
          worth: decisionWorth(labels, { probabilities, threshold }, options.costs, {
            weights,
            groups,
            logistic: options.logistic,
          }),
        }),
    histogram: histogramOf(labels, probabilities),
  };
}

function histogramOf(labels: Uint8Array, probabilities: Float64Array): Judgement['histogram'] {
  const positive = new Array<number>(HISTOGRAM_BINS).fill(0);
  const negative = new Array<number>(HISTOGRAM_BINS).fill(0);
  for (let row = 0; row < labels.length; row++) {
    const bin = Math.min(HISTOGRAM_BINS - 1, Math.floor(probabilities[row] * HISTOGRAM_BINS));
    (labels[row] === 1 ? positive : negative)[bin]++;
  }
  return { positive, negative };
}
