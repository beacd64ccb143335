import { sql } from 'kysely';
import type { CreateTableBuilder, Kysely } from 'kysely';

/** What a migration needs to know of the database that it changes. */
export interface Migrating {
  readonly kind: 'sqlite' | 'postgres';
  readonly db: Kysely<unknown>;
}

export interface Migration {
  readonly name: string;
  up(to: Migrating): Promise<void>;
}

/** Steps from an empty database to today's, in order. One that was released is never changed: a new one follows it. */
export const migrations: readonly Migration[] = [
  { name: 'registry, log, keys and audit', up: first },
  { name: 'feedback by its time', up: feedbackByTime },
];

/** The version of the tables that this program works with. */
export const schemaVersion = migrations.length;

/** Text that sorts by its bytes, as it does in SQLite, whatever the database's language is. */
function text(kind: Migrating['kind']) {
  return kind === 'postgres' ? sql`text collate "C"` : sql`text`;
}

/** A number that counts up with each row. */
function counted<T extends string>(to: Migrating, table: CreateTableBuilder<T>, column: string) {
  return to.kind === 'postgres'
    ? table.addColumn(column, 'bigint', (c) => c.generatedAlwaysAsIdentity().primaryKey())
    : table.addColumn(column, 'integer', (c) => c.primaryKey().autoIncrement());
}

