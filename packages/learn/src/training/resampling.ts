import {
  bootstrapReplicates,
  evaluate,
  intervalsOf,
  joinReplicates,
  metricNames,
  percentileInterval,
  withoutResamplingBias,
} from '../metrics/index.ts';
import type { Interval, MetricName, Metrics, Replicates } from '../metrics/index.ts';
import type { LabelledRows } from './judgement.ts';
import type { WorkPool } from './pool.ts';

/** One model's predictions for rows that judge. */
export interface Predictions {
  readonly probabilities: Float64Array;
  readonly threshold: number;
}

/** A range of bootstrap replicates of one model. */
export interface ResamplingTask extends Predictions {
  readonly rows: LabelledRows;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** A difference between two models on the same resampled rows. */
export interface Difference extends Interval {
  readonly difference: number;
}

const MOST_REPLICATES = 1000;
const FEWEST_REPLICATES = 200;
/** Rows drawn in all replicates together; more rows need fewer replicates for a steady interval. */
const DRAWN_ROWS = 10_000_000;
const CHUNK = 50;

/** How many replicates an interval over so many rows is made of. */
function replicateCount(rows: number): number {
  const affordable = Math.floor(DRAWN_ROWS / Math.max(1, rows) / CHUNK) * CHUNK;
  return Math.min(MOST_REPLICATES, Math.max(FEWEST_REPLICATES, affordable));
}

/** The metrics of a range of replicates. */
export function resample(task: ResamplingTask): Replicates {
  const { labels, weights, groups } = task.rows;
  return bootstrapReplicates(labels, task.probabilities, task.threshold, {
    seed: task.seed,
    from: task.from,
    to: task.to,
    ...(weights === undefined ? {} : { weights }),
    ...(groups === undefined ? {} : { groups }),
  });
}

async function replicatesInPool(
  pool: WorkPool,
  rows: LabelledRows,
  predictions: Predictions,
  seed: number,
): Promise<Replicates> {
  const count = replicateCount(rows.labels.length);
  return joinReplicates(
    await Promise.all(
      Array.from({ length: count / CHUNK }, (_, i) =>
        pool.run('draw', { rows, ...predictions, seed, from: i * CHUNK, to: (i + 1) * CHUNK }),
      ),
    ),
  );
}

/** 95 % bootstrap intervals of one model's metrics. */
export async function intervalsInPool(
  pool: WorkPool,
  rows: LabelledRows,
  model: Predictions,
  seed: number,
): Promise<Record<MetricName, Interval>> {
  return intervalsOf(await replicatesInPool(pool, rows, model, seed), figuresOf(rows, model));
}

/**
 * 95 % bootstrap intervals of a model's metrics, and of how they differ from another model's. Both are judged
 * on the same resampled rows, so the difference is paired.
 */
export async function resampleInPool(
  pool: WorkPool,
  rows: LabelledRows,
  model: Predictions,
  other: Predictions,
  seed: number,
): Promise<{ intervals: Record<MetricName, Interval>; differences: Record<MetricName, Interval> }> {
  const [own, others] = await Promise.all([
    replicatesInPool(pool, rows, model, seed),
    replicatesInPool(pool, rows, other, seed),
  ]);
  const figures = figuresOf(rows, model);
  const otherFigures = figuresOf(rows, other);
  const differences = {} as Record<MetricName, Interval>;
  for (const name of metricNames) {
    const [a, b] = [own[name], others[name]];
    differences[name] =
      a === undefined || b === undefined
        ? { low: Number.NaN, high: Number.NaN }
        : percentileInterval(
            withoutResamplingBias(
              name,
              a.map((value, i) => value - b[i]),
              figures[name] - otherFigures[name],
            ),
          );
  }
  return { intervals: intervalsOf(own, figures), differences };
}

function figuresOf({ labels, weights }: LabelledRows, { probabilities, threshold }: Predictions): Metrics {
  return evaluate(labels, probabilities, threshold, weights);
}
