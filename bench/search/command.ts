import { spawn, spawnSync } from 'node:child_process';

/** A command that has ended well. */
export interface Ended {
  /** Wall time from its start to its end. */
  readonly seconds: number;
  readonly output: string;
}

/** True where processes can be bound to a core. */
export const canPin: boolean = spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;

/**
 * Runs a command to its end.
 *
 * @param core the only core that it may use; default all
 * @throws Error with the last words of a command that fails
 */
export function run(command: string, args: readonly string[], core?: number): Promise<Ended> {
  const [program, all] =
    core !== undefined && canPin ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]];
  // What libraries would otherwise make of a machine of many cores.
  const env = core === undefined ? process.env : { ...process.env, OMP_NUM_THREADS: '1' };
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-4000)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ seconds: (performance.now() - start) / 1000, output });
      else
        reject(new Error(`${command} ${args.slice(0, 3).join(' ')} … ended with status ${code}:\n${errors}`));
    });
  });
}

/** Runs the verdict command of this clone. */
export function verdict(args: readonly string[], core?: number): Promise<Ended> {
  return run(process.execPath, ['packages/cli/bin/verdict.js', ...args], core);
}
