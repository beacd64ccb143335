import { basename } from 'node:path';
import type { ImportJob } from './import-model.ts';
import type { ThresholdJob } from './threshold-rule.ts';
import type { TrainJob } from './train.ts';
import type { TuneJob } from './tune.ts';

/** The command that does the same again; the file by its name alone. */
export function commandOf(job: TrainJob, seed: number, command: 'train' | 'tune' = 'train'): string {
  const options: [string, unknown][] = [
    ['target', job.target],
    ['positive', job.positive],
    ...(job.drop ?? []).map((column): [string, unknown] => ['drop', column]),
    ...Object.entries(job.types ?? {}).map(([column, type]): [string, unknown] => [
      'type',
      `${column}=${type}`,
    ]),
    ...Object.entries(job.roles ?? {}).map(([column, role]): [string, unknown] => [
      'role',
      `${column}=${role}`,
    ]),
    ['weight', job.weight],
    ['group', job.group],
    ['time', job.time],
    ['fold', job.fold],
    ...(job.fairness ?? []).map((column): [string, unknown] => ['fairness', column]),
    ['test', job.test === undefined ? undefined : basename(job.test)],
    ['test-size', job.testSize],
    ['folds', job.folds],
    ['calibration', job.calibration],
    ...thresholdOptions(job),
    ['reveal-rare', job.revealRare === true ? true : undefined],
    ['seed', seed],
    ...(command === 'tune' ? searchOptions(job) : []),
  ];
  return commandLine(command, job.file, options);
}

/** What a search was told. */
function searchOptions(job: TuneJob): [string, unknown][] {
  const { scheme } = job;
  const windows = scheme?.kind === 'expanding' || scheme?.kind === 'rolling' ? scheme : undefined;
  return [
    ['search', job.search],
    ['grid', job.grid === undefined ? undefined : basename(job.grid)],
    ['trials', job.trials],
    ['budget', job.budget],
    ['metric', job.metric],
    ['engineering', job.engineering],
    ['select', job.select],
    ['no-ensemble', job.ensemble === false ? true : undefined],
    ['repeats', scheme?.kind === 'stratified' ? scheme.repeats : undefined],
    ['windows', windows?.kind],
    ['gap', windows?.gap],
    ['window', windows?.window],
    ['outer-folds', job.outerFolds],
  ];
}

/** The command that imports the same model again; files by their names alone. */
export function importCommandOf(job: ImportJob, seed: number): string {
  const { categories, features } = job;
  return commandLine('import', job.model, [
    ['sample', basename(job.sample)],
    ['target', job.target],
    ['positive', job.positive],
    ['weight', job.weight],
    ['iterations', job.iterations],
    // A name may hold a comma: then the list has to be a file.
    [
      'features',
      features?.some((name) => name.includes(',')) === true ? 'FEATURES.json' : features?.join(','),
    ],
    ['categories', typeof categories === 'object' ? 'CATEGORIES.json' : categories],
    ...thresholdOptions(job),
    ['seed', seed],
  ]);
}

function thresholdOptions(job: ThresholdJob): [string, unknown][] {
  return [
    ['threshold-rule', job.thresholdRule],
    ['cost-fp', job.costFp],
    ['cost-fn', job.costFn],
    ['cost-tp', job.costTp],
    ['cost-tn', job.costTn],
    ['capacity', job.capacity],
    ['capacity-of', job.capacityOf],
    ['target-precision', job.targetPrecision],
    ['target-recall', job.targetRecall],
  ];
}

/** @param options with their values; true for one that has none, undefined for one that was not given */
function commandLine(command: string, file: string, options: readonly [string, unknown][]): string {
  return [
    `verdict ${command}`,
    quote(basename(file)),
    ...options
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => (value === true ? `--${name}` : `--${name} ${quote(String(value))}`)),
  ].join(' ');
}

/** A word as a POSIX shell reads it back. */
function quote(text: string): string {
  return /^[\w.,:@%+=/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
