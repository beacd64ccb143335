import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, start } from './process.ts';
import type { Running } from './process.ts';

const run = promisify(execFile);
const here = import.meta.dirname;
const command = join(here, '..', '..', 'packages', 'cli', 'bin', 'verdict.js');

/** Ours, the peer, or Fastify with nothing behind it. */
export type Who = 'verdict' | 'peer' | 'bare';

/** A server in one arrangement. */
export interface Side {
  readonly who: Who;
  readonly name: string;
  readonly workers: number;
  start(): Promise<Running>;
}

/** The peer: uvicorn with one worker and two, the handler as the brief has it (async) and as FastAPI advises (sync). */
export function peerSides(python: string, model: string): Side[] {
  return [1, 2].flatMap((workers) =>
    ['async', 'sync'].map((handler): Side => ({
      who: 'peer',
      name: `${handler} handler`,
      workers,
      async start() {
        const port = await freePort();
        const args = ['-m', 'uvicorn', 'peer_app:app', '--app-dir', here, '--host', '127.0.0.1'];
        return start(
          python,
          [...args, '--port', String(port), '--workers', String(workers), '--no-access-log'],
          { port, health: '/health', env: { PEER_MODEL: model, PEER_HANDLER: handler } },
        );
      },
    })),
  );
}

/** Fastify with a constant answer: what the server under ours can do at most. */
export function bareSide(): Side {
  return {
    who: 'bare',
    name: 'constant answer',
    workers: 1,
    async start() {
      const port = await freePort();
      return start(process.execPath, [join(here, 'bare.ts'), String(port)], { port, health: '/health' });
    },
  };
}

/** Where a server of ours keeps its log. */
export interface Place {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/** Ours: without log, with one that may drop, with one that is on the disk before the answer. */
export function verdictSides(model: string, places: readonly Place[]): Side[] {
  return [1, 2].flatMap((workers) => [
    side('no log', workers, ['--model', model, '--log', 'off'], {}),
    ...places.flatMap(({ name, env, args }) =>
      ['async', 'durable'].map((log) => side(`${log}, ${name}`, workers, [...args, '--log', log], env)),
    ),
  ]);
}

function side(
  name: string,
  workers: number,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Side {
  return {
    who: 'verdict',
    name,
    workers,
    async start() {
      const port = await freePort();
      return start(
        process.execPath,
        [command, 'serve', '--port', String(port), '--workers', String(workers), ...args],
        { port, health: '/health/ready', env },
      );
    },
  };
}

/** Runs `verdict` to its end. */
export async function verdict(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run(process.execPath, [command, ...args], {
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
