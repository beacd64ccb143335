import { Command } from 'commander';
import { inspect } from 'verdict';
import { printJson } from '../terminal/json.ts';
import { styleFor } from '../terminal/style.ts';
import { inspectionSummary } from './inspection-summary.ts';
import { byteCount, wholeNumber } from './options.ts';

export function inspectCommand(signal: AbortSignal): Command {
  return new Command('inspect')
    .description('show what is in a table or in a bundle')
    .argument('<FILE|DIR>', 'a table, or the folder of a bundle')
    .option('--threads <N>', 'threads of the reader (default: the number of cores)', wholeNumber(1))
    .option('--memory <SIZE>', 'memory that may be used, such as 8GB (default: what is free)', byteCount)
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText(
      'after',
      `
No value is shown that fewer than five rows have, so the least and the greatest number or date are rounded outwards.

Examples:
  verdict inspect customers.csv
  verdict inspect output/model`,
    )
    .action(async (path: string, flags: { threads?: number; memory?: number; json?: boolean }) => {
      const { json = false, ...rest } = flags;
      const result = await inspect({ ...rest, path, signal });
      if (json) printJson(result);
      else process.stdout.write(inspectionSummary(result, styleFor(process.stdout)));
    });
}
