import { InvalidOption } from '@verdict/core';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Pool, types } from 'pg';
import type { CustomTypesConfig, PoolClient } from 'pg';
import { breaksConnection } from './postgres-faults.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with pg's own parameters such as `sslmode`. */
  readonly url: string;
  /** The most connections. Default: 4. */
  readonly connections?: number;
  /** How long to wait for a connection, milliseconds. Default: 5000. */
  readonly connectTimeout?: number;
  /** How long a statement may take, milliseconds. Default: 30,000. */
  readonly statementTimeout?: number;
}

const bigintType = 20;

/** Where the database is, without user and password. */
export function postgresLocation(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new InvalidOption({
      option: 'VERDICT_DATABASE_URL',
      // The text may hold a password, so it is not repeated.
      got: parsed?.protocol ?? 'something else',
      expected: 'postgres://user:password@host:port/database',
    });
  }
  const host = parsed.host || (parsed.searchParams.get('host') ?? 'localhost');
  return `postgres://${host}${parsed.pathname}`;
}

/** Connections to Postgres in the shape that Kysely asks for; one that broke is not used again. */
export function openPool(options: PostgresOptions): PostgresPool {
  const statementTimeout = options.statementTimeout ?? 30_000;
  const pool = new Pool({
    connectionString: options.url,
    max: options.connections ?? 4,
    connectionTimeoutMillis: options.connectTimeout ?? 5000,
    statement_timeout: statementTimeout,
    // The client gives up a little later than the server: it matters only when the network is dead.
    query_timeout: statementTimeout + 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'verdict',
    types: {
      // Counters and milliseconds are far below 2^53.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === bigintType ? Number : types.getTypeParser(oid, format as 'text'),
    } as CustomTypesConfig,
  });
  // An idle connection that breaks leaves the pool by itself; without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    options: {},
    connect: async () => guarded(await pool.connect()),
    end: () => pool.end(),
  };
}

function guarded(client: PoolClient): PostgresPoolClient {
  let broken = false;
  // Errors between queries come as events; the next query reports them.
  const onError = () => {
    broken = true;
  };
  client.on('error', onError);
  return {
    // Kysely knows a second form, for cursors, which the store does not use.
    query: (async (text: string, values: readonly unknown[]) => {
      try {
        return await client.query(text, values as unknown[]);
      } catch (error) {
        broken ||= breaksConnection(error);
        throw error;
      }
    }) as unknown as PostgresPoolClient['query'],
    release(destroy) {
      client.off('error', onError);
      client.release(destroy === true || broken);
    },
  };
}
