import { Command, InvalidArgumentError, Option } from 'commander';
import type { TuneJob } from 'verdict';
import { searchMetrics, searchStrategies, selectionMethods, tune } from 'verdict';
import { addRegisterOptions, takeRegisterFlags } from '../registry/register-options.ts';
import { registeredJob, runOf } from '../registry/registered-job.ts';
import type { RegisterFlags } from '../registry/registered-job.ts';
import { printJson } from '../terminal/json.ts';
import { print } from '../terminal/print.ts';
import { openLeaderboard } from '../terminal/live-leaderboard.ts';
import { withProgress } from '../terminal/progress.ts';
import { styleFor } from '../terminal/style.ts';
import { registeredLines, withRegistration } from './models/register.ts';
import { positiveNumber, wholeNumber } from './options.ts';
import { trainSummary } from './train-summary.ts';
import { addTrainingOptions, trainingJobOf } from './training-options.ts';
import type { TrainingFlags } from './training-options.ts';
import { leaderboardState, searchLines } from './search-summary.ts';

type TuneFlags = TrainingFlags &
  Pick<
    TuneJob,
    | 'search'
    | 'grid'
    | 'trials'
    | 'budget'
    | 'metric'
    | 'engineering'
    | 'select'
    | 'outerFolds'
    | 'resume'
    | 'ensemble'
  > & { windows?: 'expanding' | 'rolling'; gap?: number; window?: number; repeats?: number };

export function tuneCommand(signal: AbortSignal): Command {
  const command = new Command('tune')
    .description('search for the best model of a yes/no column: parameters, features, an ensemble')
    .argument('<FILE>', 'the table to learn from');
  return addRegisterOptions(addTrainingOptions(command, 'auto'))
    .addOption(
      new Option('--search <HOW>', 'how parameters are searched (default: tpe)').choices([
        ...searchStrategies,
      ]),
    )
    .option('--grid <FILE>', 'with --search grid: a JSON file with the values to try of each parameter')
    .option(
      '--trials <N>',
      'end after so many trials; then speed and threads never change the result',
      wholeNumber(1),
    )
    .option(
      '--budget <SECONDS>',
      'wall time for all of the work (default: 300, none with --trials or a grid)',
      positiveNumber,
    )
    .addOption(
      new Option('--metric <NAME>', 'what trials are ranked by (default: log_loss)').choices([
        ...searchMetrics,
      ]),
    )
    .addOption(
      new Option(
        '--engineering <HOW>',
        'try ratios, products, encodings and other features, and keep those that pay (default: auto)',
      ).choices(['auto', 'none']),
    )
    .addOption(
      new Option(
        '--select <METHOD>',
        'leave out features, ranked by this method; how many is validated (default: none)',
      ).choices(['none', ...selectionMethods]),
    )
    .option('--no-ensemble', 'ship one kind of trees, even where several are proven to be better')
    .option(
      '--repeats <R>',
      'cross-validate every trial R times with other folds, 1 to 100 (default: 1)',
      repeatCount,
    )
    .addOption(
      new Option(
        '--windows <KIND>',
        'with --time: judge trials on later rows than those that train them; features, calibration and threshold' +
          ' are still chosen on blocks of time',
      ).choices(['expanding', 'rolling']),
    )
    .option(
      '--gap <ROWS>',
      'with --windows: rows left out between those that train and later ones that judge (default: 0)',
      wholeNumber(0),
    )
    .option(
      '--window <ROWS>',
      'with --windows rolling: most rows that train a trial (default: as many as in the first window)',
      wholeNumber(1),
    )
    .option(
      '--outer-folds <N>',
      'repeat the whole search in N outer folds, 2 to 20, to say how optimistic it is (default: 0, not)',
      outerFoldCount,
    )
    .option('--resume', 'go on where an interrupted search into the same folder has ended')
    .addHelpText(
      'after',
      `
Does what "verdict train" does, after a search: a portfolio of strong configurations comes first, engineered features
are kept only if they pay out of fold, and several kinds of trees are blended only if a paired test says that this is
better. Writes what train writes, and DIR/trials.csv. Finished trials are kept in DIR/search.journal as they come.

Examples:
  verdict tune customers.csv --target churn
  verdict tune customers.csv --target churn --trials 60 --threads 2
  verdict tune customers.csv --target churn --search grid --grid examples/brief-grid.json --metric f1_weighted
  verdict tune visits.parquet --target bought --time visited_at --windows expanding --budget 600
  verdict tune visits.parquet --target bought --time visited_at --windows rolling --window 20000 --gap 100
  verdict tune customers.csv --target churn --budget 600 --resume`,
    )
    .action(async (file: string, given: TuneFlags & RegisterFlags) => {
      const [registry, flags] = takeRegisterFlags(given);
      const { json = false } = flags;
      const training = await trainingJobOf(file, flags, command, signal);
      const job = { ...training, ...searchOf(flags, training.folds) } as TuneJob;
      const wrong = wrongSearch(job, flags);
      if (wrong !== undefined) command.error(`error: ${wrong}`);
      const board = openLeaderboard(json);
      try {
        const { outcome, ...registered } = await registeredJob(registry, runOf('tune', job), () =>
          withProgress(json, (progress) =>
            tune({
              ...job,
              started: 0,
              onProgress: ({ stage, done, total }) => {
                // The leaderboard stands in the place of the bar while there is one.
                if (stage === 'read') progress.update(stage, done, total);
                else if (stage !== 'train') {
                  board.stop();
                  progress.update(stage, done, total);
                }
              },
              onTrial: (_, state) => {
                progress.stop();
                board.update(leaderboardState(state));
              },
            }),
          ),
        );
        board.stop();
        if (json) printJson(withRegistration(outcome.metrics, registered));
        else {
          process.stdout.write(trainSummary(outcome, styleFor(process.stdout), searchLines(outcome.metrics)));
          print(registeredLines(registered));
        }
      } finally {
        board.stop();
      }
    });
}

