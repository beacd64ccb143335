import { VerdictError } from '@verdict/core';
import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { styleFor } from './terminal/style.ts';
import { printable } from './terminal/table.ts';

/** Exit statuses, as the README lists them. */
const FAILED = 1;
const USAGE = 2;
const INTERRUPTED = 130;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

// A reader that closes the pipe early (`verdict predict … | head`) has what it wanted. The work is stopped, not
// the process, so that what was put aside on the disk is removed.
let enough = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  enough = true;
  stop.abort();
});

process.exitCode = await run();

async function run(): Promise<number> {
  try {
    await createProgram(stop.signal).parseAsync();
    // A signal that came after the last result was in its place has interrupted nothing.
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (enough) return 0;
    if (stop.signal.aborted) {
      process.stderr.write('\nInterrupted: nothing was written.\n');
      return INTERRUPTED;
    }
    report(error);
    return FAILED;
  }
}

function report(error: unknown): void {
  const style = styleFor(process.stderr);
  if (error instanceof VerdictError) {
    process.stderr.write(
      `${style.bad('error')} ${printable(error.message)}\n      ${style.dim(printable(error.hint))}\n`,
    );
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `${style.bad('error')} This is a fault in Verdict, not in your data. Please report it with these lines:\n${text}\n`,
  );
}
