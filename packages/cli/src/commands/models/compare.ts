import type { Version } from '@verdict/store';
import { Command } from 'commander';
import { compare } from 'verdict';
import type { CompareJob } from 'verdict';
import { checkedOut } from '../../registry/checked-out.ts';
import { withRegistry } from '../../registry/open-registry.ts';
import { findVersion, parseReference } from '../../registry/reference.ts';
import { addRegistryOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { styleFor } from '../../terminal/style.ts';
import { terminalWidth } from '../../terminal/width.ts';
import { comparisonSummary } from '../comparison-summary.ts';
import { metricOption } from '../metric-option.ts';

type CompareFlags = RegistryFlags & Pick<CompareJob, 'metric'> & { data?: string };

export function compareVersionsCommand(signal: AbortSignal): Command {
  return addRegistryOptions(
    new Command('compare')
      .description('say which of several versions is better, by how much, and how sure that is')
      .argument('<MODEL...>', 'two or more versions, such as churn:3 churn@champion')
      .option(
        '--data <FILE>',
        'a table with the target, whose rows no version has seen; all are judged on it',
      )
      .addOption(metricOption()),
  )
    .addHelpText(
      'after',
      `
Does what verdict compare does, with versions of the registry.

Examples:
  verdict models compare churn:3 churn@champion --data may.csv
  verdict models compare churn:1 churn:2 churn:3`,
    )
    .action(async (texts: string[], flags: CompareFlags, command: Command) => {
      if (texts.length < 2) command.error('error: one version cannot be compared: name at least two');
      await withRegistry(flags, async (registry) => {
        const versions: Version[] = [];
        for (const text of texts) versions.push(await findVersion(registry.store, parseReference(text)));
        const result = await checkedOut(registry, versions, async (folders) =>
          compare({
            models: folders,
            signal,
            ...(flags.data === undefined ? {} : { file: flags.data }),
            ...(flags.metric === undefined ? {} : { metric: flags.metric }),
          }).then((found) =>
            renamed(
              found,
              folders,
              versions.map(({ name, version }) => `${name}:${version}`),
            ),
          ),
        );
        if (flags.json === true) printJson(result);
        else process.stdout.write(comparisonSummary(result, styleFor(process.stdout), terminalWidth()));
      });
    });
}

/** The same comparison, with the versions' names in the place of the folders that they were laid in. */
function renamed<T>(result: T, folders: readonly string[], names: readonly string[]): T {
  const text = folders.reduce(
    (json, folder, i) => json.replaceAll(JSON.stringify(folder).slice(1, -1), names[i]),
    JSON.stringify(result, (_, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? null : value,
    ),
  );
  return JSON.parse(text) as T;
}
