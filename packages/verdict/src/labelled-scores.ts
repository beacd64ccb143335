import type { CodeColumn, Dataset } from '@verdict/core';
import { InsufficientData, Interrupted } from '@verdict/core';
import { scanTable } from '@verdict/data';
import type { Bundle } from '@verdict/learn';
import { createScorer, labelsOf, weightsOf } from '@verdict/learn';
import { partKept } from './column-fairness.ts';
import { withTarget } from './labelled-rows.ts';

/** What a model says of rows whose outcome is known, in the order of the file. */
export interface LabelledScores {
  /** 1 for the positive label. */
  readonly labels: Uint8Array;
  /** Of the positive label. */
  readonly probabilities: Float64Array;
  /** Undefined where the model's schema has no column of weights. */
  readonly weights: Float64Array | undefined;
  /** Rows that have no target and were left out. */
  readonly unlabelledRows: number;
}

export interface LabelledScoresOptions {
  readonly threads?: number | undefined;
  /** Bytes of memory that may be used; default: what the machine can free. */
  readonly memory?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of rows read so far. */
  readonly onProgress?: ((rows: number) => void) | undefined;
  /** Columns that are read as texts too, just as the file has them. */
  readonly keep?: readonly string[];
  /** Called with the labelled rows of each batch, and with the columns that are kept, in the order of the file. */
  readonly onRows?: (dataset: Dataset, kept: readonly CodeColumn[]) => void;
  /** Bytes of each row that `onRows` holds on to; default 0. */
  readonly bytesPerRow?: number;
}

/** Label, probability and weight of a row, and their orders while they are judged. */
const JUDGED_BYTES = 40;

/**
 * Scores the labelled rows of a file by a bundle, which reads them by its own schema. Only scores and labels
 * are kept in memory.
 *
 * @throws what reading the file throws; InsufficientData without a labelled row
 */
export async function scoreLabelled(
  file: string,
  bundle: Bundle,
  options: LabelledScoresOptions = {},
): Promise<LabelledScores> {
  const { threads, memory, signal, onProgress, keep = [], onRows, bytesPerRow = 0 } = options;
  const { schema } = bundle;
  const scorer = createScorer(bundle);
  const parts: Pick<LabelledScores, 'labels' | 'probabilities' | 'weights'>[] = [];
  let rows = 0;
  let unlabelledRows = 0;
  for await (const batch of scanTable(file, schema, {
    withTarget: true,
    keep,
    bytesPerRow: JUDGED_BYTES + bytesPerRow,
    ...(memory === undefined ? {} : { memory }),
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
  })) {
    if (signal?.aborted) throw new Interrupted();
    const { dataset: labelled, unlabelled } = withTarget(batch, schema);
    const { dataset, kept } = partKept(labelled, keep.length);
    onRows?.(dataset, kept);
    unlabelledRows += unlabelled;
    parts.push({
      labels: labelsOf(dataset, schema),
      probabilities: scorer.scoreBatch(dataset).probabilities,
      weights: weightsOf(dataset, schema),
    });
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
  return {
    labels,
    probabilities: joinArrays(
      Float64Array,
      parts.map((part) => part.probabilities),
    ),
    weights:
      parts[0].weights &&
      joinArrays(
        Float64Array,
        parts.map((part) => part.weights ?? new Float64Array(0)),
      ),
    unlabelledRows,
  };
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
