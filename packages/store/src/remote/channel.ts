import type { ChildProcess } from 'node:child_process';
import type { MessagePort, Worker } from 'node:worker_threads';

/** Two ends that send each other messages of JSON values, in order. */
export interface Channel {
  send(message: unknown): void;
  /** Called for every message from the other end. One listener. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the other end is gone. One listener. */
  onGone(listener: (problem: string) => void): void;
}

/** The channel to a worker thread, or from within one. */
export function threadChannel(port: Worker | MessagePort): Channel {
  const events = port as MessagePort;
  return {
    send: (message) => events.postMessage(message),
    onMessage: (listener) => void events.on('message', listener),
    onGone(listener) {
      let told = false;
      const tell = (problem: string) => {
        if (!told) listener(problem);
        told = true;
      };
      events.once('error', (error: Error) => tell(error.message));
      events.once('exit', (status: number) => tell(`its thread ended with status ${status}`));
      events.once('close', () => tell('the channel to it was closed'));
    },
  };
}

/**
 * The channel between a process and one that it has forked, or a cluster's worker: give the `ChildProcess` (or
 * the `process` of a cluster's worker) in the one, `process` in the other. Messages that belong to others are
 * not looked at.
 */
export function processChannel(end: Pick<ChildProcess, 'send' | 'on' | 'once'> | NodeJS.Process): Channel {
  const process = end as ChildProcess;
  return {
    send(message) {
      // A message that cannot go out any more is answered by "disconnect".
      process.send({ verdictStore: message }, () => undefined);
    },
    onMessage(listener) {
      process.on('message', (message: unknown) => {
        if (typeof message === 'object' && message !== null && 'verdictStore' in message) {
          listener(message.verdictStore);
        }
      });
    },
    onGone: (listener) => void process.once('disconnect', () => listener('the other process is gone')),
  };
}
