import { columnRoles, columnTypes } from '@verdict/core';
import type { ColumnRole, ColumnType } from '@verdict/core';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { TrainJob } from 'verdict';
import { calibrationOptions, readConfig } from 'verdict';
import { addThresholdOptions, wrongThreshold } from './decision-options.ts';
import { byteCount, collect, collectPairs, finiteNumber, wholeNumber } from './options.ts';

/** Flags as commander gives them. */
export type TrainingFlags = Partial<Omit<TrainJob, 'file' | 'signal' | 'onProgress' | 'types' | 'roles'>> & {
  type?: Readonly<Record<string, ColumnType>>;
  role?: Readonly<Record<string, ColumnRole>>;
  config?: string;
  json?: boolean;
};

/**
 * Adds the options that every command has which trains a model of a table.
 * @param calibration what the command does if it is not told
 */
export function addTrainingOptions(command: Command, calibration: 'none' | 'auto' = 'none'): Command {
  command
    .option('--target <COL>', 'the yes/no column to predict (here or in the configuration file)')
    .option('--positive <VALUE>', 'the label that counts as yes (default: inferred, and shown)')
    .option('--drop <COL>', 'leave a column out; may be given several times', collect)
    .option('--weight <COL>', 'column that says how much each row counts')
    .option('--group <COL>', 'column whose equal values must stay in one fold, such as a customer number')
    .option('--time <COL>', 'column to order rows by: the model is judged on the latest ones')
    .addOption(
      new Option(
        '--fold <COL>',
        'column whose values are the folds of the cross-validation, instead of folds that are drawn',
      ).conflicts('folds'),
    )
    .option(
      '--fairness <COL>',
      'judge fairness by this column, dropped or not; may be given several times',
      collect,
    )
    .option(
      '--type <COL=TYPE>',
      `set the type of a column: ${columnTypes.join(', ')}`,
      collectPairs(columnTypes),
    )
    .option(
      '--role <COL=ROLE>',
      `set the role of a column: ${columnRoles.join(', ')}`,
      collectPairs(columnRoles),
    )
    .option('--out <DIR>', 'where the results go (default: output)')
    .option('--seed <N>', 'seed of everything that is drawn (default: 42)', wholeNumber(0))
    .addOption(
      new Option('--test <FILE>', 'judge on this file instead of on a part of the rows').conflicts(
        'testSize',
      ),
    )
    .option(
      '--test-size <F>',
      'share of the rows that is held out to judge; 0 judges by cross-validation (default: 0.2)',
      finiteNumber(0),
    )
    .option(
      '--folds <K>',
      'folds of the cross-validation, and models in the bag (default: 5)',
      wholeNumber(2),
    )
    .option(
      '--threads <N>',
      'worker threads (default: the number of cores); never changes the result',
      wholeNumber(1),
    )
    .option('--memory <SIZE>', 'memory that may be used, such as 8GB (default: what is free)', byteCount)
    .addOption(
      new Option(
        '--calibration <KIND>',
        `how log-odds become probabilities: auto takes what pays out of fold (default: ${calibration})`,
      ).choices(calibrationOptions),
    );
  return addThresholdOptions(command)
    .option('--config <FILE>', 'read options from a JSON file (see docs/configuration.md); flags win over it')
    .option('--reveal-rare', 'keep values that fewer than five rows have in the model and the report')
    .option('--json', 'print one JSON document (the performance metrics) and nothing else');
}

/** The job that flags and configuration file ask for; wrong usage ends the command. */
export async function trainingJobOf(
  file: string,
  flags: TrainingFlags,
  command: Command,
  signal: AbortSignal,
): Promise<TrainJob> {
  const { config, json: _, type, role, ...given } = flags;
  const { test, testSize, fold, folds, types, roles, ...kept } =
    config === undefined ? {} : await readConfig(config);
  const byRole = Object.entries({ ...roles, ...role }).find(([, one]) => one === 'target');
  const dealt = given.fold !== undefined || given.folds !== undefined;
  const judged = given.test !== undefined || given.testSize !== undefined;
  const job = {
    ...(byRole === undefined ? {} : { target: byRole[0] }),
    ...kept,
    // A flag that says how to judge, or how folds come about, goes before either way in the file.
    ...(judged
      ? {}
      : { ...(test === undefined ? {} : { test }), ...(testSize === undefined ? {} : { testSize }) }),
    ...(dealt ? {} : { ...(fold === undefined ? {} : { fold }), ...(folds === undefined ? {} : { folds }) }),
    // The file speaks for the columns that no flag names.
    types: { ...types, ...type },
    roles: { ...roles, ...role },
    ...given,
    file,
    signal,
  } as TrainJob;
  const wrong = wrongUsage(job);
  if (wrong !== undefined) command.error(`error: ${wrong}`);
  return job;
}

/** What is wrong with how the options go together, wherever they were given; undefined if nothing is. */
function wrongUsage(job: Partial<TrainJob>): string | undefined {
  return job.target === undefined
    ? "required option '--target <COL>' not specified: it names the yes/no column to predict"
    : wrongThreshold(job);
}
