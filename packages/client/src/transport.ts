import { ServiceError } from './errors.ts';
import type { ErrorReply } from './wire.ts';

/** Where the service is, and how it is asked. */
export interface ClientOptions {
  /** Such as `https://verdict.example.com`. */
  readonly url: string;
  /** An API key; not needed where the service asks for none. */
  readonly key?: string;
  /** Milliseconds that one attempt may take; default 10,000. */
  readonly timeout?: number;
  /** Further attempts when the service says that it is busy (503, 429); default 2. */
  readonly retries?: number;
  /** What asks; default: the `fetch` of the platform. */
  readonly fetch?: typeof globalThis.fetch;
}

/** One call. */
export interface CallOptions {
  /** Stops the call. */
  readonly signal?: AbortSignal;
  /** Identifies the request in logs, and later in feedback; default: the service makes one. */
  readonly requestId?: string;
}

/** Longest wait for a service that says when to come back, in milliseconds. */
const MOST_PATIENCE = 30_000;
/** Wait where it does not say, doubled with every attempt. */
const FIRST_WAIT = 250;

/**
 * Asks and reads the reply. Only what the service has refused unread (503, 429) is asked again: a request whose
 * reply was lost may have been answered and logged.
 *
 * @throws ServiceError, or the reason of the signal
 */
export async function ask<T>(
  options: ClientOptions,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  call: CallOptions = {},
): Promise<T> {
  const { retries = 2 } = options;
  for (let attempt = 0; ; attempt++) {
    const reply = await send(options, method, path, body, call);
    if ((reply.status !== 503 && reply.status !== 429) || attempt >= retries) return read<T>(reply);
    await reply.body?.cancel();
    await wait(patience(reply.headers.get('retry-after'), attempt), call.signal);
  }
}

async function send(
  options: ClientOptions,
  method: string,
  path: string,
  body: unknown,
  call: CallOptions,
): Promise<Response> {
  const { url, key, timeout = 10_000, fetch = globalThis.fetch } = options;
  const limit = AbortSignal.timeout(timeout);
  try {
    return await fetch(url.replace(/\/+$/, '') + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(call.requestId === undefined ? {} : { 'x-request-id': call.requestId }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: call.signal === undefined ? limit : AbortSignal.any([call.signal, limit]),
    });
  } catch (cause) {
    call.signal?.throwIfAborted();
    if (limit.aborted) {
      const message = `${url} did not answer within ${timeout} ms.`;
      throw new ServiceError(0, { code: 'TIMEOUT', message }, { cause });
    }
    throw new ServiceError(0, { code: 'UNREACHABLE', message: `${url} cannot be reached.` }, { cause });
  }
}

async function read<T>(reply: Response): Promise<T> {
  const value = (await reply.json().catch(() => undefined)) as T | ErrorReply | undefined;
  if (reply.ok && value !== undefined) return value as T;
  const error = (value as Partial<ErrorReply> | undefined)?.error;
  if (typeof error?.code === 'string') throw new ServiceError(reply.status, error);
  throw new ServiceError(reply.status, {
    code: 'UNREADABLE_REPLY',
    message: `The reply (status ${reply.status}) is not what the service answers. Is ${reply.url} the service?`,
  });
}

/** Milliseconds until the next attempt. */
function patience(retryAfter: string | null, attempt: number): number {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  const wanted = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : FIRST_WAIT * 2 ** attempt;
  return Math.min(wanted, MOST_PATIENCE);
}

function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
