import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './postgres.ts';

/** A real S3-compatible server (versitygw) with one bucket, for the time of some tests. */
export interface S3Server {
  readonly bucket: string;
  /** The environment that reaches it. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder that its objects lie in, as files. */
  readonly objects: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

export async function startS3(): Promise<S3Server> {
  const program = process.env.VERDICT_S3_SERVER ?? '';
  if (!existsSync(program)) {
    throw new Error('VERDICT_S3_SERVER does not name versitygw: eval "$(node tools/services.mjs)"');
  }
  const folder = mkdtempSync(join(tmpdir(), 'verdict-s3-'));
  const bucket = 'models';
  const objects = join(folder, 'data', bucket);
  const sidecar = join(folder, 'sidecar');
  mkdirSync(objects, { recursive: true });
  mkdirSync(sidecar);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let running: ChildProcess | undefined;
  const server: S3Server = {
    bucket,
    objects,
    env: {
      AWS_ACCESS_KEY_ID: 'tester',
      AWS_SECRET_ACCESS_KEY: 'secret of the tests',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_S3: endpoint,
    },
    async start() {
      const options = ['--port', `127.0.0.1:${port}`, '--region', 'eu-central-1', '--quiet'];
      const keys = ['--access', 'tester', '--secret', 'secret of the tests'];
      running = spawn(program, [...options, ...keys, 'posix', '--sidecar', sidecar, join(folder, 'data')], {
        stdio: 'ignore',
      });
      for (let tries = 0; ; tries++) {
        const answer = await fetch(endpoint).catch(() => undefined);
        await answer?.body?.cancel();
        if (answer !== undefined) return;
        if (tries > 200 || running.exitCode !== null) throw new Error('versitygw does not start.');
        await sleep(50);
      }
    },
    async stop() {
      if (running === undefined) return;
      const ended = once(running, 'exit');
      running.kill('SIGTERM');
      await ended;
      running = undefined;
    },
    async remove() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
