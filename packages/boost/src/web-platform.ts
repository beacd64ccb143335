import type { Platform } from './pool-platform.ts';

/** The globals of a worker that a page has started. */
interface WebScope {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'unhandledrejection', listener: (event: { readonly reason: unknown }) => void): void;
  reportError(error: unknown): void;
}

const ignore = (): void => undefined;

/**
 * Threads of a browser: Web Workers. They come up only while whoever starts them does not block, so that `trainSync`
 * keeps to one thread there and `train` does not.
 */
export function webPlatform(): Platform {
  const scope = globalThis as unknown as WebScope;
  return {
    startThread() {
      // Written this way, bundlers find the file and bundle it as a worker of its own.
      const worker = new Worker(new URL('./pool-worker.ts', import.meta.url), {
        type: 'module',
        name: 'boost',
      });
      let onMessage: (value: unknown) => void = ignore;
      let onFailure: (error: Error) => void = ignore;
      worker.addEventListener('message', ({ data }) => onMessage(data));
      worker.addEventListener('error', ({ message }) =>
        onFailure(new Error(message ?? 'A training thread could not be started.')),
      );
      return {
        post: (message, transfer = []) => worker.postMessage(message, transfer),
        listen: (message, failure) => {
          onMessage = message;
          onFailure = failure;
        },
        hold: ignore,
        end: async () => worker.terminate(),
      };
    },
    serve(handler) {
      scope.addEventListener('message', ({ data }) => handler(data));
      // A browser tells whoever started a worker of errors, but not of rejected promises.
      scope.addEventListener('unhandledrejection', ({ reason }) => scope.reportError(reason));
    },
    answer: (message, given = []) => scope.postMessage(message, given),
    parallelism: () => navigator.hardwareConcurrency,
    mayBlock: false,
  };
}
