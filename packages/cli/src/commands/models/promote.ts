import { InvalidOption } from '@verdict/core';
import { awaitServers } from '@verdict/store';
import type { AliasMove, Registry } from '@verdict/store';
import { Command } from 'commander';
import { withRegistry } from '../../registry/open-registry.ts';
import { championAlias, findVersion, parseReference } from '../../registry/reference.ts';
import { actorOf, addChangeOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { plural } from '../../terminal/numbers.ts';
import { print } from '../../terminal/print.ts';
import { printable } from '../../terminal/table.ts';

type MoveFlags = RegistryFlags & { alias?: string; reason: string; request?: boolean };

export function promoteCommand(signal: AbortSignal): Command {
  return addChangeOptions(
    new Command('promote')
      .description('let an alias point to a version: it serves from now on')
      .argument('<MODEL>', 'the version, such as churn:3 or churn@challenger')
      .option('--alias <ALIAS>', 'the alias that moves (default: champion)')
      .requiredOption('--reason <TEXT>', 'why; it stays in the history')
      .option('--request', 'ask for approval instead, where the alias moves only with one'),
  )
    .addHelpText(
      'after',
      `
Returns when every running server answers by the version. A server that cannot load it serves the former one on, and
is named; then the exit status is 1.

Examples:
  verdict models promote churn:3 --reason "better on May's customers"
  verdict models promote churn:4 --alias challenger --reason "to be compared"
  verdict models promote churn@challenger --reason "won the comparison" --request`,
    )
    .action(async (text: string, flags: MoveFlags) =>
      withRegistry(flags, async (registry) => {
        const { store } = registry;
        const reference = parseReference(text);
        const { name, version } = await findVersion(store, exact(text, reference));
        const alias = flags.alias ?? championAlias;
        const wanted = { name, alias, version, by: actorOf(flags), reason: flags.reason };
        if (flags.request === true) {
          const request = await store.models.requestMove(wanted);
          if (flags.json === true) printJson({ request });
          else {
            print([
              `Asked for approval: request ${request.id}. Somebody else approves it with: verdict models approve ${request.id} --reason …`,
            ]);
          }
          return;
        }
        await finishMove(registry, await store.models.move(wanted), flags, signal);
      }),
    );
}

export function rollbackCommand(signal: AbortSignal): Command {
  return addChangeOptions(
    new Command('rollback')
      .description('go back to the version that served before')
      .argument('<NAME>', 'the model')
      .option('--alias <ALIAS>', 'the alias that moves (default: champion)')
      .requiredOption('--reason <TEXT>', 'why; it stays in the history'),
  )
    .addHelpText('after', '\nExamples:\n  verdict models rollback churn --reason "complaints since noon"')
    .action(async (name: string, flags: MoveFlags) =>
      withRegistry(flags, async (registry) => {
        const alias = flags.alias ?? championAlias;
        const move = await registry.store.models.rollback({
          name,
          alias,
          by: actorOf(flags),
          reason: flags.reason,
        });
        await finishMove(registry, move, flags, signal);
      }),
    );
}

export function retireCommand(signal: AbortSignal): Command {
  return addChangeOptions(
    new Command('retire')
      .description('let an alias point nowhere: it is served no longer')
      .argument('<MODEL@ALIAS>', 'the alias, such as churn@challenger')
      .requiredOption('--reason <TEXT>', 'why; it stays in the history'),
  )
    .addHelpText('after', '\nExamples:\n  verdict models retire churn@challenger --reason "it lost"')
    .action(async (text: string, flags: MoveFlags) =>
      withRegistry(flags, async (registry) => {
        const { name, alias } = parseReference(text);
        if (alias === undefined) {
          throw new InvalidOption({ option: 'the alias', got: text, expected: 'such as churn@challenger' });
        }
        const by = actorOf(flags);
        const move = await registry.store.models.move({
          name,
          alias,
          version: null,
          by,
          reason: flags.reason,
        });
        await finishMove(registry, move, flags, signal);
      }),
    );
}

/** A version that is to serve has to be named: the newest is not meant by accident. */
function exact(text: string, reference: ReturnType<typeof parseReference>): typeof reference {
  if (reference.version !== undefined || reference.alias !== undefined) return reference;
  throw new InvalidOption({ option: 'the version', got: text, expected: `one version, such as ${text}:3` });
}

/** Waits until servers answer by a move, and says what became of it. */
export async function finishMove(
  { store }: Registry,
  move: AliasMove,
  flags: RegistryFlags,
  signal: AbortSignal,
): Promise<void> {
  const outcome = await awaitServers(store, move, { signal });
  if (!outcome.served) process.exitCode = 1;
  if (flags.json === true) return printJson({ move, ...outcome });
  const { name, alias, version, previous } = move;
  const before = previous === null ? 'pointed nowhere' : `pointed to ${previous}`;
  print([
    `${name}@${alias} ${version === null ? 'points nowhere now' : `points to version ${version} now`}; it ${before} before.`,
    ...(outcome.servers === 0 ? ['No server is running.'] : []),
    ...(outcome.servers > 0 && outcome.served
      ? [`${plural(outcome.servers, 'server answers', 'servers answer')} by it.`]
      : []),
    ...outcome.waiting.map(({ address, problem }) => `${address} does not: ${printable(problem)}`),
  ]);
}
