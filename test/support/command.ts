import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../packages/cli/bin/verdict.js', import.meta.url));

/** What a run of the command left on its streams. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Record<string, string>;
  /** The Node.js to start the launcher with; default: the one that runs the tests. */
  readonly node?: string;
  /** Where standard output goes instead of being gathered. */
  readonly stdout?: number;
  /** Called with the process, to send it signals. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
}

/** Runs `verdict` as a user would and waits for its end. */
export function verdict(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(options.node ?? process.execPath, [launcher, ...args], {
      cwd: options.cwd,
      // Without a cache of compiled modules, which would lie among temporary files and blur the coverage.
      env: { ...process.env, NO_COLOR: '1', NODE_DISABLE_COMPILE_CACHE: '1', ...options.env },
      stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    child.stdin?.end(options.input ?? '');
    options.onStart?.(child);
  });
}
