import type { Platform } from './pool-platform.ts';

const ignore = (): void => undefined;

/** Threads of Node.js; undefined elsewhere. Its modules are asked for, not imported, since browsers have none. */
export function nodePlatform(): Platform | undefined {
  const builtin = globalThis.process?.getBuiltinModule;
  if (builtin === undefined) return undefined;
  const { parentPort, Worker } = builtin('node:worker_threads');
  return {
    startThread() {
      const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
      const url = new URL(`./pool-worker.${ending}`, import.meta.url);
      // The flags of the process (--input-type, say) are not meant for this module.
      const worker = new Worker(url, { name: 'boost', execArgv: [] });
      let onMessage: (value: unknown) => void = ignore;
      let onFailure: (error: Error) => void = ignore;
      worker.on('message', (value) => onMessage(value));
      worker.on('error', (error: Error) => onFailure(error));
      worker.on('exit', (code) =>
        onFailure(new Error(`A training thread ended early, with status ${code}.`)),
      );
      worker.unref();
      return {
        post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
        listen: (message, failure) => {
          onMessage = message;
          onFailure = failure;
        },
        hold: (held) => (held ? worker.ref() : worker.unref()),
        end: async () => {
          await worker.terminate();
        },
      };
    },
    serve: (handler) => parentPort?.on('message', handler),
    answer: (message, given = []) => parentPort?.postMessage(message, [...given]),
    parallelism: () => builtin('node:os').availableParallelism(),
    mayBlock: true,
  };
}
