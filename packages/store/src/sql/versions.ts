import { Conflict, NotFound } from '@verdict/core';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { checkHash, checkModelName, checkText } from '../checks.ts';
import type { Model, NewVersion, Registered, Version } from '../records/models.ts';
import type { Models } from '../store.ts';
import { currentAliases } from './alias-history.ts';
import { writeAudit } from './audit.ts';
import type { Context } from './context.ts';
import { fromJson, toJson } from './json-text.ts';
import type { Tables } from './tables.ts';

type VersionRow = Selectable<Tables['versions']>;

/** The part of the registry that knows models and their versions. */
export function openVersions(
  context: Context,
): Pick<Models, 'register' | 'version' | 'versions' | 'list' | 'archive' | 'unarchive'> {
  return {
    async register(version: NewVersion): Promise<Registered> {
      const { name, by } = checkNew(version);
      return context.change((transaction) => register(transaction, context.now(), name, by, version));
    },

    async version(name: string, version: number): Promise<Version | undefined> {
      return context.read(async (db) => {
        const row = await findVersion(db, name, version);
        return row === undefined ? undefined : versionOf(row);
      });
    },

    async versions(name: string): Promise<readonly Version[]> {
      return context.read(async (db) => {
        const rows = await db
          .selectFrom('versions')
          .selectAll()
          .where('name', '=', name)
          .orderBy('version', 'desc')
          .execute();
        return rows.map(versionOf);
      });
    },

    async list(): Promise<readonly Model[]> {
      const models = await context.read((db) =>
        db
          .selectFrom('models')
          .innerJoin('versions', 'versions.name', 'models.name')
          .select(({ fn }) => ['models.name', 'models.at', fn.max('versions.version').as('latest')])
          .groupBy(['models.name', 'models.at'])
          .orderBy('models.name')
          .execute(),
      );
      const aliases = await context.read((db) => currentAliases(db));
      return models.map((model) => ({
        ...model,
        aliases: aliases.filter(({ name }) => name === model.name),
      }));
    },

    archive: (name, version, by) =>
      context.change((transaction) => archive(transaction, context.now(), name, version, by)),

    unarchive: (name, version, by) =>
      context.change((transaction) => unarchive(transaction, context.now(), name, version, by)),
  };
}

function checkNew(version: NewVersion): { name: string; by: string } {
  checkHash('artifact', version.artifact);
  checkText('description', version.description ?? '');
  return { name: checkModelName(version.name), by: checkText('by', version.by, 200, 1) };
}

async function register(
  transaction: Transaction<Tables>,
  at: number,
  name: string,
  by: string,
  version: NewVersion,
): Promise<Registered> {
  await transaction
    .insertInto('models')
    .values({ name, at, by })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const same = await transaction
    .selectFrom('versions')
    .selectAll()
    .where('name', '=', name)
    .where('artifact', '=', version.artifact)
    .where('archivedAt', 'is', null)
    .where('collectedAt', 'is', null)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (same !== undefined) return { version: versionOf(same), created: false };
  if (version.runId !== null) await checkRun(transaction, version.runId);
  const { latest } = await transaction
    .selectFrom('versions')
    .select(({ fn }) => fn.max('version').as('latest'))
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  const row: VersionRow = {
    name,
    version: (latest ?? 0) + 1,
    artifact: version.artifact,
    runId: version.runId,
    metrics: toJson(version.metrics),
    signature: toJson(version.signature),
    decision: toJson(version.decision),
    origin: toJson(version.origin),
    description: version.description ?? '',
    by,
    at,
    archivedAt: null,
    archivedBy: null,
    collectedAt: null,
  };
  await transaction.insertInto('versions').values(row).execute();
  await writeAudit(transaction, at, by, 'version.register', `${name}/${row.version}`, {
    artifact: row.artifact,
    run: row.runId,
  });
  return { version: versionOf(row), created: true };
}

async function checkRun(transaction: Transaction<Tables>, id: string): Promise<void> {
  const run = await transaction.selectFrom('runs').select('id').where('id', '=', id).executeTakeFirst();
  if (run === undefined) {
    throw new NotFound({ problem: `There is no run ${id}.`, hint: 'See all: verdict runs list.' });
  }
}

async function archive(
  transaction: Transaction<Tables>,
  at: number,
  name: string,
  version: number,
  by: string,
): Promise<Version> {
  const row = await needVersion(transaction, name, version);
  if (row.archivedAt !== null) return versionOf(row);
  const pointing = (await currentAliases(transaction, name)).filter((alias) => alias.version === version);
  if (pointing.length > 0) {
    throw new Conflict({
      problem: `Version ${version} of "${name}" serves as ${pointing.map(({ alias }) => `"${alias}"`).join(', ')}.`,
      hint: 'Move the alias to another version first.',
    });
  }
  return mark(transaction, at, row, { archivedAt: at, archivedBy: by }, by, 'version.archive');
}

async function unarchive(
  transaction: Transaction<Tables>,
  at: number,
  name: string,
  version: number,
  by: string,
): Promise<Version> {
  const row = await needVersion(transaction, name, version);
  if (row.collectedAt !== null) {
    throw new Conflict({
      problem: `The artifact of version ${version} of "${name}" was collected as garbage.`,
      hint: 'Import or train it again: it becomes a new version.',
    });
  }
  if (row.archivedAt === null) return versionOf(row);
  return mark(transaction, at, row, { archivedAt: null, archivedBy: null }, by, 'version.unarchive');
}

async function mark(
  transaction: Transaction<Tables>,
  at: number,
  row: VersionRow,
  changes: Pick<VersionRow, 'archivedAt' | 'archivedBy'>,
  by: string,
  action: string,
): Promise<Version> {
  await transaction
    .updateTable('versions')
    .set(changes)
    .where('name', '=', row.name)
    .where('version', '=', row.version)
    .execute();
  await writeAudit(transaction, at, by, action, `${row.name}/${row.version}`, {});
  return versionOf({ ...row, ...changes });
}

async function findVersion(
  db: Kysely<Tables>,
  name: string,
  version: number,
): Promise<VersionRow | undefined> {
  return db
    .selectFrom('versions')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** @throws NotFound saying which versions there are */
export async function needVersion(db: Kysely<Tables>, name: string, version: number): Promise<VersionRow> {
  const row = await findVersion(db, name, version);
  if (row !== undefined) return row;
  const { latest } = await db
    .selectFrom('versions')
    .select(({ fn }) => fn.max('version').as('latest'))
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  if (latest === null) throw noModel(name);
  throw new NotFound({
    problem: `There is no version ${version} of the model "${name}".`,
    hint: `Its versions are 1 to ${latest}.`,
  });
}

/** @throws NotFound unless there is a model of this name */
export async function needModel(db: Kysely<Tables>, name: string): Promise<void> {
  const model = await db.selectFrom('models').select('name').where('name', '=', name).executeTakeFirst();
  if (model === undefined) throw noModel(name);
}

function noModel(name: string): NotFound {
  return new NotFound({
    problem: `There is no model "${name}" in the registry.`,
    hint: 'See all: verdict models list.',
  });
}

function versionOf(row: VersionRow): Version {
  const place = `version ${row.version} of ${row.name}`;
  return {
    ...row,
    metrics: fromJson(row.metrics, place),
    signature: fromJson(row.signature, place),
    decision: fromJson(row.decision, place),
    origin: fromJson(row.origin, place),
  };
}
