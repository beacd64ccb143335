import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/folder.ts';
import { startPostgres } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { madeBodies, registerModels, storePlace, trainModels } from './support/registered.ts';
import { serve } from './support/service.ts';
import type { Service } from './support/service.ts';

// A process that is killed loses nothing that the kernel has, whether it was flushed or not. So the flushes are
// counted: with one request at a time, each answer must come after a flush of its own.
const folder = scratchFolder();
const [body] = madeBodies(1);
const REQUESTS = 40;
let postgres: PostgresServer;
let models: string[];

beforeAll(async () => {
  models = await trainModels(folder.path, [1], (name, text) => folder.file(name, text));
  postgres = await startPostgres();
}, 300_000);

afterAll(() => postgres?.remove());

async function askOneByOne(server: Service): Promise<void> {
  for (let i = 0; i < REQUESTS; i++) {
    const reply = await fetch(`${server.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(reply.status).toBe(200);
    await reply.text();
  }
}

/** Every process of Postgres, and the one that starts more of them. */
function postgresPids(url: string): string[] {
  const pids = postgres.query(url, 'select pid from pg_stat_activity').split('\n');
  const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pids[0]}/status`, 'utf8'))?.[1];
  return [...pids.filter((pid) => existsSync(`/proc/${pid}`)), parent ?? ''];
}

/** The lines of a trace that flush a file whose path has this part, and came to their end. */
function flushes(trace: string, part: string): number {
  const lines = trace.split('\n');
  return lines.filter((line) => {
    if (!/f(?:data)?sync\(/.test(line) || !line.includes(part)) return false;
    if (line.trim().endsWith('= 0')) return true;
    // Of several threads, a call may be shown in two parts.
    const thread = /^\d+/.exec(line)?.[0];
    return (
      line.includes('<unfinished') &&
      lines.some(
        (other) => other.startsWith(`${thread} `) && /f(?:data)?sync resumed.*= 0$/.test(other.trim()),
      )
    );
  }).length;
}

describe('a durable log', () => {
  it('on SQLite reaches the disk before each answer', async () => {
    const place = storePlace();
    await registerModels(place, models);
    const trace = join(folder.path, 'sqlite.trace');
    const server = await serve(
      place,
      ['--log', 'durable'],
      ['strace', '--follow-forks', '--decode-fds=path', '--trace=fsync,fdatasync', `--output=${trace}`],
    );
    const before = flushes(readFileSync(trace, 'utf8'), 'verdict.sqlite-wal');
    await askOneByOne(server);
    const after = flushes(readFileSync(trace, 'utf8'), 'verdict.sqlite-wal');
    await server.kill();
    process.stderr.write(
      `sqlite: ${REQUESTS} answers one by one, ${after - before} flushes of the write-ahead log\n`,
    );
    expect(after - before).toBeGreaterThanOrEqual(REQUESTS);
    rmSync(dirname(place.dataDir), { recursive: true, force: true });
  }, 180_000);

  it('on Postgres reaches the disk before each answer', async () => {
    const place = storePlace(postgres.database());
    await registerModels(place, models);
    expect(
      postgres.query(
        place.env.VERDICT_DATABASE_URL,
        'show fsync; show synchronous_commit; show wal_sync_method',
      ),
    ).toBe('on\non\nfdatasync');
    const server = await serve(place, ['--log', 'durable']);
    const trace = join(folder.path, 'postgres.trace');
    const pids = postgresPids(place.env.VERDICT_DATABASE_URL);
    const strace = spawn(
      'strace',
      [
        '--follow-forks',
        '--decode-fds=path',
        '--trace=fsync,fdatasync',
        `--output=${trace}`,
        ...pids.flatMap((pid) => ['--attach', String(pid)]),
      ],
      { stdio: 'ignore' },
    );
    await sleep(1500);
    await askOneByOne(server);
    await sleep(200);
    strace.kill('SIGINT');
    await new Promise((resolve) => strace.once('close', resolve));
    await server.kill();
    const counted = flushes(readFileSync(trace, 'utf8'), '/pg_wal/');
    process.stderr.write(
      `postgres: ${REQUESTS} answers one by one, ${counted} flushes of the write-ahead log\n`,
    );
    expect(counted).toBeGreaterThanOrEqual(REQUESTS);
    rmSync(dirname(place.dataDir), { recursive: true, force: true });
  }, 180_000);
});
