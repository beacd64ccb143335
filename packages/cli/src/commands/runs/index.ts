import { NotFound } from '@verdict/core';
import type { Run, RunState } from '@verdict/store';
import { Command, Option } from 'commander';
import { moment } from '../../registry/moments.ts';
import { withRegistry } from '../../registry/open-registry.ts';
import { addRegistryOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { figure } from '../../terminal/numbers.ts';
import { print } from '../../terminal/print.ts';
import { layoutTable } from '../../terminal/table.ts';
import { terminalWidth } from '../../terminal/width.ts';
import { wholeNumber } from '../options.ts';
import { runLines } from './run-lines.ts';

type ListFlags = RegistryFlags & {
  model?: string;
  kind?: string;
  state?: RunState;
  limit: number;
  cursor?: string;
};

/** `verdict runs …`: what was trained, with what, at what cost. */
export function runsCommand(): Command {
  return new Command('runs')
    .description('what was trained: parameters, figures, data, code and cost of every run')
    .addHelpText(
      'after',
      '\nExamples:\n  verdict runs list --model churn\n  verdict runs show 0192f0c1-7b1e-7c3a-9d52-3f1f6c1f0a11',
    )
    .addCommand(listCommand())
    .addCommand(showCommand());
}

function listCommand(): Command {
  return addRegistryOptions(
    new Command('list')
      .description('the runs, newest first')
      .option('--model <NAME>', 'that worked for this model')
      .option('--kind <KIND>', 'of this kind: train, tune or import')
      .addOption(new Option('--state <STATE>', 'of this state').choices(['running', 'finished', 'failed']))
      .option('--limit <N>', 'at most so many', wholeNumber(1), 20)
      .option('--cursor <CURSOR>', 'go on where an earlier list ended'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  verdict runs list\n  verdict runs list --model churn --state failed --json',
    )
    .action(async (flags: ListFlags) =>
      withRegistry(flags, async ({ store }) => {
        const { model, kind, state, limit, cursor } = flags;
        const { items, next } = await store.runs.list(
          {
            ...(model === undefined ? {} : { model }),
            ...(kind === undefined ? {} : { kind }),
            ...(state === undefined ? {} : { state }),
          },
          { limit, ...(cursor === undefined ? {} : { cursor }) },
        );
        if (flags.json === true) return printJson({ runs: items, next });
        print([
          ...(items.length === 0
            ? ['There is no such run: commands note theirs with --register NAME.']
            : table(items)),
          ...(next === null ? [] : [`There are more: --cursor ${next}`]),
        ]);
      }),
    );
}

function showCommand(): Command {
  return addRegistryOptions(
    new Command('show').description('everything about a run').argument('<RUN>', 'its id, as list shows it'),
  )
    .addHelpText('after', '\nExamples:\n  verdict runs show 0192f0c1-7b1e-7c3a-9d52-3f1f6c1f0a11 --json')
    .action(async (id: string, flags: RegistryFlags) =>
      withRegistry(flags, async ({ store }) => {
        const run = await store.runs.get(id);
        if (run === undefined) {
          throw new NotFound({
            problem: `There is no run ${JSON.stringify(id.slice(0, 60))}.`,
            hint: 'verdict runs list shows the ids of runs.',
          });
        }
        if (flags.json === true) printJson({ run });
        else print(runLines(run));
      }),
    );
}

function table(runs: readonly Run[]): string[] {
  return layoutTable(
    ['run', 'kind', 'model', 'started (UTC)', 'state', '>seconds', '>CPU s', '>ROC AUC', 'by'],
    runs.map((run) => [
      run.id,
      run.kind,
      run.model ?? '',
      moment(run.startedAt),
      run.state,
      run.durationSeconds === null ? '–' : run.durationSeconds.toFixed(1),
      run.cpuSeconds === null ? '–' : run.cpuSeconds.toFixed(1),
      figure((run.metrics.metrics as { rocAuc?: number } | undefined)?.rocAuc),
      run.by,
    ]),
    terminalWidth(),
  );
}
