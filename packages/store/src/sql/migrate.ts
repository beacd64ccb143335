import { InvalidStore } from '@verdict/core';
import type { Kysely } from 'kysely';
import type { Engine } from '../engines/engine.ts';
import { migrations as released } from './migrations.ts';
import type { Migration } from './migrations.ts';
import type { Tables } from './tables.ts';

/**
 * Brings the tables to the version of this program, in one transaction: of several programs that start at
 * once, one does it and the others find it done.
 *
 * @param migrations default: those of this version
 * @throws InvalidStore when the tables are newer than this program knows
 */
export async function migrate(
  engine: Engine,
  now: number,
  migrations: readonly Migration[] = released,
): Promise<void> {
  // Most starts find nothing to do; they need no lock.
  if ((await versionOf(engine, engine.db, migrations.length)) === migrations.length) return;
  await engine.db.transaction().execute(async (transaction) => {
    await engine.lockRegistry(transaction);
    await engine.makeSchema(transaction);
    await transaction.schema
      .createTable('verdict_schema')
      .ifNotExists()
      .addColumn('version', 'integer', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .execute();
    const from = await versionOf(engine, transaction, migrations.length);
    for (const [i, migration] of migrations.entries()) {
      if (i < from) continue;
      await migration.up({ kind: engine.kind, db: transaction as unknown as Kysely<unknown> });
      await transaction
        .insertInto('verdictSchema')
        .values({ version: i + 1, name: migration.name, at: now })
        .execute();
    }
  });
}

async function versionOf(engine: Engine, db: Kysely<Tables>, known: number): Promise<number> {
  const version = await engine.schemaVersion(db);
  if (version > known) {
    throw new InvalidStore({
      problem: `${engine.location}: the store has version ${version} of its tables, this Verdict knows up to ${known}.`,
      hint: 'Update Verdict on this machine: a newer one has written to this store.',
    });
  }
  return version;
}
