import module from 'node:module';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Interrupted } from '@verdict/core';
import type { PlotsInput } from './plots.ts';

/** What the thread is told. */
export interface PlotsJob {
  readonly folder: string;
  readonly input: PlotsInput;
  /** Where compiled modules are kept, if the caller keeps them. */
  readonly cache: string | undefined;
}

/**
 * Does what `writePlots` does, beside the caller, who can draw the report meanwhile.
 *
 * @returns the paths written
 * @throws Interrupted if the signal fires, and what writing throws
 */
export function writePlotsAside(folder: string, input: PlotsInput, signal?: AbortSignal): Promise<string[]> {
  const kept = module.getCompileCacheDir?.();
  const job: PlotsJob = { folder, input, cache: kept === undefined ? undefined : dirname(kept) };
  const worker = new Worker(new URL(`./plots-worker${extname(import.meta.filename)}`, import.meta.url), {
    workerData: job,
  });
  return new Promise((resolve, reject) => {
    const stop = (): void => void worker.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    let written: string[] | undefined;
    worker.on('message', (paths: string[]) => (written = paths));
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      if (written !== undefined) resolve(written);
      else if (signal?.aborted === true) reject(new Interrupted());
      else reject(new Error(`The thread that draws the plots ended with code ${code}.`));
    });
  });
}
