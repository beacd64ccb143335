import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import Fastify, { LogController } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceOptions } from './service-options.ts';
import { verdictRoutes } from './verdict-routes.ts';

export interface AppOptions extends ServiceOptions {
  /** Certificate and key, PEM. Default: no TLS. */
  readonly certificate?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Origins whose pages may call the server from a browser. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** Take the caller's address from `X-Forwarded-For`, of this many proxies in front. Default: 0. */
  readonly proxies?: number;
  /** Milliseconds in which the headers of a request must arrive. Default 10,000. */
  readonly headersTimeout?: number;
  /** Milliseconds of silence on a connection after which it is closed. Default 60,000. */
  readonly idleTimeout?: number;
}

const DEFAULT_BODY_LIMIT = 1024 * 1024;
const DEFAULT_HEADERS_TIMEOUT = 10_000;
const DEFAULT_IDLE_TIMEOUT = 60_000;
const KEEP_ALIVE = 5000;
/** Bytes of all headers of a request. */
const HEADER_BYTES = 16 * 1024;

/** The server, ready to listen or to be asked by `inject`; it does neither by itself. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { certificate, corsOrigins = [], proxies = 0, logger } = options;
  const headersTimeout = options.headersTimeout ?? DEFAULT_HEADERS_TIMEOUT;
  const http = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout,
    // A stream of rows may take as long as it keeps coming; bodies that are read as a whole have a limit of their own.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, headersTimeout),
    keepAliveTimeout: KEEP_ALIVE,
  };
  const app = Fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    // Requests are logged by the routes, without what they hold.
    logController: new LogController({ disableRequestLogging: true }),
    ...(certificate === undefined ? { http } : { https: { ...http, ...certificate } }),
    bodyLimit: options.bodyLimit ?? DEFAULT_BODY_LIMIT,
    connectionTimeout: options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE,
    // What was accepted is answered, also while the server stops.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    trustProxy: proxies > 0 ? proxies : false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false, caseSensitive: true },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (_error: unknown, _request: FastifyRequest, reply: FastifyReply) => {
      reply.code(400).send({
        error: { code: 'MALFORMED_REQUEST', message: 'The path is not a valid URL.', requestId: '' },
      });
    },
  } as never) as unknown as FastifyInstance;
  if (corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...corsOrigins],
      methods: ['GET', 'POST', 'PUT', 'DELETE'],
      exposedHeaders: ['x-request-id', 'retry-after', 'traceresponse'],
      maxAge: 600,
    });
  }
  await verdictRoutes(app, { ...options, standalone: true, tls: certificate !== undefined });
  return app;
}

/** What is wrong with a request before it is one, by the codes of Node.js. */
const ofConnection: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'TIMEOUT', 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: [431, 'TOO_LARGE', 'The headers are too large.'],
};

/** Answers what is no HTTP. Into a reply that has begun nothing may be written: it is cut off. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  const { _httpMessage: begun } = socket as Socket & {
    _httpMessage?: { readonly headersSent: boolean } | null;
  };
  if (error.code === 'ECONNRESET' || !socket.writable || begun?.headersSent === true) {
    socket.destroy(error);
    return;
  }
  const [status, code, message] = ofConnection[error.code ?? ''] ?? [
    400,
    'MALFORMED_REQUEST',
    'The request is not well-formed HTTP.',
  ];
  const body = JSON.stringify({ error: { code, message, requestId: '' } });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
