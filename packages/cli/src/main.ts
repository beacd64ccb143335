import { Interrupted, VerdictError } from '@verdict/core';
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
  if (error.code === 'EPIPE') enough = true;
  else fail(error);
  stop.abort();
});
// Without a place for messages, the exit status says what there is to say.
process.stderr.on('error', () => undefined);

// The first error that nobody waits for, such as that of a full disk behind standard output or of a thread that
// could not start: the work is stopped, so that it removes what it has put aside.
let failure: { readonly error: unknown } | undefined;
process.on('uncaughtException', fail);

process.exitCode = await run();

function fail(error: unknown): void {
  if (failure !== undefined) return;
  failure = { error };
  report(error);
  process.exitCode = FAILED;
  stop.abort();
}

async function run(): Promise<number> {
  try {
    await createProgram(stop.signal).parseAsync();
    // A signal that came after the last result was in its place has interrupted nothing.
    return failure === undefined ? 0 : FAILED;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (failure !== undefined) return FAILED;
    if (enough) return 0;
    if (stop.signal.aborted) {
      const kept = error instanceof Interrupted ? error.kept : undefined;
      process.stderr.write(
        kept === undefined
          ? '\nInterrupted: nothing was written.\n'
          : `\nInterrupted: no result was written. Finished trials are kept in ${printable(kept)}; with --resume the search goes on from there.\n`,
      );
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
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    process.stderr.write(
      `${style.bad('error')} There is no space left for what is written to standard output.\n      ${style.dim('Make room, or write to another disk.')}\n`,
    );
    return;
  }
  const noRoom = error instanceof RangeError && /allocat/u.test(error.message);
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || noRoom) {
    process.stderr.write(
      `${style.bad('error')} There is not enough memory for this work.\n      ${style.dim('Close other programs, raise the limit (ulimit -v), use fewer --threads, or give fewer rows or columns.')}\n`,
    );
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `${style.bad('error')} This is a fault in Verdict, not in your data. Please report it with these lines:\n${text}\n`,
  );
}
