import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CodeColumn, ColumnRole, ColumnType, Dataset, Schema } from '@verdict/core';
import { Interrupted, InvalidOption } from '@verdict/core';
import { readTable, scanTable } from '@verdict/data';
import { checkOptions, openPool, trainingBytesPerValue, trainModel } from '@verdict/learn';
import type { CalibrationOption, ModelOptions, TrainingProgress, TrainingTable } from '@verdict/learn';
import { columnFairness, partKept, requireGroupColumns } from './column-fairness.ts';
import { commandOf } from './command-of.ts';
import { collectLabelled } from './labelled-rows.ts';
import { modelCard } from './model-card.ts';
import { outputNames, stageOutput } from './output-folder.ts';
import { judgedTable, performanceMetrics, startClock, withRun } from './performance-metrics.ts';
import type { MadeModel, PerformanceMetrics } from './performance-metrics.ts';
import { reportInputOf } from './report-input-of.ts';
import { reportedTrials } from './search-report.ts';
import { thresholdRuleOf } from './threshold-rule.ts';
import type { ThresholdJob } from './threshold-rule.ts';
import { trialsCsv } from './trials-csv.ts';
import { writeResults } from './write-results.ts';

/** A training run: what to learn from, and how. Names and defaults are those of the command line. */
export interface TrainJob extends ThresholdJob {
  /** The table: a path, a quoted glob, or `-`. */
  readonly file: string;
  /** The yes/no column. */
  readonly target: string;
  /** The label that counts as yes; inferred, and shown, if left out. */
  readonly positive?: string;
  readonly drop?: readonly string[];
  readonly types?: Readonly<Record<string, ColumnType>>;
  readonly roles?: Readonly<Record<string, ColumnRole>>;
  readonly weight?: string;
  readonly group?: string;
  readonly time?: string;
  /** The column whose values are the folds, instead of `folds` that are drawn. */
  readonly fold?: string;
  /** Columns that the model's fairness is judged by; they may be left out of the model. */
  readonly fairness?: readonly string[];
  /** Where the results go; default `output`. */
  readonly out?: string;
  readonly seed?: number;
  /** A file that judges instead of a hold-out. */
  readonly test?: string;
  readonly testSize?: number;
  readonly folds?: number;
  /** How margins become probabilities; default `none`, `auto` takes a calibration where it pays. */
  readonly calibration?: CalibrationOption;
  readonly threads?: number;
  /** Bytes of memory that may be used; default: what the machine can free. Larger tables are refused. */
  readonly memory?: number;
  /** Keep values that fewer than five rows have in the model and the report. */
  readonly revealRare?: boolean;
  /** When the work began, by `performance.now()`; default: when it is called. A command begins with its process: 0. */
  readonly started?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

/** How far the job has come. */
export interface JobProgress {
  readonly stage: 'read' | 'draw' | TrainingProgress['stage'];
  readonly done: number;
  readonly total: number;
}

/** What a training run leaves. */
export interface TrainOutcome {
  /** The output folder, and the bundle in it. */
  readonly out: string;
  readonly model: string;
  readonly metrics: PerformanceMetrics;
}

/**
 * Does the whole job: reads the table, trains, judges and explains, and writes `model/`,
 * `performance_metrics.json`, `report.html` and `plots/` to the output folder, all at once when everything
 * has succeeded.
 *
 * @throws InvalidOption and what reading, training and writing throw; then nothing is written
 */
export async function train(job: TrainJob): Promise<TrainOutcome> {
  return runJob(job, trainModel, 'train');
}

/** Reads, makes a model by some way of making one, and writes what came out. */
export async function runJob(
  job: TrainJob,
  make: (table: TrainingTable, options: ModelOptions) => Promise<MadeModel>,
  command: 'train' | 'tune',
): Promise<TrainOutcome> {
  const { file, out = 'output', signal, onProgress } = job;
  if (typeof job.target !== 'string' || job.target === '') {
    throw new InvalidOption({
      option: 'target',
      got: job.target,
      expected: 'the name of the yes/no column',
    });
  }
  if (out === '') throw new InvalidOption({ option: 'out', got: out, expected: 'the path of a folder' });
  if (job.test !== undefined && job.testSize !== undefined) {
    throw new InvalidOption({
      option: 'test-size',
      got: job.testSize,
      expected: 'left out when a test file judges',
    });
  }
  requireGroupColumns(job.fairness, job.target);
  if (job.folds !== undefined && foldColumnOf(job) !== undefined) {
    throw new InvalidOption({
      option: 'folds',
      got: job.folds,
      expected: `left out where the column "${foldColumnOf(job)}" says the folds`,
    });
  }
  const clock = startClock(job.started);
  const options = modelOptions(job);
  const { threads } = checkOptions(options, availableParallelism());
  const staged = await stageOutput(out, [file, ...(job.test === undefined ? [] : [job.test])]);
  // Workers load while the table is read.
  const pool = openPool(threads, signal);
  try {
    onProgress?.({ stage: 'read', done: 0, total: 1 });
    const table = await readTable(file, readOptions(job));
    const test = job.test === undefined ? undefined : await readTest(job.test, table.schema, job);
    const trained = await make(table, {
      ...options,
      pool,
      fingerprint: table.source.fingerprint,
      ...(test === undefined ? {} : { test: test.dataset }),
    });
    if (signal?.aborted) throw new Interrupted();

    onProgress?.({ stage: 'draw', done: 0, total: 1 });
    const fairness = columnFairness(trained.judged, table.kept ?? [], test?.kept);
    let metrics = performanceMetrics(judgedTable(file, table), trained, clock.read(), fairness);
    const input = reportInputOf(metrics, trained, commandOf(job, trained.options.seed, command));
    const bundle = { ...trained.bundle, card: modelCard(table.schema, trained) };
    const trials = trained.search && trialsCsv(reportedTrials(trained.search));
    const complete = (): PerformanceMetrics => (metrics = withRun(metrics, clock.read()));
    await writeResults(out, staged.folder, { bundle, metrics: complete, report: input, trials }, signal);
    if (signal?.aborted) throw new Interrupted();
    await staged.publish();
    return { out, model: join(out, outputNames.model), metrics };
  } finally {
    // In this order: a pool whose threads could not start may never be closed.
    await staged.discard();
    await pool.close();
  }
}

function foldColumnOf({ fold, roles = {} }: TrainJob): string | undefined {
  return fold ?? Object.keys(roles).find((name) => roles[name] === 'fold');
}

function modelOptions(job: TrainJob): ModelOptions {
  const { seed, testSize, folds, calibration, threads, revealRare, signal, onProgress } = job;
  const given = { seed, testSize, folds, calibration, threads, revealRare, signal, onProgress };
  return {
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Partial<ModelOptions>),
    thresholdRule: thresholdRuleOf(job),
  };
}