/**
 * The options of the search alone.
 * @param folds those of the cross-validation, wherever they were given
 */
function searchOf(flags: TuneFlags, folds = 5): Partial<TuneJob> {
  const { search, grid, trials, budget, metric, engineering, select, outerFolds, resume, ensemble } = flags;
  const { windows, gap, window, repeats } = flags;
  const given = { search, grid, trials, budget, metric, engineering, select, outerFolds, resume, ensemble };
  const scheme =
    windows !== undefined
      ? { kind: windows, folds, gap: gap ?? 0, ...(window === undefined ? {} : { window }) }
      : repeats !== undefined && repeats > 1
        ? { kind: 'stratified' as const, folds, repeats }
        : undefined;
  return Object.fromEntries(
    Object.entries({ ...given, scheme }).filter(([, value]) => value !== undefined),
  ) as Partial<TuneJob>;
}

/** What is wrong with how the options go together; undefined if nothing is. */
function wrongSearch(job: TuneJob, { windows, gap, window, repeats }: TuneFlags): string | undefined {
  if (job.search === 'grid' && job.grid === undefined) return "option '--search grid' needs '--grid <FILE>'";
  if (job.search !== 'grid' && job.grid !== undefined) return "option '--grid <FILE>' needs '--search grid'";
  const columns = { time: job.time, fold: job.fold };
  for (const [column, role] of Object.entries(job.roles ?? {}))
    if (role === 'time' || role === 'fold') columns[role] = column;
  if (windows !== undefined && columns.time === undefined) return "option '--windows' needs '--time <COL>'";
  if (windows === undefined && gap !== undefined) return "option '--gap' needs '--windows'";
  if (windows !== 'rolling' && window !== undefined) return "option '--window' needs '--windows rolling'";
  if (windows !== undefined && repeats !== undefined && repeats > 1)
    return "option '--repeats' cannot be used with '--windows': time has one order";
  if (repeats !== undefined && repeats > 1 && columns.time !== undefined)
    return "option '--repeats' cannot be used with '--time': time has one order";
  if (columns.fold !== undefined && (windows !== undefined || (repeats !== undefined && repeats > 1)))
    return `option '${windows === undefined ? '--repeats' : '--windows'}' cannot be used with '--fold', which decides alone`;
  return undefined;
}

function repeatCount(text: string): number {
  const value = wholeNumber(1)(text);
  if (value <= 100) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 100.');
}

function outerFoldCount(text: string): number {
  const value = wholeNumber(0)(text);
  if (value !== 1 && value <= 20) return value;
  throw new InvalidArgumentError('Expected 0, or a whole number from 2 to 20.');
}
