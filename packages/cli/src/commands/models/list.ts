import { Command } from 'commander';
import type { Model, Version } from '@verdict/store';
import { moment } from '../../registry/moments.ts';
import { withRegistry } from '../../registry/open-registry.ts';
import { findVersion, noModel, parseReference } from '../../registry/reference.ts';
import { addRegistryOptions } from '../../registry/registry-options.ts';
import type { RegistryFlags } from '../../registry/registry-options.ts';
import { printJson } from '../../terminal/json.ts';
import { figure } from '../../terminal/numbers.ts';
import { print } from '../../terminal/print.ts';
import { layoutTable } from '../../terminal/table.ts';
import { terminalWidth } from '../../terminal/width.ts';
import { versionLines } from './version-lines.ts';

export function listCommand(): Command {
  return addRegistryOptions(
    new Command('list')
      .description('the models, or the versions of one')
      .argument('[NAME]', 'list the versions of this model'),
  )
    .addHelpText('after', '\nExamples:\n  verdict models list\n  verdict models list churn --json')
    .action(async (name: string | undefined, flags: RegistryFlags) =>
      withRegistry(flags, async ({ store }) => {
        if (name === undefined) {
          const models = await store.models.list();
          if (flags.json === true) printJson({ models });
          else print(modelTable(models));
          return;
        }
        const versions = await store.models.versions(name);
        if (versions.length === 0) throw await noModel(store, name);
        const model = (await store.models.list()).find((one) => one.name === name);
        if (flags.json === true) printJson({ versions });
        else print(versionTable(versions, model));
      }),
    );
}

export function showCommand(): Command {
  return addRegistryOptions(
    new Command('show')
      .description('everything about a version')
      .argument('<MODEL>', 'the version, such as churn:3 or churn@champion; the newest where none is named'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  verdict models show churn@champion\n  verdict models show churn:3 --json',
    )
    .action(async (text: string, flags: RegistryFlags) =>
      withRegistry(flags, async ({ store }) => {
        const version = await findVersion(store, parseReference(text));
        const model = (await store.models.list()).find((one) => one.name === version.name);
        const run = version.runId === null ? undefined : await store.runs.get(version.runId);
        if (flags.json === true) printJson({ version, aliases: aliasesOf(version, model), run: run ?? null });
        else print(versionLines(version, aliasesOf(version, model), run));
      }),
    );
}

function modelTable(models: readonly Model[]): string[] {
  if (models.length === 0) {
    return ['No model is registered: verdict train FILE --target COL --register NAME puts one in.'];
  }
  return layoutTable(
    ['model', '>versions', 'aliases', 'since'],
    models.map(({ name, latest, aliases, at }) => [
      name,
      String(latest),
      aliases.map(({ alias, version }) => `${alias} → ${version}`).join(', '),
      moment(at),
    ]),
    terminalWidth(),
  );
}

function versionTable(versions: readonly Version[], model: Model | undefined): string[] {
  return layoutTable(
    ['>version', 'aliases', 'registered', 'by', '>ROC AUC', '>log loss', 'state'],
    versions.map((version) => [
      String(version.version),
      aliasesOf(version, model).join(', '),
      moment(version.at),
      version.by,
      figure(headlineOf(version, 'rocAuc')),
      figure(headlineOf(version, 'logLoss')),
      stateOf(version),
    ]),
    terminalWidth(),
  );
}

function aliasesOf({ version }: Version, model: Model | undefined): string[] {
  return (model?.aliases ?? []).filter((one) => one.version === version).map(({ alias }) => alias);
}

/** A figure of the headline, or NaN where the version has none of that name. */
function headlineOf({ metrics }: Pick<Version, 'metrics'>, name: string): number {
  const value = (metrics.metrics as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'number' ? value : Number.NaN;
}

function stateOf({ archivedAt, collectedAt }: Version): string {
  if (collectedAt !== null) return 'collected';
  return archivedAt === null ? '' : 'archived';
}