function readOptions(job: TrainJob): Parameters<typeof readTable>[1] {
  const { target, positive, drop, types, roles, weight, group, time, fold } = job;
  const { fairness, threads, memory, revealRare, signal } = job;
  const bytesPerValue = trainingBytesPerValue;
  const roled = { target, positive, drop, types, roles, weight, group, time, fold };
  const given = { ...roled, keep: fairness, threads, memory, bytesPerValue, revealRare, signal };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Batches and the table that they are joined to, 8 bytes each. */
const KEPT_BYTES = 16;

/** The labelled rows of a test file, read by the schema of the training table, and columns that are kept beside them. */
async function readTest(
  file: string,
  schema: Schema,
  job: TrainJob,
): Promise<{ readonly dataset: Dataset; readonly kept: readonly CodeColumn[] }> {
  const keep = [...new Set(job.fairness)];
  const batches = scanTable(file, schema, {
    withTarget: true,
    keep,
    bytesPerValue: KEPT_BYTES,
    ...(job.memory === undefined ? {} : { memory: job.memory }),
    ...(job.threads === undefined ? {} : { threads: job.threads }),
    ...(job.signal === undefined ? {} : { signal: job.signal }),
  });
  return partKept((await collectLabelled(file, batches, schema)).dataset, keep.length);
}
