import type { MoveRequest } from '@verdict/store';
import { InvalidOption } from '@verdict/core';
import { Command, Option } from 'commander';
import { moment } from '../../registry/moments.ts';
import { withRegistry } from '../../registry/open-registry.ts';
import { championAlias, parseReference } from '../../registry/reference.ts';
import { actorOf, addChangeOptions, addRegistryOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { print } from '../../terminal/print.ts';
import { layoutTable } from '../../terminal/table.ts';
import { terminalWidth } from '../../terminal/width.ts';
import { wholeNumber } from '../options.ts';
import { finishMove } from './promote.ts';

type DecisionFlags = RegistryFlags & { reason: string };

export function protectCommand(): Command {
  return addChangeOptions(
    new Command('protect')
      .description('let an alias move only with the approval of a second person')
      .argument('<MODEL[@ALIAS]>', 'the alias, such as churn@champion (default: champion)')
      .option('--off', 'let it move without approval again'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  verdict models protect churn\n  verdict models protect churn@champion --off',
    )
    .action(async (text: string, flags: RegistryFlags & { off?: boolean }) =>
      withRegistry(flags, async ({ store }) => {
        const { name, alias = championAlias, version } = parseReference(text);
        if (version !== undefined) {
          throw new InvalidOption({ option: 'the alias', got: text, expected: `such as ${name}@champion` });
        }
        const approval = flags.off !== true;
        const policy = await store.models.setPolicy({ name, alias, approval, by: actorOf(flags) });
        if (flags.json === true) printJson({ policy });
        else {
          print([
            approval
              ? `${name}@${alias} moves only with the approval of a second person now.`
              : `${name}@${alias} moves without approval now.`,
          ]);
        }
      }),
    );
}

export function requestsCommand(): Command {
  return addRegistryOptions(
    new Command('requests')
      .description('moves that wait for approval, and what became of earlier ones')
      .argument('[NAME]', 'of this model')
      .addOption(
        new Option('--state <STATE>', 'of this state alone').choices(['pending', 'approved', 'rejected']),
      ),
  )
    .addHelpText('after', '\nExamples:\n  verdict models requests --state pending')
    .action(async (name: string | undefined, flags: RegistryFlags & { state?: MoveRequest['state'] }) =>
      withRegistry(flags, async ({ store }) => {
        const requests = await store.models.requests({
          ...(name === undefined ? {} : { name }),
          ...(flags.state === undefined ? {} : { state: flags.state }),
        });
        if (flags.json === true) printJson({ requests });
        else print(requestTable(requests));
      }),
    );
}

export function approveCommand(signal: AbortSignal): Command {
  return decisionCommand('approve', 'approve a move that was asked for, which makes it').action(
    async (request: number, flags: DecisionFlags) =>
      withRegistry(flags, async (registry) => {
        const decision = { by: actorOf(flags), reason: flags.reason };
        const move = await registry.store.models.approve(request, decision);
        await finishMove(registry, move, flags, signal);
      }),
  );
}

export function rejectCommand(): Command {
  return decisionCommand('reject', 'reject a move that was asked for').action(
    async (request: number, flags: DecisionFlags) =>
      withRegistry(flags, async ({ store }) => {
        const decision = { by: actorOf(flags), reason: flags.reason };
        const rejected = await store.models.reject(request, decision);
        if (flags.json === true) printJson({ request: rejected });
        else print([`Request ${request} is rejected.`]);
      }),
  );
}

function decisionCommand(name: string, description: string): Command {
  return addChangeOptions(
    new Command(name)
      .description(description)
      .argument('<REQUEST>', 'the number of the request', wholeNumber(1))
      .requiredOption('--reason <TEXT>', 'why; it stays in the history'),
  ).addHelpText('after', `\nExamples:\n  verdict models ${name} 4 --reason "seen the comparison"`);
}

function requestTable(requests: readonly MoveRequest[]): string[] {
  if (requests.length === 0) return ['There is no such request.'];
  return layoutTable(
    ['>request', 'model', 'alias', '>to', 'asked by', 'at (UTC)', 'state', 'decided by', 'reason'],
    requests.map((request) => [
      String(request.id),
      request.name,
      request.alias,
      String(request.version ?? '–'),
      request.by,
      moment(request.at),
      request.state,
      request.decidedBy ?? '',
      request.decision ?? request.reason,
    ]),
    terminalWidth(),
  );
}
