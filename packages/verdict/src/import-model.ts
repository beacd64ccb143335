import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { Interrupted, InvalidModel, InvalidOption, UnreadableFile } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';
import { inspectTable, readTable } from '@verdict/data';
import type { Table } from '@verdict/data';
import {
  categoryOrders,
  checkOptions,
  featureColumns,
  importTrees,
  openModel,
  openPool,
  readingTypes,
} from '@verdict/learn';
import type {
  CategoryOption,
  ImportedFeature,
  ImportNote,
  Iterations,
  OpenedModel,
  SampleColumn,
} from '@verdict/learn';
import { importCommandOf } from './command-of.ts';
import { importedCard } from './imported-card.ts';
import { importedMetrics } from './imported-metrics.ts';
import type { ImportedMetrics } from './imported-metrics.ts';
import { importedReport } from './imported-report.ts';
import { outputNames, stageOutput } from './output-folder.ts';
import { judgedTable, startClock, withRun } from './performance-metrics.ts';
import { thresholdRuleOf } from './threshold-rule.ts';
import type { ThresholdJob } from './threshold-rule.ts';
import type { JobProgress } from './train.ts';
import { writeResults } from './write-results.ts';

/** A model from elsewhere, and a sample of the data that it is for. */
export interface ImportJob extends ThresholdJob {
  /** The model's file: JSON or UBJSON of XGBoost, or LightGBM's text. */
  readonly model: string;
  /** A table with the target and the columns as the model reads them: a path or a quoted glob. */
  readonly sample: string;
  /** The yes/no column of the sample. */
  readonly target: string;
  /** The label of the sample that is the model's label 1; inferred, and shown, if left out. */
  readonly positive?: string;
  /** Column of the sample that says how much each row counts. */
  readonly weight?: string;
  /** The columns in the order of the model's features; default: by the names in the file, else in the sample's order. */
  readonly features?: readonly string[];
  /** How categories become codes, where the file does not say so. */
  readonly categories?: CategoryOption;
  /** Which rounds are used; default `best` where the file names a best round, otherwise `all`. */
  readonly iterations?: Iterations;
  /** Where the results go; default `output`. */
  readonly out?: string;
  readonly seed?: number;
  readonly threads?: number;
  /** Bytes of memory that may be used; default: what the machine can free. Larger samples are refused. */
  readonly memory?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

/** What an import leaves. */
export interface ImportOutcome {
  /** The output folder, and the bundle in it. */
  readonly out: string;
  readonly model: string;
  readonly metrics: ImportedMetrics;
}

/** A bundle can hold no larger trees. */
const LARGEST_MODEL = 2 ** 31;

/**
 * Makes a bundle of a model that another program has trained: its own margins, with a schema, a plan, a
 * threshold and figures from a sample. Writes what `train` writes, all at once when everything has succeeded.
 *
 * @throws InvalidModel for a file that is broken or of a kind that is not supported, ColumnMissing for columns
 * that the sample lacks, InvalidOption where the order of features or categories is not known, InvalidValue for
 * text where the model reads numbers, and what reading and writing throw; then nothing is written
 */
export async function importModel(job: ImportJob): Promise<ImportOutcome> {
  const { model: path, sample, out = 'output', seed = 42, signal, onProgress } = job;
  checkTexts(job, out);
  await requireRepeatable(sample);
  const clock = startClock();
  const thresholdRule = thresholdRuleOf(job);
  const { threads } = checkOptions(
    { seed, ...(job.threads === undefined ? {} : { threads: job.threads }) },
    availableParallelism(),
  );
  onProgress?.({ stage: 'read', done: 0, total: 1 });
  const opened = openModel(await readBytes(path, signal), basename(path), path, job.iterations);
  const staged = await stageOutput(out, [path, sample]);
  // Workers load while the sample is read.
  const pool = openPool(threads, signal);
  try {
    const { features, table, notes } = await readSample(job, opened);
    if (signal?.aborted) throw new Interrupted();
    const imported = await importTrees(opened, features, table, {
      sample,
      seed,
      thresholdRule,
      fingerprint: table.source.fingerprint,
      pool,
      onProgress,
    });
    if (signal?.aborted) throw new Interrupted();

    onProgress?.({ stage: 'draw', done: 0, total: 1 });
    const findings = [...notes, ...imported.notes, ...table.findings];
    let metrics = importedMetrics(
      { ...judgedTable(sample, table), findings },
      imported,
      features,
      { seed, threads, thresholdRule },
      clock.read(),
    );
    const report = importedReport(metrics, imported, importCommandOf(job, seed));
    const bundle = { ...imported.bundle, card: importedCard(imported) };
    const complete = (): ImportedMetrics => (metrics = withRun(metrics, clock.read()));
    await writeResults(out, staged.folder, { bundle, metrics: complete, report }, signal);
    if (signal?.aborted) throw new Interrupted();
    await staged.publish();
    return { out, model: join(out, outputNames.model), metrics };
  } finally {
    // In this order: a pool whose threads could not start may never be closed.
    await staged.discard();
    await pool.close();
  }
}

function checkTexts({ model, sample, target }: ImportJob, out: string): void {
  for (const [option, got, expected] of [
    ['model', model, 'the path of the model file'],
    ['sample', sample, 'the path of a table with the target and the columns that the model reads'],
    ['target', target, 'the name of the yes/no column of the sample'],
    ['out', out, 'the path of a folder'],
  ] as const) {
    if (typeof got !== 'string' || got === '') throw new InvalidOption({ option, got, expected });
  }
}

/** The sample is looked at, then read: standard input and pipes give their rows once. */
async function requireRepeatable(sample: string): Promise<void> {
  const found = sample === '-' ? undefined : await stat(sample).catch(() => undefined);
  if (sample !== '-' && (found === undefined || found.isFile() || found.isDirectory())) return;
  throw new InvalidOption({
    option: 'sample',
    got: sample,
    expected: 'a file: it is read twice, which standard input and pipes cannot be',
  });
}

function readBytes(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return readRegularFile(path, {
    limit: LARGEST_MODEL,
    signal,
    refuse(problem, trouble, cause) {
      if (trouble === 'large')
        return new InvalidModel({ file: path, problem, hint: 'Save the model with fewer rounds.' });
      const folder = trouble === 'folder';
      return new UnreadableFile({
        file: path,
        problem: folder ? 'this is a folder, not a model file.' : problem,
        hint: folder
          ? 'A bundle needs no import: give its folder to predict, explain or evaluate with --model.'
          : 'Check the path of the model and its permissions.',
        cause,
      });
    },
  });
}

/** The features of a value in single precision, and what scoring and explaining copy of it. */
const BYTES_PER_VALUE = 8;

/** Reads the columns of the sample that the model reads, each as the model needs it. */
async function readSample(
  job: ImportJob,
  opened: OpenedModel,
): Promise<{ features: readonly ImportedFeature[]; table: Table; notes: readonly ImportNote[] }> {
  const { sample, target, positive, weight, threads, memory, signal } = job;
  const given = {
    target,
    ...(weight === undefined ? {} : { weight }),
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memory }),
    ...(signal === undefined ? {} : { signal }),
  };
  const { profile } = await inspectTable(sample, { ...given, revealRare: true });
  const columns = profile.map(({ name, type, top }): SampleColumn => {
    const values = type === 'boolean' || type === 'constant' ? top?.map(({ value }) => value) : undefined;
    return { name, type, ...(values === undefined ? {} : { values }) };
  });
  const matched = featureColumns(opened, columns, {
    sample,
    taken: weight === undefined ? [target] : [target, weight],
    features: job.features,
  });
  const orders = categoryOrders(opened.booster, matched.columns, opened.categories, job.categories);
  const features = matched.columns.map((column, f): ImportedFeature => {
    const order = orders[f];
    return {
      name: opened.booster.featureNames[f],
      type: opened.booster.featureTypes[f],
      column,
      ...(order === undefined ? {} : { order }),
    };
  });
  const read = new Set(matched.columns);
  const unread = columns
    .map(({ name }) => name)
    .filter((name) => name !== target && name !== weight && !read.has(name));
  const table = await readTable(sample, {
    ...given,
    ...(positive === undefined ? {} : { positive }),
    drop: unread,
    bytesPerValue: BYTES_PER_VALUE,
    types: Object.fromEntries(readingTypes(features, columns, sample)),
    roles: Object.fromEntries(matched.columns.map((name) => [name, 'feature'])),
  });
  return { features, table: withReasons(table, new Set(unread)), notes: matched.notes };
}

/** Says of columns that the model does not read nothing but this. */
function withReasons(table: Table, unread: ReadonlySet<string>): Table {
  const explained = <T extends { readonly name: string; readonly reason?: string }>(column: T): T =>
    unread.has(column.name) ? { ...column, reason: 'the model does not read it' } : column;
  return {
    ...table,
    schema: { ...table.schema, columns: table.schema.columns.map(explained) },
    profile: table.profile.map(explained),
    findings: table.findings.filter(
      ({ code, column }) => !(code.startsWith('COLUMN_') && column !== undefined && unread.has(column)),
    ),
  };
}
