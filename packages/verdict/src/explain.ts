import { availableParallelism } from 'node:os';
import type { Column, ColumnSchema, Dataset } from '@verdict/core';
import { InsufficientData, Interrupted, InvalidOption, Random, takeRows } from '@verdict/core';
import { scanTable } from '@verdict/data';
import { createScorer, readBundle, sigmoid } from '@verdict/learn';
import type { Bundle, CalibrationKind, Scorer } from '@verdict/learn';
import { checkPlot, writeWaterfall } from './waterfall-plot.ts';
import { answerRow } from './row-reasons.ts';
import type { RowAnswers, RowQuestions } from './row-reasons.ts';

export interface ExplainJob {
  /** The table to explain: a path, a glob, or `-`. */
  readonly file: string;
  /** The folder of the bundle. */
  readonly model: string;
  /** Explain this row only, counted from 1. Default: the table as a whole. */
  readonly row?: number;
  /** Draw the row's waterfall into this file, SVG or PNG by its ending; only with `row`. */
  readonly plot?: string;
  /** Look for the smallest changes of the row that flip its decision; needs `row`. */
  readonly counterfactual?: boolean;
  /** Columns that such changes must leave alone. */
  readonly freeze?: readonly string[];
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of rows read so far. */
  readonly onProgress?: (rows: number) => void;
}

/** Why a table or a row is scored as it is, in margin (log-odds) space. */
export type Explanation = TableExplanation | RowExplanation;

/** What moved one row. */
export interface RowExplanation extends RowAnswers {
  readonly kind: 'row';
  readonly row: number;
  readonly probability: number;
  readonly prediction: string;
  /** Which calibration makes the probability of the margin. */
  readonly calibration: CalibrationKind;
  /** The probability that the margin stands for by itself: without a calibration it is `probability`. */
  readonly uncalibratedProbability: number;
  /** Sum of the bias and all contributions, before calibration. */
  readonly margin: number;
  readonly bias: number;
  /** Largest effect first. */
  readonly contributions: readonly {
    readonly column: string;
    readonly value: string | number | null;
    readonly contribution: number;
  }[];
}

/** What moves a table's rows. */
export interface TableExplanation {
  readonly kind: 'table';
  readonly rows: number;
  /** Rows that were explained: all, or a sample drawn evenly. */
  readonly explainedRows: number;
  readonly bias: number;
  /** Largest mean absolute contribution first. */
  readonly columns: readonly {
    readonly column: string;
    readonly meanAbsolute: number;
    readonly mean: number;
  }[];
}

const SAMPLE = 2000;
const BATCH = 4096;

/**
 * Explains a table (by an even sample of at most 2,000 rows, drawn with a fixed seed) or one of its rows by
 * exact TreeSHAP values, folded back to the user's own columns.
 *
 * @throws InvalidOption for a row that the table does not have and a plot of another ending; what reading the file
 * and the bundle and writing the plot throw
 */
export async function explain(job: ExplainJob): Promise<Explanation> {
  const { file, model, row, plot, threads, signal, onProgress } = job;
  await checkPlot(plot, row, file);
  const bundle = await readBundle(model);
  const scorer = createScorer(bundle);
  const batches = scanTable(file, bundle.schema, {
    batchRows: BATCH,
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
  });
  let rows = 0;
  const seen = (batch: Dataset): void => {
    if (signal?.aborted) throw new Interrupted();
    rows += batch.rowCount;
    onProgress?.(rows);
  };

  if (row !== undefined) {
    for await (const batch of batches) {
      const before = rows;
      seen(batch);
      if (row > rows) continue;
      const one = explainOne(scorer, bundle, takeRows(batch, Uint32Array.of(row - 1 - before)), row, job);
      if (plot !== undefined) await writeWaterfall(plot, one, bundle.decision);
      return one;
    }
    throw new InvalidOption({ option: 'row', got: row, expected: `a row of the file, from 1 to ${rows}` });
  }

  // Algorithm R of reservoir sampling; of each batch the rows that were drawn are kept, in one piece.
  const random = new Random(42, 'explain');
  const sample: SampledRow[] = [];
  for await (const batch of batches) {
    const drawn = new Map<number, number>();
    for (let i = 0; i < batch.rowCount; i++) {
      const position = rows + i < SAMPLE ? rows + i : random.integer(rows + i + 1);
      if (position < SAMPLE) drawn.set(position, i);
    }
    const piece = takeRows(batch, Uint32Array.from(drawn.values()));
    [...drawn.keys()].forEach((position, row) => (sample[position] = { piece, row }));
    seen(batch);
  }
  if (sample.length === 0) {
    throw new InsufficientData({ file, problem: 'there is no row.', hint: 'Give a table with rows.' });
  }
  return explainMany(scorer, sample, rows, threads ?? availableParallelism(), signal);
}

