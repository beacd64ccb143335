import { Command } from 'commander';
import { evaluate } from 'verdict';
import { withProgress } from '../terminal/progress.ts';
import { printJson } from '../terminal/json.ts';
import { styleFor } from '../terminal/style.ts';
import { evaluationSummary } from './evaluation-summary.ts';
import { byteCount, collect, wholeNumber } from './options.ts';

export function evaluateCommand(signal: AbortSignal): Command {
  return new Command('evaluate')
    .description('judge a model on a table that has the target column')
    .argument('<FILE>', 'the table; rows without a target are left out and counted')
    .requiredOption('--model <DIR>', 'the folder of the model (its bundle), such as output/model')
    .option('--seed <N>', 'seed of the bootstrap intervals (default: 42)', wholeNumber(0))
    .option(
      '--fairness <COL>',
      'judge fairness by this column, used by the model or not; may be given several times',
      collect,
    )
    .option('--threads <N>', 'threads of the reader (default: the number of cores)', wholeNumber(1))
    .option('--memory <SIZE>', 'memory that may be used, such as 8GB (default: what is free)', byteCount)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText(
      'after',
      `
Judge on rows that the model has not seen: figures on its own training rows flatter it.
Subgroups on which it is worse than elsewhere are looked for, too.

Examples:
  verdict evaluate march.csv --model output/model
  verdict evaluate march.csv --model output/model --fairness gender --fairness age
  verdict evaluate march.csv --model output/model --json`,
    )
    .action(
      async (
        file: string,
        flags: {
          model: string;
          seed?: number;
          fairness?: readonly string[];
          threads?: number;
          memory?: number;
          json?: boolean;
        },
      ) => {
        const { json = false, ...rest } = flags;
        const result = await withProgress(json, (progress) =>
          evaluate({
            ...rest,
            file,
            signal,
            onProgress: (done) => progress.update(`${done} rows`, 0, 1),
          }),
        );
        if (json) printJson(result);
        else process.stdout.write(evaluationSummary(result, styleFor(process.stdout)));
      },
    );
}
