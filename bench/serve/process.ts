import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that was started, and is stopped with all its workers. */
export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/**
 * Starts a server and waits until its health answers.
 *
 * @throws an Error with what the process has said, if it ends or does not answer within a minute
 */
export async function start(
  command: string,
  args: readonly string[],
  options: {
    readonly port: number;
    readonly health: string;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<Running> {
  const url = `http://127.0.0.1:${options.port}`;
  // A group of its own, so that workers end with their parent.
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const until = performance.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${command} ended:\n${said}`);
    const healthy = await fetch(`${url}${options.health}`).then(
      (reply) => reply.ok,
      () => false,
    );
    if (healthy) break;
    if (performance.now() > until) {
      await end(child, ended);
      throw new Error(`${command} does not answer:\n${said}`);
    }
    await sleep(100);
  }
  return { url, stop: () => end(child, ended) };
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  process.kill(-child.pid, 'SIGTERM');
  const forced = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 20_000);
  await ended;
  clearTimeout(forced);
}
