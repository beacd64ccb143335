import { Command } from 'commander';
import { predict } from 'verdict';
import { withProgress } from '../terminal/progress.ts';
import { printable } from '../terminal/table.ts';
import { collectNames, wholeNumber } from './options.ts';

export function predictCommand(signal: AbortSignal): Command {
  return new Command('predict')
    .description('score every row of a table')
    .argument('<FILE>', 'the table to score; columns in any order, further ones are ignored')
    .requiredOption('--model <DIR>', 'the folder of the model (its bundle), such as output/model')
    .option(
      '--out <FILE>',
      'where to write; the ending says the format: .csv, .tsv, .jsonl, .parquet, also .gz (default: CSV on standard output)',
    )
    .option(
      '--keep <COLS>',
      'copy columns of the table, such as a customer number: names parted by commas; may be given several times',
      collectNames,
    )
    .option('--explain', 'add what each column contributed to each row, in log-odds')
    .option(
      '--threads <N>',
      'threads of reading and explaining (default: the number of cores)',
      wholeNumber(1),
    )
    .addHelpText(
      'after',
      `
Writes one line per row in the order of the file: probability (of the positive class) and prediction (the label).
Columns of the file are copied only with --keep, as the file writes them, before the predictions. With --explain, one column "contribution:NAME"
for each column and "contribution:bias"; they add up to the log-odds of the row.

Examples:
  verdict predict new.csv --model output/model > predictions.csv
  verdict predict new.csv --model output/model --keep customer_id,name --out predictions.csv
  verdict predict new.parquet --model output/model --explain --out predictions.parquet
  gunzip -c new.csv.gz | verdict predict - --model output/model`,
    )
    .action(
      async (
        file: string,
        flags: {
          model: string;
          out?: string;
          keep?: readonly string[];
          explain?: boolean;
          threads?: number;
        },
      ) => {
        const { rows } = await withProgress(flags.out === undefined, (progress) =>
          predict({
            ...flags,
            file,
            signal,
            onProgress: (done) => progress.update(`${done} rows`, 0, 1),
          }),
        );
        if (flags.out !== undefined)
          process.stderr.write(`${rows} rows written to ${printable(flags.out)}\n`);
      },
    );
}
