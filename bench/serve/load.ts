import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a server did under load. */
export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Asks a server for predictions over 32 connections, with wrk, the rows of a file of bodies in turn.
 *
 * @throws an Error if any request failed
 */
export async function load(
  url: string,
  options: { readonly bodies: string; readonly seconds: number; readonly key?: string | undefined },
): Promise<Load> {
  const { bodies, seconds, key } = options;
  const { stdout } = await run('wrk', [
    '--threads',
    '1',
    '--connections',
    '32',
    '--duration',
    `${seconds}s`,
    '--timeout',
    '30s',
    '--script',
    join(import.meta.dirname, 'predict.lua'),
    url,
    '--',
    bodies,
    ...(key === undefined ? [] : [key]),
  ]);
  const result = JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? 'null') as {
    requests: number;
    seconds: number;
    p50: number;
    p99: number;
    failed: number;
  } | null;
  if (result === null || result.requests === 0) throw new Error(`wrk measured nothing at ${url}:\n${stdout}`);
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} requests to ${url} failed`);
  return { requestsPerSecond: result.requests / result.seconds, p50: result.p50, p99: result.p99 };
}
