import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';

// Everything that the pool of threads asks of the platform, for Node.js; a browser needs a module of the same
// exports over Web Workers.

/** A thread that runs `pool-worker`. Messages are structured clones; shared memory stays shared. */
export interface Thread {
  post(message: unknown, transfer?: readonly Channel[]): void;
  /** Calls back for each message, and once if the thread fails or ends; replaces earlier callbacks. */
  listen(message: (value: unknown) => void, failure: (error: Error) => void): void;
  /** While a thread is held, the process does not exit by itself. */
  hold(held: boolean): void;
  end(): Promise<void>;
}

/** One end of a connection between two threads. */
export type Channel = MessagePort;

const ignore = (): void => undefined;

/** Starts a thread; it works even if the caller blocks before the thread is up. */
export function startThread(): Thread {
  const url = new URL(`./pool-worker${extname(import.meta.url)}`, import.meta.url);
  // The flags of the process (--input-type, say) are not meant for this module.
  const worker = new Worker(url, { name: 'boost', execArgv: [] });
  let onMessage: (value: unknown) => void = ignore;
  let onFailure: (error: Error) => void = ignore;
  worker.on('message', (value) => onMessage(value));
  worker.on('error', (error: Error) => onFailure(error));
  worker.on('exit', (code) => onFailure(new Error(`A training thread ended early, with status ${code}.`)));
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
}

/** In a thread: calls back for each message of whoever started it; the thread may then end when it is not held. */
export function serve(handler: (message: unknown) => void): void {
  parentPort?.on('message', handler);
}

/** In a thread: answers whoever started it. */
export function answer(message: unknown): void {
  parentPort?.postMessage(message);
}

/** Two connected ends. */
export function connect(): readonly [Channel, Channel] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2];
}

/** Calls back for each message that arrives, until the channel is closed. */
export function receive(channel: Channel, handler: (message: unknown) => void): void {
  channel.addEventListener('message', ({ data }) => handler(data));
  channel.start();
}

/** How many threads the machine runs at once. */
export function parallelism(): number {
  return availableParallelism();
}

/** True if the calling thread may block, and if threads that it starts come up while it does. */
export const mayBlock = true;

/** The bytes of a file of the build folder. */
export function readBuilt(name: string): Uint8Array {
  return readFileSync(new URL(`../build/${name}`, import.meta.url));
}
