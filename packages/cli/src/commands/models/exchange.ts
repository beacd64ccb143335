import { Command } from 'commander';
import { loadBundle } from '../../registry/bundles.ts';
import { withRegistry } from '../../registry/open-registry.ts';
import { findVersion, parseReference } from '../../registry/reference.ts';
import { firstChampion } from '../../registry/register.ts';
import { actorOf, addChangeOptions, addRegistryOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { plural } from '../../terminal/numbers.ts';
import { print } from '../../terminal/print.ts';
import { registrationLines } from './register.ts';

export function exportCommand(): Command {
  return addRegistryOptions(
    new Command('export')
      .description('write a model, or one of its versions, for another registry')
      .argument('<MODEL>', 'the model, or one version of it, such as churn:3 or churn@champion')
      .requiredOption('--out <FILE|DIR>', 'a file if it ends in .tar, otherwise a folder; it must not exist'),
  )
    .addHelpText(
      'after',
      `
The bundles, the runs that made them and the history of the aliases go along. In a folder, each version is a bundle
that every command reads.

Examples:
  verdict models export churn --out churn.tar
  verdict models export churn@champion --out champion`,
    )
    .action(async (text: string, flags: RegistryFlags & { out: string }) =>
      withRegistry(flags, async (registry) => {
        const { exportModel } = await import('@verdict/store');
        const reference = parseReference(text);
        const { name } = reference;
        const one = reference.version !== undefined || reference.alias !== undefined;
        const versions = await exportModel(registry, {
          name,
          to: flags.out,
          ...(one ? { versions: [(await findVersion(registry.store, reference)).version] } : {}),
        });
        if (flags.json === true) printJson({ name, versions, out: flags.out });
        else print([`Exported ${plural(versions.length, 'version')} of ${name} to ${flags.out}.`]);
      }),
    );
}

export function importVersionCommand(): Command {
  return addChangeOptions(
    new Command('import')
      .description('register what another registry has exported')
      .argument('<FILE|DIR>', 'what verdict models export has written')
      .option('--name <NAME>', 'what the model is called here (default: as it was)'),
  )
    .addHelpText(
      'after',
      `
Versions get new numbers where the model has some already; versions whose bytes are here already are not registered
again. Aliases do not move, but the first version of a new model becomes its champion.

Examples:
  verdict models import churn.tar
  verdict models import champion --name churn-eu`,
    )
    .action(async (from: string, flags: RegistryFlags & { name?: string }) =>
      withRegistry(flags, async (registry) => {
        const { importModel } = await import('@verdict/store');
        const by = actorOf(flags);
        const registered = await importModel(registry, {
          from,
          by,
          check: loadBundle,
          ...(flags.name === undefined ? {} : { name: flags.name }),
        });
        const outcomes = [];
        for (const { version, created } of registered) {
          outcomes.push({ version, created, champion: await firstChampion(registry, version, by) });
        }
        if (flags.json === true) printJson({ registered: outcomes });
        else print(outcomes.flatMap(registrationLines));
      }),
    );
}
