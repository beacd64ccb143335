import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { InvalidStore } from '@verdict/core';
import { startPostgres } from '../../../test/support/postgres.ts';
import type { PostgresServer } from '../../../test/support/postgres.ts';
import { openPostgres } from '../src/engines/postgres.ts';
import { openSqlite } from '../src/engines/sqlite.ts';
import { migrate } from '../src/sql/migrate.ts';
import { migrations } from '../src/sql/migrations.ts';
import type { Migration } from '../src/sql/migrations.ts';

const scratch = mkdtempSync(join(tmpdir(), 'verdict-migrate-'));
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => {
  server.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const next: Migration = {
  name: 'one more column',
  async up({ db }) {
    await db.schema.alterTable('models').addColumn('colour', 'text').execute();
  },
};
const broken: Migration = {
  name: 'one that fails half-way',
  async up({ db }) {
    await db.schema.alterTable('models').addColumn('size', 'text').execute();
    await sql`select * from nowhere`.execute(db);
  },
};

describe.each(['sqlite', 'postgres'] as const)('migrations on %s', (kind) => {
  const open =
    kind === 'sqlite' ? () => openSqlite({ path: join(scratch, 'a.sqlite') }) : () => openPostgres({ url });
  let url = '';
  beforeAll(() => {
    url = server.database();
  });

  it('go forward once each, whole or not at all, and never back', async () => {
    const engine = open();
    const version = () => engine.schemaVersion(engine.db);
    expect(await version()).toBe(0);
    await migrate(engine, 1000);
    expect(await version()).toBe(migrations.length);
    await engine.db.insertInto('models').values({ name: 'churn', at: 1, by: 'ann' }).execute();

    const longer = [...migrations, next];
    await Promise.all([migrate(engine, 2000, longer), migrate(engine, 2000, longer)]);
    await migrate(engine, 3000, longer);
    const applied = await engine.db.selectFrom('verdictSchema').selectAll().orderBy('version').execute();
    expect(applied.map(({ name, at }) => [name, at])).toEqual([
      ...migrations.map(({ name }) => [name, 1000]),
      ['one more column', 2000],
    ]);
    expect(await engine.db.selectFrom('models').selectAll().execute()).toEqual([
      { name: 'churn', at: 1, by: 'ann', colour: null },
    ]);

    await expect(migrate(engine, 4000, [...longer, broken])).rejects.toThrow(/nowhere/);
    expect(await version()).toBe(longer.length);
    expect(Object.keys((await engine.db.selectFrom('models').selectAll().execute())[0])).not.toContain(
      'size',
    );
    await expect(migrate(engine, 5000)).rejects.toThrow(InvalidStore);
    await engine.close();
  });
});
