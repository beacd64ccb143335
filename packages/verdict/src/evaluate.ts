import type { Dataset } from '@verdict/core';
import { InsufficientData, Interrupted } from '@verdict/core';
import { scanTable } from '@verdict/data';
import type { Judgement, Metrics } from '@verdict/learn';
import {
  costsOf,
  createScorer,
  judgePredictions,
  labelsOf,
  readBundle,
  majorityBaseline,
  weightsOf,
} from '@verdict/learn';
import { withTarget } from './labelled-rows.ts';

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

/** Label, probability and weight of a row, and their orders while they are judged. */
const JUDGED_BYTES = 40;

/**
 * Judges a model on labelled rows: metrics with 95 % bootstrap intervals, confusion matrix and curves.
 * Only scores and labels are kept in memory.
 *
 * @throws what reading the file and the bundle throw; InsufficientData without a labelled row
 */
export async function evaluate(job: EvaluateJob): Promise<Evaluation> {
  const { file, model, seed = 42, threads, memory, signal, onProgress } = job;
  const bundle = await readBundle(model);
  const { schema, decision } = bundle;
  const scorer = createScorer(bundle);
  const parts: { labels: Uint8Array; probabilities: Float64Array; weights: Float64Array | undefined }[] = [];
  let rows = 0;
  let unlabelledRows = 0;
  for await (const batch of scanTable(file, schema, {
    withTarget: true,
    bytesPerRow: JUDGED_BYTES,
    ...(memory === undefined ? {} : { memory }),
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
  })) {
    if (signal?.aborted) throw new Interrupted();
    const { dataset, unlabelled } = withTarget(batch, schema);
    unlabelledRows += unlabelled;
    parts.push(scored(dataset));
    rows += batch.rowCount;
    onProgress?.(rows);
  }
  const labels = joinArrays(
    Uint8Array,
    parts.map((part) => part.labels),
  );
  if (labels.length === 0) {
    throw new InsufficientData({
      file,
      problem: `there is no row with a value in the target column "${schema.target.name}".`,
      hint: 'Give rows whose outcome is known.',
    });
  }
  const weights =
    parts[0].weights &&
    joinArrays(
      Float64Array,
      parts.map((part) => part.weights ?? new Float64Array(0)),
    );
  const probabilities = joinArrays(
    Float64Array,
    parts.map((part) => part.probabilities),
  );
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

  function scored(dataset: Dataset): (typeof parts)[number] {
    return {
      labels: labelsOf(dataset, schema),
      probabilities: scorer.scoreBatch(dataset).probabilities,
      weights: weightsOf(dataset, schema),
    };
  }
}

function joinArrays<T extends Uint8Array | Float64Array>(
  constructor: new (length: number) => T,
  parts: readonly T[],
): T {
  const joined = new constructor(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    joined.set(part, start);
    start += part.length;
  }
  return joined;
}