interface SampledRow {
  readonly piece: Dataset;
  readonly row: number;
}

function explainOne(
  scorer: Scorer,
  bundle: Bundle,
  dataset: Dataset,
  row: number,
  questions: RowQuestions,
): RowExplanation {
  const { schema, decision } = bundle;
  const { columns, contributions, bias, margins } = scorer.explainBatch(dataset);
  const { probabilities, decisions } = scorer.scoreBatch(dataset);
  const cells = new Map(dataset.columns.map((column) => [column.name, column]));
  const described = new Map(schema.columns.map((column) => [column.name, column]));
  return {
    kind: 'row',
    row,
    probability: probabilities[0],
    prediction: decision.labels[decisions[0] === 1 ? 'positive' : 'negative'],
    calibration: decision.calibration.kind,
    uncalibratedProbability: sigmoid(margins[0]),
    margin: margins[0],
    bias,
    ...answerRow(
      scorer,
      bundle,
      dataset,
      columns.map((column, i) => ({ column, contribution: contributions[i] })),
      questions,
    ),
    contributions: columns
      .map((column, i) => ({
        column,
        value: cell(cells.get(column), described.get(column)),
        contribution: contributions[i],
      }))
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
  };
}

/** The first value of a column as its file would write it: words for booleans, ISO 8601 for date-times. */
function cell(column: Column | undefined, schema: ColumnSchema | undefined): string | number | null {
  if (column === undefined) return null;
  if (column.kind === 'code') return column.codes[0] < 0 ? null : column.levels[column.codes[0]];
  const value = column.values[0];
  if (Number.isNaN(value)) return null;
  if (schema?.type === 'boolean') return (schema.words ?? ['false', 'true'])[value === 0 ? 0 : 1];
  const date = new Date(schema?.type === 'datetime' ? value : Number.NaN);
  return Number.isNaN(date.getTime()) ? value : date.toISOString().replace('T00:00:00.000Z', '');
}

/** The sampled rows, a hundred of one piece at a time. */
function* pieces(sample: readonly SampledRow[]): Generator<Dataset> {
  const byPiece = new Map<Dataset, number[]>();
  for (const { piece, row } of sample) {
    const known = byPiece.get(piece);
    if (known === undefined) byPiece.set(piece, [row]);
    else known.push(row);
  }
  const step = 100;
  for (const [piece, rows] of byPiece) {
    for (let start = 0; start < rows.length; start += step)
      yield takeRows(piece, Uint32Array.from(rows.slice(start, start + step)));
  }
}

async function explainMany(
  scorer: Scorer,
  sample: readonly SampledRow[],
  rows: number,
  threads: number,
  signal: AbortSignal | undefined,
): Promise<TableExplanation> {
  let names: readonly string[] = [];
  let bias = 0;
  let sums: { absolute: number; signed: number }[] = [];
  for (const rowsOfPiece of pieces(sample)) {
    if (signal?.aborted) throw new Interrupted();
    const part = scorer.explainBatch(rowsOfPiece, threads);
    names = part.columns;
    bias = part.bias;
    if (sums.length === 0) sums = names.map(() => ({ absolute: 0, signed: 0 }));
    part.contributions.forEach((value, i) => {
      const sum = sums[i % names.length];
      sum.absolute += Math.abs(value);
      sum.signed += value;
    });
    // Lets signals and progress through between parts.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    kind: 'table',
    rows,
    explainedRows: sample.length,
    bias,
    columns: names
      .map((column, i) => ({
        column,
        meanAbsolute: sums[i].absolute / sample.length,
        mean: sums[i].signed / sample.length,
      }))
      .sort((a, b) => b.meanAbsolute - a.meanAbsolute),
  };
}
