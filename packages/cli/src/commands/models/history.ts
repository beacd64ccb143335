import type { AliasMove } from '@verdict/store';
import { Command } from 'commander';
import { instant, moment } from '../../registry/moments.ts';
import { withRegistry } from '../../registry/open-registry.ts';
import { championAlias, noModel } from '../../registry/reference.ts';
import { addRegistryOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { print } from '../../terminal/print.ts';
import { layoutTable, printable } from '../../terminal/table.ts';
import { terminalWidth } from '../../terminal/width.ts';

export function historyCommand(): Command {
  return addRegistryOptions(
    new Command('history')
      .description('what served when, promoted by whom and why')
      .argument('<NAME>', 'the model')
      .option('--alias <ALIAS>', 'of this alias alone (with --at, default: champion)')
      .option(
        '--at <DATE>',
        'what served at this moment, such as 2026-03-01T12:30:00Z; a date alone is its first moment in UTC',
        instant,
      ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  verdict models history churn\n  verdict models history churn --at 2026-03-01T12:30:00Z',
    )
    .action(async (name: string, flags: RegistryFlags & { alias?: string; at?: number }) =>
      withRegistry(flags, async ({ store }) => {
        if ((await store.models.versions(name)).length === 0) throw await noModel(store, name);
        const { alias, at } = flags;
        if (at !== undefined) {
          const asked = alias ?? championAlias;
          const move = await store.models.resolve(name, asked, at);
          if (flags.json === true) printJson({ at, move: move ?? null });
          else print([answer(name, asked, at, move)]);
          return;
        }
        const moves = await store.models.history(name, alias);
        if (flags.json === true) printJson({ moves });
        else print(historyTable(moves));
      }),
    );
}

function answer(name: string, alias: string, at: number, move: AliasMove | undefined): string {
  const when = `${moment(at)} UTC`;
  if (move === undefined || move.version === null) return `At ${when}, ${name}@${alias} pointed nowhere.`;
  const approved = move.approvedBy === null ? '' : `, approved by ${move.approvedBy}`;
  return printable(
    `At ${when}, ${name}@${alias} was version ${move.version}: since ${moment(move.at)} UTC, by ${move.by}${approved}: ${move.reason}`,
  );
}

function historyTable(moves: readonly AliasMove[]): string[] {
  if (moves.length === 0) return ['No alias of this model has ever pointed to a version.'];
  return layoutTable(
    ['>move', 'at (UTC)', 'alias', '>from', '>to', 'by', 'approved by', 'reason'],
    moves.map((move) => [
      String(move.sequence),
      moment(move.at),
      move.alias,
      String(move.previous ?? '–'),
      String(move.version ?? '–'),
      move.by,
      move.approvedBy ?? '',
      `${move.kind === 'rollback' ? 'rollback: ' : ''}${move.reason}`,
    ]),
    terminalWidth(),
  );
}
