import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Writable } from 'node:stream';
import type { Column, Dataset, NumberColumn, Schema } from '@verdict/core';
import { Interrupted, InvalidOption, isNumberType } from '@verdict/core';
import { openWriter, scanTable } from '@verdict/data';
import { createScorer, readBundle } from '@verdict/learn';
import type { Scorer } from '@verdict/learn';

export interface PredictJob {
  /** The table to score: a path, a glob, or `-`. */
  readonly file: string;
  /** The folder of the bundle. */
  readonly model: string;
  /** Where to write: a path whose ending says the format, or a stream that takes CSV. Default: standard output. */
  readonly out?: string | Writable;
  /** Adds the contribution of each column and the bias. */
  readonly explain?: boolean;
  /** Columns of the table to copy, as it writes them, before the predictions. Default: none. */
  readonly keep?: readonly string[];
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of rows written so far. */
  readonly onProgress?: (rows: number) => void;
}

/** Rows in memory at a time; fewer where explanations make each row dear. */
const BATCH = 32_768;
const EXPLAINED_BATCH = 1024;

/**
 * Scores every row of a table in the order of the file, in bounded memory. Writes the columns to keep,
 * `probability` (of the positive class) and `prediction` (the label), with `explain` also `contribution:COLUMN` and
 * `contribution:bias`, which add up to the margin (log-odds before calibration). A file appears only when it
 * is complete.
 *
 * @returns how many rows were scored
 * @throws what reading the table, the bundle and writing throw
 */
export async function predict(job: PredictJob): Promise<{ rows: number }> {
  const { file, model, out = process.stdout, explain = false, threads, signal, onProgress } = job;
  const keep = [...new Set(job.keep)];
  if (typeof out === 'string') await refuseSameFile(file, out);
  const bundle = await readBundle(model);
  const scorer = createScorer(bundle);
  const { positive, negative } = bundle.decision.labels;
  requireFree(keep, explain ? bundle.plan.inputs.map(({ name }) => `contribution:${name}`) : []);
  const batches = scanTable(file, bundle.schema, {
    batchRows: explain ? EXPLAINED_BATCH : BATCH,
    keep,
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
  });
  const writer = await openWriter(out, { signal });
  let rows = 0;
  try {
    for await (const batch of batches) {
      if (signal?.aborted) throw new Interrupted();
      await writer.write(scored(batch));
      rows += batch.rowCount;
      onProgress?.(rows);
      // Lets a signal through even when reading and writing never wait.
      await new Promise((resolve) => setImmediate(resolve));
    }
    // A table without rows still gives the names of its columns.
    if (rows === 0) await writer.write(scored(withoutRows(bundle.schema, keep)));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return { rows };

  function scored({ rowCount, columns }: Dataset): Column[] {
    // Columns to keep come last, and may be features too.
    const features = columns.length - keep.length;
    const batch = { rowCount, columns: columns.slice(0, features) };
    const { probabilities, decisions } = scorer.scoreBatch(batch);
    return [
      ...columns.slice(features),
      { kind: 'number', name: 'probability', values: probabilities },
      { kind: 'code', name: 'prediction', codes: Int32Array.from(decisions), levels: [negative, positive] },
      ...(explain ? contributionColumns(scorer, batch, threads ?? availableParallelism()) : []),
    ];
  }
}

/** A kept column must not have the name of a column that is written anyway. */
function requireFree(keep: readonly string[], contributions: readonly string[]): void {
  const taken = new Set(['probability', 'prediction', 'contribution:bias', ...contributions]);
  const clash = keep.find((name) => taken.has(name));
  if (clash === undefined) return;
  throw new InvalidOption({
    option: 'keep',
    got: clash,
    expected: 'a column with another name than those of the predictions',
  });
}

/** Predictions in the place of the table would cost the reader the table. */
async function refuseSameFile(file: string, out: string): Promise<void> {
  const [source, target] = await Promise.all(
    [file, out].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
  );
  if (source?.isFile() !== true || target === undefined) return;
  if (source.ino === target.ino && source.dev === target.dev) {
    throw new InvalidOption({
      option: 'out',
      got: out,
      expected: 'another file than the table that is scored',
    });
  }
}

/** No row of a schema's features, and of columns to keep. */
function withoutRows(schema: Schema, keep: readonly string[]): Dataset {
  return {
    rowCount: 0,
    columns: [
      ...schema.columns
        .filter(({ role }) => role === 'feature')
        .map(({ name, type }) => (isNumberType(type) ? emptyNumbers(name) : emptyTexts(name))),
      ...keep.map(emptyTexts),
    ],
  };
}

const emptyNumbers = (name: string): Column => ({ kind: 'number', name, values: new Float64Array(0) });
const emptyTexts = (name: string): Column => ({ kind: 'code', name, codes: new Int32Array(0), levels: [] });

function contributionColumns(scorer: Scorer, batch: Dataset, threads: number): NumberColumn[] {
  const { columns, contributions, bias } = scorer.explainBatch(batch, threads);
  const width = columns.length;
  return [
    ...columns.map((name, column): NumberColumn => {
      const values = new Float64Array(batch.rowCount);
      for (let row = 0; row < values.length; row++) values[row] = contributions[row * width + column];
      return { kind: 'number', name: `contribution:${name}`, values };
    }),
    { kind: 'number', name: 'contribution:bias', values: new Float64Array(batch.rowCount).fill(bias) },
  ];
}
