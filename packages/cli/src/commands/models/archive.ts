import { InvalidOption } from '@verdict/core';
import type { Registry, Version } from '@verdict/store';
import { Command } from 'commander';
import { withRegistry } from '../../registry/open-registry.ts';
import { parseReference } from '../../registry/reference.ts';
import { actorOf, addChangeOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { count, plural } from '../../terminal/numbers.ts';
import { print } from '../../terminal/print.ts';
import { layoutTable } from '../../terminal/table.ts';
import { terminalWidth } from '../../terminal/width.ts';

export function archiveCommand(): Command {
  return versionCommand(
    'archive',
    'put a version away: no alias may move to it',
    'is archived',
    ({ store }, name, version, by) => store.models.archive(name, version, by),
  );
}

export function unarchiveCommand(): Command {
  return versionCommand(
    'unarchive',
    'take an archived version back',
    'is archived no longer',
    ({ store }, name, version, by) => store.models.unarchive(name, version, by),
  );
}

export function collectCommand(): Command {
  return addChangeOptions(
    new Command('gc')
      .description('remove the bytes of archived versions that nothing needs')
      .option('--dry-run', 'say what would be removed, and remove nothing'),
  )
    .addHelpText(
      'after',
      `
Only the bytes of versions go that are archived, were never served by an alias, and are asked for by no request, and
bytes that were never registered; what is younger than a day stays. The entries of versions stay for ever.

Examples:
  verdict models gc --dry-run
  verdict models gc`,
    )
    .action(async (flags: RegistryFlags & { dryRun?: boolean }) =>
      withRegistry(flags, async (registry) => {
        const { collectGarbage } = await import('@verdict/store');
        const { dryRun = false } = flags;
        const { versions, files, bytes } = await collectGarbage(registry, { dryRun, by: actorOf(flags) });
        if (flags.json === true) return printJson({ dryRun, versions, files, bytes });
        if (versions.length + files === 0) return print(['There is nothing to remove.']);
        print([
          `${dryRun ? 'Would remove' : 'Removed'} ${plural(files, 'file')}, ${count(bytes)} bytes.`,
          ...(versions.length === 0
            ? []
            : layoutTable(
                ['model', '>version', 'artifact'],
                versions.map(({ name, version, artifact }) => [name, String(version), artifact]),
                terminalWidth(),
              )),
        ]);
      }),
    );
}

function versionCommand(
  command: string,
  description: string,
  done: string,
  change: (registry: Registry, name: string, version: number, by: string) => Promise<Version>,
): Command {
  return addChangeOptions(
    new Command(command).description(description).argument('<MODEL:VERSION>', 'the version, such as churn:3'),
  )
    .addHelpText('after', `\nExamples:\n  verdict models ${command} churn:3`)
    .action(async (text: string, flags: RegistryFlags) =>
      withRegistry(flags, async (registry) => {
        const { name, version } = parseReference(text);
        if (version === undefined) {
          throw new InvalidOption({ option: 'the version', got: text, expected: 'such as churn:3' });
        }
        const changed = await change(registry, name, version, actorOf(flags));
        if (flags.json === true) printJson({ version: changed });
        else print([`Version ${version} of ${name} ${done}.`]);
      }),
    );
}
