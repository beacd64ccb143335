import type { Judgement, Metrics } from '@verdict/learn';
import { costsOf, judgePredictions, majorityBaseline, readBundle } from '@verdict/learn';
import { scoreLabelled } from './labelled-scores.ts';

export interface EvaluateJob {
  /** A table that has the target column: a path, a glob, or `-`. */
  readonly file: string;
  /** The folder of the bundle. */
  readonly model: string;
  /** Seed of the bootstrap intervals; default 42. */
  readonly seed?: number;
  readonly threads?: number;
  /** Bytes of memory that may be used; default: what the machine can free. */
  readonly memory?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of rows read so far. */
  readonly onProgress?: (rows: number) => void;
}

/** How a model does on labelled rows. */
export interface Evaluation extends Judgement {
  readonly file: string;
  readonly target: { readonly name: string; readonly positive: string; readonly negative: string };
  readonly threshold: number;
  /** Rows that have no target and were left out. */
  readonly unlabelledRows: number;
  /** What always naming the more frequent class reaches on the same rows. */
  readonly majority: Metrics & { readonly share: number };
}

/**
 * Judges a model on labelled rows: metrics with 95 % bootstrap intervals, confusion matrix and curves.
 * Only scores and labels are kept in memory.
 *
 * @throws what reading the file and the bundle throw; InsufficientData without a labelled row
 */
export async function evaluate(job: EvaluateJob): Promise<Evaluation> {
  const { file, model, seed = 42, ...options } = job;
  const bundle = await readBundle(model);
  const { schema, decision } = bundle;
  const { labels, probabilities, weights, unlabelledRows } = await scoreLabelled(file, bundle, options);
  const judgement = judgePredictions({ labels, weights }, probabilities, decision.threshold, {
    seed,
    costs: costsOf(decision.rule),
  });
  return {
    file,
    target: schema.target,
    threshold: decision.threshold,
    unlabelledRows,
    ...judgement,
    majority: majorityBaseline(labels, weights),
  };
}
