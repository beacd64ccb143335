import { closePool } from '../../src/index.ts';

/** How many threads a call starts beside the caller's when none wait for work, and what it returns. */
export async function startedThreads<T>(
  call: () => T,
  close: () => Promise<void> = closePool,
): Promise<{ readonly started: number; readonly result: Awaited<T> }> {
  await close();
  let started = 0;
  const count = (): void => void started++;
  process.on('worker', count);
  const result = await call();
  // A thread is told of in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('worker', count);
  return { started, result };
}
