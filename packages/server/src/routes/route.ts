import { ErrorReply } from '@verdict/contracts';
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
  RouteHandlerMethod,
} from 'fastify';
import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import { entrance } from '../http/entrance.ts';
import type { Needed } from '../http/entrance.ts';
import { Refusal } from '../http/refusal.ts';
import type { Service } from '../service.ts';

/** A reply that is text of a type of its own. */
export interface TextReply {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: TSchema }>>;
}

/** Describes a reply of a type of text, such as `text/plain`. */
export function textReply(type: string, description: string): TextReply {
  return { description, content: { [type]: { schema: Type.String() } } };
}

export interface RouteSchema {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly body?: TSchema;
  readonly consumes?: readonly string[];
  /** Replies of another type than JSON as `textReply` describes them. */
  readonly response: Readonly<Record<number, TSchema | TextReply>>;
  /** What a refusal looks like, where another protocol says so. Default: `ErrorReply`. */
  readonly refusal?: TSchema;
  /** Left out of the page about the interface. */
  readonly hide?: boolean;
}

export interface RouteOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly needed: Needed;
  readonly schema: RouteSchema;
  readonly bodyLimit?: number;
  readonly handler: RouteHandlerMethod;
}

const refusals: Readonly<Record<number, string>> = {
  400: 'The request is not well-formed.',
  401: 'There is no valid key.',
  403: 'The key has another role.',
  404: 'There is no such thing.',
  409: 'It contradicts what is there.',
  413: 'The body is too large.',
  415: 'The body is of a type that is not taken.',
  422: 'A feature is not what the model takes.',
  429: 'The key has made too many requests; Retry-After says when to come back.',
  500: 'Something failed in the server.',
  503: 'The server cannot answer now; Retry-After says when to come back.',
};

/** The refusals that a route can give, for the page about the interface. */
function refusalSchemas({ method, needed, schema }: RouteOptions): Record<string, TSchema> {
  const possible = new Set([500]);
  if (needed !== 'open') for (const status of [401, 403, 429, 503]) possible.add(status);
  if (schema.body !== undefined || schema.querystring !== undefined || schema.params !== undefined)
    possible.add(400);
  if (method === 'POST' || method === 'PUT')
    for (const status of [400, 404, 409, 413, 415, 422]) possible.add(status);
  if (schema.params !== undefined) possible.add(404);
  const { refusal = ErrorReply } = schema;
  return Object.fromEntries(
    [...possible].map((status) => [status, { ...refusal, description: refusals[status] } as TSchema]),
  );
}

/** Adds a route behind the entrance: who may use it, what it takes, what it gives. */
export function addRoute(app: FastifyInstance, service: Service, options: RouteOptions): void {
  const { method, url, needed, bodyLimit, handler } = options;
  const { refusal: _, ...schema } = options.schema;
  const durations = service.metrics.requests.route(method, app.prefix + url);
  app.route({
    method,
    url,
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    exposeHeadRoute: false,
    onRequest: entrance(service, needed, durations),
    ...(schema.body !== undefined && 'content' in schema.body ? { preValidation: requireBody } : {}),
    schema: {
      ...schema,
      ...(needed === 'open' ? { security: [] } : {}),
      response: { ...refusalSchemas(options), ...schema.response },
    } as object,
    handler,
  });
}

/** Where the type of a body chooses its schema, Fastify looks for none if there is no body. */
function requireBody(request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  if (request.body !== undefined) return done();
  done(new Refusal(400, 'INVALID_REQUEST', 'There is no body. Send one, and its type in Content-Type.'));
}
