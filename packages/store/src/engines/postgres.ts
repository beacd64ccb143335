import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect, PostgresDriver, sql } from 'kysely';
import type { DatabaseConnection, Driver, PostgresDialectConfig, Transaction } from 'kysely';
import type { Tables } from '../sql/tables.ts';
import { quoted } from './bulk.ts';
import { commitUnknown } from './engine.ts';
import type { BulkTable, Engine } from './engine.ts';
import { breaksConnection, translatePostgres } from './postgres-faults.ts';
import { openPool, postgresLocation } from './postgres-pool.ts';
import type { PostgresOptions } from './postgres-pool.ts';

/** The schema that holds all tables, so that they can share a database with others. */
const schema = 'verdict';

/** Any number that is ours: the advisory lock of the registry ("VERD"). */
const registryLock = 0x56455244;

/** The types of the arrays that rows travel in. */
const arrayTypes = { text: 'text[]', integer: 'bigint[]', real: 'double precision[]' } as const;

/**
 * Opens a database of Postgres. Every transaction commits to the server's disk, whatever the server's default
 * is. Nothing is asked of the server yet.
 *
 * @throws InvalidOption when the address is no address of Postgres
 */
export function openPostgres(options: PostgresOptions): Engine {
  const location = postgresLocation(options.url);
  const db = new Kysely<Tables>({
    dialect: new DurableDialect({ pool: openPool(options) }),
    plugins: [new CamelCasePlugin()],
  }).withSchema(schema);
  return {
    kind: 'postgres',
    location,
    db,
    schemaVersion,
    makeSchema,
    async lockRegistry(transaction: Transaction<Tables>) {
      await sql`select pg_advisory_xact_lock(${sql.lit(registryLock)})`.execute(transaction);
    },
    insertNew,
    translate: (error) => translatePostgres(error, location),
    close: () => db.destroy(),
  };
}

async function schemaVersion(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass(${`${schema}.verdict_schema`}) is not null as found`.execute(db);
  if (rows[0]?.found !== true) return 0;
  const { version } = await db
    .selectFrom('verdictSchema')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirstOrThrow();
  return version ?? 0;
}

/** Makes the schema if it is not there: a database's owner may have made it for a user who may not. */
async function makeSchema(transaction: Transaction<Tables>): Promise<void> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(transaction);
  if (rows.length === 0) await sql`create schema ${sql.id(schema)}`.execute(transaction);
}

/** One statement, whose text is always the same, with one array for each column. */
async function insertNew(
  transaction: Transaction<Tables>,
  into: BulkTable,
  rows: readonly object[],
): Promise<Set<unknown>> {
  const columns = into.columns.map(({ column }) => quoted(column)).join(', ');
  const arrays = into.columns.map(({ type }, i) => `$${i + 1}::${arrayTypes[type]}`).join(', ');
  const key = into.columns[0];
  const text = `insert into ${quoted(schema)}.${quoted(into.table)} (${columns}) select * from unnest(${arrays}) on conflict (${quoted(key.column)}) do nothing returning ${quoted(key.column)} as inserted`;
  const values = into.columns.map(({ property }) =>
    (rows as readonly Record<string, unknown>[]).map((row) => row[property]),
  );
  const result = await transaction.executeQuery<{ inserted: unknown }>(CompiledQuery.raw(text, values));
  return new Set(result.rows.map(({ inserted }) => inserted));
}

class DurableDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new DurableDriver(this.#config);
  }
}

class DurableDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin; set local synchronous_commit to on'));
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.commitTransaction(connection);
    } catch (error) {
      // The commit may have reached the server before the connection broke.
      if (error instanceof Error && breaksConnection(error)) Object.assign(error, { [commitUnknown]: true });
      throw error;
    }
  }

  override async rollbackTransaction(
    connection: Parameters<PostgresDriver['rollbackTransaction']>[0],
  ): Promise<void> {
    // Where even this fails, the connection is discarded and the server rolls back by itself. What is to be
    // reported is the error that came before, which knows whether a commit was on its way.
    await super.rollbackTransaction(connection).catch(() => undefined);
  }
}
