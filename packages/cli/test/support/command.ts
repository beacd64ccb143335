import { CommanderError } from 'commander';
import { createProgram } from '../../src/program.ts';

/** What a command has printed, and how it ended. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  /** What it has thrown. */
  readonly error: unknown;
  readonly exitCode: number;
}

/** Runs a command in this process, as `main.ts` does, and gathers what it prints. */
export async function runHere(args: readonly string[]): Promise<Printed> {
  const [out, err] = [process.stdout.write, process.stderr.write];
  let stdout = '';
  let stderr = '';
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    stdout += chunk.toString();
    return true;
  };
  process.stderr.write = (chunk: string | Uint8Array): boolean => {
    stderr += chunk.toString();
    return true;
  };
  process.exitCode = 0;
  let error: unknown;
  try {
    await createProgram(new AbortController().signal).parseAsync(['node', 'verdict', ...args]);
  } catch (caught) {
    if (!(caught instanceof CommanderError && caught.exitCode === 0)) error = caught;
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
  }
  const { exitCode } = process;
  process.exitCode = 0;
  return { stdout, stderr, error, exitCode: Number(exitCode) };
}
