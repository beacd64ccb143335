import { fromFault, toFault } from '@verdict/store';
import type { Fault, LoadFailure } from '@verdict/store';
import type { Target } from '../registry/target.ts';
import type { StorePlace } from '../registry/open-registry.ts';
import type { ServeOptions } from './serve-options.ts';

/** What a worker is told when it starts. */
export interface WorkerStart {
  readonly options: ServeOptions;
  readonly place: StorePlace | undefined;
  readonly scratch: string;
}

/** What the primary asks of a worker, with the answers. */
export interface WorkerCalls {
  start(start: WorkerStart): { readonly follows: boolean };
  prepare(target: Target): readonly LoadFailure[];
  commit(change: { readonly target: Target; readonly failures: readonly LoadFailure[] }): null;
  listen(nothing: null): { readonly url: string };
  metrics(nothing: null): readonly object[];
  keys(nothing: null): null;
  /** What callers took in other workers; the answer: what they took here. */
  usage(taken: readonly (readonly [string, number])[]): readonly (readonly [string, number])[];
  stop(nothing: null): null;
}

/** What a worker asks of the primary. */
export interface PrimaryCalls {
  poll(nothing: null): null;
  refreshKeys(nothing: null): null;
  collectMetrics(nothing: null): string;
}

type Calls = Record<never, never>;
type Method<T> = Extract<keyof T, string>;
type Argument<T, M extends keyof T> = T[M] extends (argument: infer A) => unknown ? A : never;
type Answer<T, M extends keyof T> = T[M] extends (argument: never) => infer R ? R : never;

/** How one side answers the other's questions. */
export type Handlers<T> = { [M in Method<T>]: (argument: Argument<T, M>) => Promise<Answer<T, M>> };

/** The end of a channel between two processes: what `process` and a cluster's worker have in common. */
export interface ControlEnd {
  send(message: object, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

interface Envelope {
  readonly verdictControl: {
    readonly id: number;
    readonly method?: string;
    readonly argument?: unknown;
    readonly answer?: unknown;
    readonly fault?: Fault;
  };
}

/** Questions and answers between the primary and one worker, beside those about the store. */
export class Control<Asked extends Calls> {
  readonly #end: ControlEnd;
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  #count = 0;
  #gone = false;

  /** @param handlers answers what the other side asks */
  constructor(end: ControlEnd, handlers: Readonly<Record<string, (argument: never) => Promise<unknown>>>) {
    this.#end = end;
    end.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('verdictControl' in message)) return;
      this.#receive((message as Envelope).verdictControl, handlers);
    });
    end.once('disconnect', () => {
      this.#gone = true;
      for (const { reject } of this.#waiting.values()) reject(new Error('the other process is gone'));
      this.#waiting.clear();
    });
  }

  /** Asks the other side. Rejects if it fails or is gone. */
  ask<M extends Method<Asked>>(method: M, argument: Argument<Asked, M>): Promise<Answer<Asked, M>> {
    return new Promise((resolve, reject) => {
      if (this.#gone) {
        reject(new Error('the other process is gone'));
        return;
      }
      const id = ++this.#count;
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, argument });
    });
  }

  #send(verdictControl: Envelope['verdictControl']): void {
    // What cannot be sent any more is answered by "disconnect".
    this.#end.send({ verdictControl }, () => undefined);
  }

  #receive(
    { id, method, argument, answer, fault }: Envelope['verdictControl'],
    handlers: Readonly<Record<string, (argument: never) => Promise<unknown>>>,
  ): void {
    if (method === undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (fault === undefined) waiting?.resolve(answer as never);
      else waiting?.reject(fromFault(fault));
      return;
    }
    const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    const work =
      handler === undefined ? Promise.reject(new Error(`no method ${method}`)) : handler(argument as never);
    work.then(
      (value) => this.#send({ id, answer: value ?? null }),
      (error: unknown) => this.#send({ id, fault: toFault(error) }),
    );
  }
}
