import module from 'node:module';
import { dirname, extname } from 'node:path';
import { Interrupted, VerdictError } from '@verdict/core';
import { Tinypool } from 'tinypool';
import type { Failure } from './task.ts';
import type * as tasks from './tasks.ts';

type Tasks = typeof tasks;
type Input<N extends keyof Tasks> = Parameters<Tasks[N]>[0];
type Output<N extends keyof Tasks> = Extract<Awaited<ReturnType<Tasks[N]>>, { value: unknown }>['value'];

/**
 * Worker threads for coarse jobs: a fold, a share of the rows to explain. Results come in the order of the
 * inputs, so nothing depends on how many threads there are or which of them was first.
 */
export interface WorkPool {
  readonly threads: number;
  run<N extends keyof Tasks>(name: N, input: Input<N>): Promise<Output<N>>;
  close(): Promise<void>;
}

/**
 * Starts a pool of `threads` workers, which load while the caller does other things; when `signal`
 * fires, what runs and what waits rejects with `Interrupted`.
 */
export function openPool(threads: number, signal?: AbortSignal): WorkPool {
  const worker = new URL(`./worker${extname(import.meta.filename)}`, import.meta.url);
  const cache = module.getCompileCacheDir?.();
  const pool = new Tinypool({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    // Node.js keeps a folder for each of its versions in the one that it is given.
    ...(cache === undefined
      ? {}
      : { env: { ...process.env, VERDICT_COMPILE_CACHE: dirname(cache) } as Record<string, string> }),
  });
  return {
    threads,
    async run<N extends keyof Tasks>(name: N, input: Input<N>): Promise<Output<N>> {
      if (signal?.aborted) throw new Interrupted();
      const result = (await pool
        .run(input, signal === undefined ? { name } : { name, signal })
        .catch((error: unknown) => {
          throw signal?.aborted ? new Interrupted() : error;
        })) as { value: Output<N> } | { failure: Failure };
      if ('failure' in result) throw new WorkerFailure(result.failure);
      return result.value;
    },
    close: () => pool.destroy(),
  };
}

class WorkerFailure extends VerdictError {
  constructor(failure: Failure) {
    super(failure.code, failure.message, failure.hint);
  }
}
