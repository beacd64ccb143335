import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../../packages/cli/bin/verdict.js', import.meta.url));

/** A server that runs, with all its workers. */
export interface Service {
  readonly url: string;
  readonly pid: number;
  /** Ends every process of it without a word, as a power cut does. */
  kill(): Promise<void>;
  /** Asks it to stop, and gives its exit status. */
  stop(): Promise<number | null>;
  /** What it has said. */
  said(): string;
}

/** Where a store is, as flags and environment. */
export interface StorePlace {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts `verdict serve` on a free port, and waits until it is ready.
 * @param before a command that the server is started by, such as strace with its options
 */
export async function serve(
  place: StorePlace,
  args: readonly string[],
  before: readonly string[] = [],
): Promise<Service> {
  const [command, ...rest] = [
    ...before,
    process.execPath,
    launcher,
    'serve',
    '--port',
    '0',
    ...args,
    ...place.args,
  ];
  const child = spawn(command, rest, {
    env: { ...process.env, NO_COLOR: '1', ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: workers are killed with it.
    detached: true,
  });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await listening(child, () => said);
  return {
    url,
    pid: child.pid ?? 0,
    said: () => said,
    async kill() {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** The address that the server says it serves at, once it is ready. */
async function listening(child: ChildProcess, said: () => string): Promise<string> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const url = /Serving (http:\S+)/.exec(said())?.[1];
    if (url !== undefined) {
      const ready = await fetch(`${url}/health/ready`).then(
        (reply) => reply.ok,
        () => false,
      );
      if (ready) return url;
    }
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`The server did not start:\n${said()}`);
}
