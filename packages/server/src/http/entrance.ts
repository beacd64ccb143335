import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { KeyRole } from '@verdict/contracts';
import { allows } from '../keys/key-ring.ts';
import type { KnownKey } from '../keys/key-ring.ts';
import type { RouteDurations } from '../metrics/duration-histogram.ts';
import type { Service } from '../service.ts';
import { isLoopbackName } from './loopback.ts';
import { Refusal } from './refusal.ts';
import { callersId } from './request-id.ts';
import { RequestState } from './request-state.ts';
import { traceOf, traceResponse } from './trace-context.ts';

/** Who may use a route: a role, or everybody (health). */
export type Needed = KeyRole | 'open';

/** Longer than any key. */
const MOST_KEY_LENGTH = 512;

/** Where a reply keeps what is to be done when it is over: a property, since a map of them is slower. */
const ending = Symbol('verdict.ending');

interface Ending {
  readonly state: RequestState;
  readonly service: Service;
}
type Reply = ServerResponse & { [ending]?: Ending | undefined };

/** The first hook of a route: gives the request an id, counts it, asks for its key, and sends it away at overload. */
export function entrance(service: Service, needed: Needed, durations: RouteDurations) {
  const { load, slow, limiter, headers, tracer } = service;
  const name = `${durations.method} ${durations.route}`;
  const hasBody = durations.method !== 'GET';

  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const given = request.headers;
    const state = new RequestState(
      callersId(given['x-request-id']) ?? service.newId(),
      performance.now(),
      durations,
    );
    request.verdict = state;
    load.inFlight++;
    if (hasBody) slow.begin(state, request.raw, state.startedAt);
    (reply.raw as Reply)[ending] = { state, service };
    // Always comes, also where the caller went away.
    reply.raw.on('close', onClose);
    reply.headers(headers);
    reply.header('x-request-id', state.id);
    if (given.traceparent !== undefined) {
      state.trace = traceOf(given.traceparent);
      if (state.trace !== undefined) reply.header('traceresponse', traceResponse(state.trace));
    }
    if (tracer !== undefined) state.span = tracer.start(name, durations.route, state.trace);
    if (needed === 'open') return done();
    const coding = given['content-encoding'];
    if (hasBody && coding !== undefined && coding.toLowerCase() !== 'identity') {
      const problem = 'The body is compressed; send it as it is, without Content-Encoding.';
      return done(new Refusal(415, 'UNSUPPORTED_MEDIA_TYPE', problem));
    }
    if (load.isOverloaded()) {
      return done(new Refusal(503, 'OVERLOADED', 'The server has too much to do.', { retryAfter: 1 }));
    }
    const keys = service.keys?.isOpen === true ? undefined : service.keys;
    if (keys === undefined && service.loopbackOnly && !isLoopbackName(request.hostname)) {
      return done(
        new Refusal(
          403,
          'FORBIDDEN_HOST',
          'Without keys this server answers to the names of this machine only.',
        ),
      );
    }
    const admit = (key: KnownKey | undefined): void => {
      state.key = key;
      if (keys !== undefined) {
        if (key === undefined) return done(unauthorised());
        if (!allows(key.role, needed)) {
          return done(
            new Refusal(
              403,
              'FORBIDDEN',
              `This needs a key of role ${needed}; the key given has role ${key.role}.`,
            ),
          );
        }
      }
      const wait = limiter === undefined ? 0 : limiter.take(key?.id ?? request.ip, state.startedAt);
      if (wait > 0) {
        const retryAfter = Math.ceil(wait);
        return done(new Refusal(429, 'RATE_LIMITED', 'Too many requests.', { retryAfter }));
      }
      done();
    };
    if (keys === undefined) return admit(undefined);
    const presented = presentedKey(request);
    if (presented === undefined) return done(unauthorised());
    const found = keys.find(presented);
    if (!(found instanceof Promise)) return admit(found);
    found.then(admit, done);
  };
}

function unauthorised(): Refusal {
  return new Refusal(
    401,
    'UNAUTHORISED',
    'A valid key is needed: Authorization: Bearer KEY, or X-API-Key: KEY.',
  );
}

/** The key of a request: one way of presenting it, not two. */
function presentedKey({ headers }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  const plain = headers['x-api-key'];
  if (authorization === undefined) {
    return typeof plain === 'string' && plain.length <= MOST_KEY_LENGTH ? plain : undefined;
  }
  if (plain !== undefined || authorization.length > MOST_KEY_LENGTH) return undefined;
  return /^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1];
}

function onClose(this: Reply): void {
  const entry = this[ending];
  if (entry === undefined) return;
  this[ending] = undefined;
  const { state, service } = entry;
  service.load.inFlight--;
  state.release();
  // Answered before its body was read, such as one without a key.
  service.slow.end(state);
  const seconds = (performance.now() - state.startedAt) / 1000;
  // 499: the caller went away before the reply was whole.
  const status = this.writableEnded ? this.statusCode : 499;
  state.durations.observe(status, seconds);
  state.span?.end(status);
  if (state.failure === undefined && !service.logRequests) return;
  const line = {
    requestId: state.id,
    method: state.durations.method,
    route: state.durations.route,
    status,
    milliseconds: Math.round(seconds * 1e6) / 1000,
    ...(state.key === undefined ? {} : { key: state.key.id }),
    ...(traceIdOf(state) === undefined ? {} : { traceId: traceIdOf(state) }),
  };
  if (state.failure === undefined) service.logger.info(line, 'answered');
  else service.logger.error({ ...line, err: state.failure }, 'failed');
}

function traceIdOf(state: RequestState): string | undefined {
  return state.span?.traceId ?? state.trace?.traceId;
}
