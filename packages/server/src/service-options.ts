import type { FastifyBaseLogger } from 'fastify';
import type { LoadLimits } from './http/load-gauge.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { LogMode, LogSink } from './log/sink.ts';
import type { RateLimiter } from './keys/rate-limiter.ts';
import type { FeedbackSink } from './routes/feedback.ts';
import type { RegistryContext } from './routes/registry-context.ts';
import type { ModelTable } from './scoring/model-table.ts';
import type { Tracer } from './telemetry.ts';

/** What a service is made of. Everything but the models has a default. */
export interface ServiceOptions {
  readonly models: ModelTable;
  /** How predictions are logged. Default: off. */
  readonly log?: LogMode;
  /** Where the log goes; without it, nothing is logged. */
  readonly logSink?: LogSink;
  /** Predictions that may wait to be logged. Default 20,000. */
  readonly logCapacity?: number;
  readonly feedback?: FeedbackSink;
  /** Registry, keys and records over HTTP. Default: none. */
  readonly registry?: RegistryContext;
  /** Limits each key, or each address where there are no keys. Default: no limit. */
  readonly limiter?: RateLimiter;
  /** The keys that callers need. Default: none, everybody may do everything. */
  readonly keys?: KeyRing;
  /**
   * The server listens on loopback. Then, without keys, a request for another name than this machine's is refused: a
   * page of somebody else's could otherwise reach the server through the browser of who runs it. Default: false.
   */
  readonly loopbackOnly?: boolean;
  readonly load?: Partial<LoadLimits>;
  readonly tracer?: Tracer;
  readonly logger?: FastifyBaseLogger;
  /** Write a line for every request. Default: only for those that failed. */
  readonly logRequests?: boolean;
  /** Served over TLS. Default: false. */
  readonly tls?: boolean;
  /** Text of the metrics of all processes; default: of this one. */
  readonly collectMetrics?: () => Promise<string>;
  /** Include metrics of the process and of Node.js. Default: true. */
  readonly processMetrics?: boolean;
  /** The server has no other routes: unknown paths are answered by this service. Default: below a prefix only. */
  readonly standalone?: boolean;
  /** `/docs`. Default: true. */
  readonly docs?: boolean;
  /** Bytes of a JSON body. Default 1 MiB; a batch may have 16. */
  readonly bodyLimit?: number;
  /** Milliseconds in which a body that is read as a whole must arrive. Default 10,000. */
  readonly bodyTimeout?: number;
  /** Milliseconds between "not ready" and the end of listening. Default: 0. */
  readonly drain?: number;
  /** Milliseconds since 1970-01-01 UTC. Default: the clock of the system. */
  readonly now?: () => number;
}
