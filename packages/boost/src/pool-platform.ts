import { built } from '../build/kernels.js';
import { unpackBlock } from './lz4.ts';
import { nodePlatform } from './node-platform.ts';
import { webPlatform } from './web-platform.ts';

// Everything that the engine asks of its surroundings. What Node.js and browsers do differently is in the two
// modules above; neither imports anything, so that one package serves both.

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

/** What differs between Node.js and browsers. */
export interface Platform {
  /** Starts a thread; in Node.js it works even if the caller blocks before the thread is up. */
  startThread(): Thread;
  /** In a thread: calls back for each message of whoever started it; the thread may then end when it is not held. */
  serve(handler: (message: unknown) => void): void;
  /** In a thread: answers whoever started it, and gives buffers away. */
  answer(message: unknown, given?: readonly ArrayBuffer[]): void;
  /** How many threads the machine runs at once. */
  parallelism(): number;
  /** True if the calling thread may block, and if threads that it starts come up while it does. */
  readonly mayBlock: boolean;
}

export const { startThread, serve, answer, parallelism, mayBlock } = nodePlatform() ?? webPlatform();

/** True if threads can share memory: in Node.js always, in a browser on pages that are cross-origin isolated. */
export const sharesMemory = typeof SharedArrayBuffer !== 'undefined';

/** Memory that threads share, where they can. */
export function shareableBuffer(bytes: number): ArrayBuffer | SharedArrayBuffer {
  return sharesMemory ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
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

/** The bytes of a file of the build folder. They come as text in a module, since a page cannot wait for a file. */
export function readBuilt(name: keyof typeof built): Uint8Array {
  const { bytes, packed } = built[name];
  return unpackBlock(
    Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)),
    bytes,
  );
}
