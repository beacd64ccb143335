import { Command } from 'commander';
import { explain } from 'verdict';
import { withProgress } from '../terminal/progress.ts';
import { printJson } from '../terminal/json.ts';
import { styleFor } from '../terminal/style.ts';
import { explanationSummary } from './explanation-summary.ts';
import { wholeNumber } from './options.ts';

export function explainCommand(signal: AbortSignal): Command {
  return new Command('explain')
    .description('say which columns drive the scores of a table, or of one row')
    .argument('<FILE>', 'the table to explain')
    .requiredOption('--model <DIR>', 'the folder of the model (its bundle), such as output/model')
    .option('--row <N>', 'explain this row only; the first row of data is 1', wholeNumber(1))
    .option(
      '--threads <N>',
      'threads of reading and explaining (default: the number of cores)',
      wholeNumber(1),
    )
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText(
      'after',
      `
Contributions are exact TreeSHAP values in log-odds (also called the margin). With the bias, which every row
starts from, they add up to the log-odds of the row. They need no target column.

Examples:
  verdict explain new.csv --model output/model
  verdict explain new.csv --model output/model --row 3`,
    )
    .action(
      async (file: string, flags: { model: string; row?: number; threads?: number; json?: boolean }) => {
        const { json = false, ...rest } = flags;
        const result = await withProgress(json, (progress) =>
          explain({
            ...rest,
            file,
            signal,
            onProgress: (done) => progress.update(`${done} rows`, 0, 1),
          }),
        );
        if (json) printJson(result);
        else process.stdout.write(explanationSummary(result, styleFor(process.stdout)));
      },
    );
}
