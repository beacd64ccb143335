import { Command } from 'commander';
import { version } from 'verdict';
import { compareCommand } from './commands/compare.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { explainCommand } from './commands/explain.ts';
import { importCommand } from './commands/import.ts';
import { inspectCommand } from './commands/inspect.ts';
import { keysCommand } from './commands/keys/index.ts';
import { modelsCommand } from './commands/models/index.ts';
import { predictCommand } from './commands/predict.ts';
import { serveCommand } from './commands/serve.ts';
import { runsCommand } from './commands/runs/index.ts';
import { trainCommand } from './commands/train.ts';
import { tuneCommand } from './commands/tune.ts';
import { typesCommand } from './commands/types.ts';

/**
 * The whole command line.
 * @param signal fires when the user interrupts; commands pass it on and write nothing after it
 */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command('verdict')
    .description('From a table with a yes/no column to a trained, judged and explained model.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help for a command')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(add --help for the options and examples)')
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .exitOverride()
    .addHelpText(
      'after',
      `
FILE is CSV, TSV, Parquet or JSON lines, gzip of these, a quoted glob such as 'parts/*.csv', or - for standard input.

Examples:
  verdict train customers.csv --target churn
  verdict tune customers.csv --target churn --budget 600
  verdict predict new-customers.csv --model output/model --out predictions.csv
  verdict explain new-customers.csv --model output/model --row 3

Exit status: 0 done, 1 bad input or failed check, 2 wrong usage, 130 interrupted.`,
    );
  for (const command of [
    trainCommand,
    tuneCommand,
    importCommand,
    predictCommand,
    evaluateCommand,
    compareCommand,
    explainCommand,
    inspectCommand,
    serveCommand,
    typesCommand,
    modelsCommand,
    runsCommand,
    keysCommand,
  ]) {
    program.addCommand(command(signal));
  }
  settle(program.commands);
  return program;
}

/** Lets commands, and those below them, end as the whole does. */
function settle(commands: readonly Command[]): void {
  for (const command of commands) {
    command.exitOverride().showHelpAfterError('(add --help for help)');
    settle(command.commands);
  }
}
