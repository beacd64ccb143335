import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Postgres of its own, in a temporary folder, for the time of some tests. */
export interface PostgresServer {
  readonly port: number;
  /** Makes an empty database and gives its address. */
  database(): string;
  /** Runs SQL in a database by psql and gives what it prints. */
  query(url: string, sql: string): string;
  /** `fast` ends connections cleanly, `immediate` is what a crash is. */
  stop(mode?: 'fast' | 'immediate'): void;
  start(): void;
  /** Stops it and removes its folder. */
  remove(): void;
}

/**
 * Starts a Postgres on a free port of the loopback, as a user that is not root. Its settings are the defaults,
 * fsync included.
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const programs = process.env.VERDICT_POSTGRES ?? '';
  if (!existsSync(join(programs, 'initdb'))) {
    throw new Error(
      'VERDICT_POSTGRES does not name the folder of initdb and pg_ctl: eval "$(node tools/services.mjs)"',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'verdict-pg-'));
  const user = otherUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const log = join(folder, 'log');
  const port = await freePort();
  const run = (program: string, args: readonly string[], input?: string): string =>
    execFileSync(join(programs, program), args, {
      ...user,
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    });
  run('initdb', ['-D', data, '-U', 'verdict', '-A', 'trust', '-E', 'UTF8', '--no-instructions']);
  const options = Object.entries({
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...settings,
  })
    .map(([name, value]) => `-c ${name}='${value}'`)
    .join(' ');
  let databases = 0;
  const server: PostgresServer = {
    port,
    database() {
      const name = `test_${++databases}`;
      run('psql', [...address('postgres'), '-c', `create database ${name}`]);
      return `postgres://verdict@127.0.0.1:${port}/${name}`;
    },
    query: (url, sql) => run('psql', ['-At', '-v', 'ON_ERROR_STOP=1', url], sql).trim(),
    stop(mode = 'fast') {
      run('pg_ctl', ['-D', data, '-m', mode, '-w', 'stop']);
    },
    start() {
      // The server inherits the streams: pipes would keep this process waiting.
      const { status } = spawnSync(
        join(programs, 'pg_ctl'),
        ['-D', data, '-l', log, '-o', options, '-w', 'start'],
        { ...user, cwd: folder, stdio: 'ignore', env: { PATH: process.env.PATH, LC_ALL: 'C' } },
      );
      if (status !== 0) throw new Error(`Postgres does not start:\n${readFileSync(log, 'utf8')}`);
    },
    remove() {
      if (existsSync(join(data, 'postmaster.pid'))) server.stop('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const address = (database: string) => [
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    'verdict',
    '-d',
    database,
  ];
  server.start();
  return server;
}

/** Postgres refuses to run as root. */
function otherUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' });
    const gid = spawnSync('id', ['-g', name], { encoding: 'utf8' });
    if (uid.status === 0 && gid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('There is no user "postgres" or "nobody" to run Postgres as.');
}

/** A port of the loopback that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
