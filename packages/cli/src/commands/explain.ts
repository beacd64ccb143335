import { Command } from 'commander';
import { explain } from 'verdict';
import { withProgress } from '../terminal/progress.ts';
import { printJson } from '../terminal/json.ts';
import { styleFor } from '../terminal/style.ts';
import { explanationSummary } from './explanation-summary.ts';
import { collect, wholeNumber } from './options.ts';
import { rowAnswersSummary } from './row-answers-summary.ts';

export function explainCommand(signal: AbortSignal): Command {
  return new Command('explain')
    .description('say which columns drive the scores of a table, or of one row')
    .argument('<FILE>', 'the table to explain')
    .requiredOption('--model <DIR>', 'the folder of the model (its bundle), such as output/model')
    .option('--row <N>', 'explain this row only; the first row of data is 1', wholeNumber(1))
    .option('--plot <FILE>', 'with --row: draw the row as a waterfall, a picture that ends in .svg or .png')
    .option('--counterfactual', 'with --row: look for the smallest changes that flip the decision')
    .option('--freeze <COL>', 'leave this column alone in such changes; may be given several times', collect)
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
starts from, they add up to the log-odds of the row, before calibration where the model has one. They need no target
column.
Reasons in words compare the row with the training rows.

Examples:
  verdict explain new.csv --model output/model
  verdict explain new.csv --model output/model --row 3
  verdict explain new.csv --model output/model --row 3 --plot row-3.png
  verdict explain new.csv --model output/model --row 3 --counterfactual --freeze age --freeze state`,
    )
    .action(
      async (
        file: string,
        flags: {
          model: string;
          row?: number;
          plot?: string;
          counterfactual?: boolean;
          freeze?: readonly string[];
          threads?: number;
          json?: boolean;
        },
        command: Command,
      ) => {
        const { json = false, ...rest } = flags;
        const wrong = wrongUsage(flags);
        if (wrong !== undefined) command.error(`error: ${wrong}`);
        const result = await withProgress(json, (progress) =>
          explain({
            ...rest,
            file,
            signal,
            onProgress: (done) => progress.update(`${done} rows`, 0, 1),
          }),
        );
        if (json) printJson(result);
        else {
          const style = styleFor(process.stdout);
          process.stdout.write(explanationSummary(result, style));
          if (result.kind === 'row') process.stdout.write(rowAnswersSummary(result, style));
        }
      },
    );
}

/** What is wrong with how the options go together; undefined if nothing is. */
function wrongUsage(flags: {
  readonly row?: number;
  readonly counterfactual?: boolean;
  readonly freeze?: readonly string[];
}): string | undefined {
  if (flags.freeze !== undefined && flags.counterfactual !== true) {
    return "option '--freeze <COL>' needs '--counterfactual' beside it";
  }
  return flags.counterfactual === true && flags.row === undefined
    ? "option '--counterfactual' needs '--row <N>' beside it"
    : undefined;
}
