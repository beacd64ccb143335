import { Command } from 'commander';
import { compare } from 'verdict';
import type { CompareJob } from 'verdict';
import { printJson } from '../terminal/json.ts';
import { withProgress } from '../terminal/progress.ts';
import { styleFor } from '../terminal/style.ts';
import { comparisonSummary } from './comparison-summary.ts';
import { metricOption } from './metric-option.ts';
import { byteCount, wholeNumber } from './options.ts';

type CompareFlags = Pick<CompareJob, 'metric' | 'seed' | 'threads' | 'memory'> & {
  data?: string;
  json?: boolean;
};

export function compareCommand(signal: AbortSignal): Command {
  return new Command('compare')
    .description('say which of several models is better, by how much, and how sure that is')
    .argument('<DIR...>', 'two or more folders of models, such as output/model or output')
    .option('--data <FILE>', 'a table with the target, whose rows no model has seen; all are judged on it')
    .addOption(metricOption())
    .option('--seed <N>', 'seed of the bootstrap (default: 42)', wholeNumber(0))
    .option('--threads <N>', 'threads of the reader (default: the number of cores)', wholeNumber(1))
    .option('--memory <SIZE>', 'memory that may be used, such as 8GB (default: what is free)', byteCount)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText(
      'after',
      `
With --data every model scores the rows by its own schema, and they are compared row by row: ROC AUC by DeLong's test,
every figure by the paired bootstrap, decisions by McNemar's test. Without, by the figures in the bundles, which say
less: intervals are then those of rows drawn apart. Where two models were cross-validated on the same folds, the
corrected resampled t-test compares their folds. With more than two models, all are compared with the best, and
p-values are corrected for that (Holm).

Examples:
  verdict compare output other --data later.csv
  verdict compare runs/1 runs/2 runs/3 --data later.csv --metric log_loss
  verdict compare output other --json`,
    )
    .action(async (models: string[], flags: CompareFlags, command: Command) => {
      const { json = false, data, ...rest } = flags;
      if (models.length < 2) command.error('error: one folder cannot be compared: name at least two');
      const result = await withProgress(json, (progress) =>
        compare({
          ...rest,
          ...(data === undefined ? {} : { file: data }),
          models,
          signal,
          onProgress: (done) => progress.update(`${done} rows`, 0, 1),
        }),
      );
      if (json) printJson(result);
      else process.stdout.write(comparisonSummary(result, styleFor(process.stdout), process.stdout.columns));
    });
}
