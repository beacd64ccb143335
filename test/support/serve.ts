import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/verdict.js', import.meta.url));

/** A server that was started by the command. */
export interface Served {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has said on standard error so far. */
  said(): string;
  /** Sends a signal and waits for the end. @returns the exit status */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Runs `verdict serve` on a free port until it listens. Rejects with what it said if it ends before. */
export async function serve(args: readonly string[], env: Record<string, string> = {}): Promise<Served> {
  const child = spawn(process.execPath, [launcher, 'serve', '--port', '0', '--max-lag', '1000000', ...args], {
    env: { ...process.env, NO_COLOR: '1', NODE_DISABLE_COMPILE_CACHE: '1', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /Serving (\S+)/.exec(said);
      if (found !== null) resolve(found[1]);
    });
    child.on('error', reject);
    void exit.then(([status]) => reject(new Error(`verdict serve ended with status ${status}:\n${said}`)));
  });
  return {
    url,
    child,
    said: () => said,
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [status] = await exit;
      return status;
    },
  };
}