async function first(to: Migrating): Promise<void> {
  const { db } = to;
  const string = text(to.kind);
  const whole = 'bigint' as const;
  const real = 'double precision' as const;

  await db.schema
    .createTable('runs')
    .addColumn('id', string, (c) => c.primaryKey())
    .addColumn('kind', string, (c) => c.notNull())
    .addColumn('model', string)
    .addColumn('by', string, (c) => c.notNull())
    .addColumn('parameters', string, (c) => c.notNull())
    .addColumn('data_fingerprint', string)
    .addColumn('seed', whole)
    .addColumn('code_version', string, (c) => c.notNull())
    .addColumn('lock_hash', string)
    .addColumn('state', string, (c) => c.notNull())
    .addColumn('started_at', whole, (c) => c.notNull())
    .addColumn('finished_at', whole)
    .addColumn('metrics', string, (c) => c.notNull())
    .addColumn('duration_seconds', real)
    .addColumn('cpu_seconds', real)
    .addColumn('artifact', string)
    .addColumn('error', string)
    .execute();
  await db.schema.createIndex('runs_by_time').on('runs').columns(['started_at', 'id']).execute();

  await db.schema
    .createTable('models')
    .addColumn('name', string, (c) => c.primaryKey())
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('by', string, (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('versions')
    .addColumn('name', string, (c) => c.notNull().references('models.name'))
    .addColumn('version', whole, (c) => c.notNull())
    .addColumn('artifact', string, (c) => c.notNull())
    .addColumn('run_id', string, (c) => c.references('runs.id'))
    .addColumn('metrics', string, (c) => c.notNull())
    .addColumn('signature', string, (c) => c.notNull())
    .addColumn('decision', string, (c) => c.notNull())
    .addColumn('origin', string, (c) => c.notNull())
    .addColumn('description', string, (c) => c.notNull())
    .addColumn('by', string, (c) => c.notNull())
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('archived_at', whole)
    .addColumn('archived_by', string)
    .addColumn('collected_at', whole)
    .addPrimaryKeyConstraint('versions_key', ['name', 'version'])
    .execute();
  await db.schema.createIndex('versions_by_artifact').on('versions').column('artifact').execute();

  await counted(to, db.schema.createTable('move_requests'), 'id')
    .addColumn('name', string, (c) => c.notNull().references('models.name'))
    .addColumn('alias', string, (c) => c.notNull())
    .addColumn('version', whole)
    .addColumn('expected', string)
    .addColumn('by', string, (c) => c.notNull())
    .addColumn('reason', string, (c) => c.notNull())
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('state', string, (c) => c.notNull())
    .addColumn('decided_by', string)
    .addColumn('decided_at', whole)
    .addColumn('decision', string)
    .execute();

  await db.schema
    .createTable('alias_moves')
    .addColumn('sequence', whole, (c) => c.primaryKey())
    .addColumn('name', string, (c) => c.notNull().references('models.name'))
    .addColumn('alias', string, (c) => c.notNull())
    .addColumn('version', whole)
    .addColumn('previous', whole)
    .addColumn('kind', string, (c) => c.notNull())
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('by', string, (c) => c.notNull())
    .addColumn('reason', string, (c) => c.notNull())
    .addColumn('approved_by', string)
    .addColumn('request', whole, (c) => c.references('move_requests.id'))
    .addForeignKeyConstraint('alias_moves_version', ['name', 'version'], 'versions', ['name', 'version'])
    .execute();
  await db.schema
    .createIndex('alias_moves_by_alias')
    .on('alias_moves')
    .columns(['name', 'alias', 'sequence'])
    .execute();

  await db.schema
    .createTable('alias_policies')
    .addColumn('name', string, (c) => c.notNull().references('models.name'))
    .addColumn('alias', string, (c) => c.notNull())
    .addColumn('approval', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('alias_policies_key', ['name', 'alias'])
    .execute();

  await db.schema
    .createTable('keys')
    .addColumn('id', string, (c) => c.primaryKey())
    .addColumn('name', string, (c) => c.notNull())
    .addColumn('role', string, (c) => c.notNull())
    .addColumn('hash', string, (c) => c.notNull().unique())
    .addColumn('prefix', string, (c) => c.notNull())
    .addColumn('expires', whole)
    .addColumn('by', string, (c) => c.notNull())
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('revoked_at', whole)
    .addColumn('replaces', string, (c) => c.references('keys.id'))
    .execute();

  await db.schema
    .createTable('predictions')
    .addColumn('request_id', string, (c) => c.primaryKey())
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('model', string, (c) => c.notNull())
    .addColumn('version', whole, (c) => c.notNull())
    .addColumn('alias', string)
    .addColumn('features', string, (c) => c.notNull())
    .addColumn('probability', real, (c) => c.notNull())
    .addColumn('threshold', real, (c) => c.notNull())
    .addColumn('prediction', 'integer', (c) => c.notNull())
    .addColumn('label', string, (c) => c.notNull())
    .addColumn('key', string)
    .addColumn('details', string)
    .execute();
  await db.schema
    .createIndex('predictions_by_time')
    .on('predictions')
    .columns(['at', 'request_id'])
    .execute();

  await counted(to, db.schema.createTable('feedback'), 'sequence')
    .addColumn('id', string, (c) => c.notNull().unique())
    .addColumn('request_id', string, (c) => c.notNull())
    .addColumn('outcome', string, (c) => c.notNull())
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('by', string, (c) => c.notNull())
    .addColumn('note', string)
    .execute();
  await db.schema
    .createIndex('feedback_by_request')
    .on('feedback')
    .columns(['request_id', 'sequence'])
    .execute();

  await counted(to, db.schema.createTable('audit'), 'sequence')
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('actor', string, (c) => c.notNull())
    .addColumn('action', string, (c) => c.notNull())
    .addColumn('target', string, (c) => c.notNull())
    .addColumn('details', string, (c) => c.notNull())
    .addColumn('request_id', string)
    .execute();

  await db.schema
    .createTable('servers')
    .addColumn('id', string, (c) => c.primaryKey())
    .addColumn('at', whole, (c) => c.notNull())
    .addColumn('sequence', whole, (c) => c.notNull())
    .addColumn('workers', 'integer', (c) => c.notNull())
    .addColumn('address', string, (c) => c.notNull())
    .addColumn('failures', string, (c) => c.notNull())
    .execute();
}

/** Old feedback is found without a look at all of it. */
async function feedbackByTime({ db }: Migrating): Promise<void> {
  await db.schema.createIndex('feedback_by_time').on('feedback').columns(['at', 'request_id']).execute();
}
