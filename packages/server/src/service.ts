import type { FastifyBaseLogger } from 'fastify';
import type { LoadGauge } from './http/load-gauge.ts';
import type { SlowBodies } from './http/slow-bodies.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { RateLimiter } from './keys/rate-limiter.ts';
import type { PredictionLog } from './log/prediction-log.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import type { ModelTable } from './scoring/model-table.ts';
import type { Tracer } from './telemetry.ts';

/** What all routes share. */
export interface Service {
  readonly models: ModelTable;
  readonly log: PredictionLog;
  readonly metrics: ServerMetrics;
  readonly load: LoadGauge;
  readonly slow: SlowBodies;
  /** Undefined where everybody may do everything: on loopback only. */
  readonly keys: KeyRing | undefined;
  /** Listens on loopback: without keys, only requests for this machine's own names are answered. */
  readonly loopbackOnly: boolean;
  readonly limiter: RateLimiter | undefined;
  readonly tracer: Tracer | undefined;
  readonly logger: FastifyBaseLogger;
  readonly headers: Readonly<Record<string, string>>;
  /** Write a line for every request, not only for those that failed. */
  readonly logRequests: boolean;
  readonly version: string;
  readonly startedAt: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number;
  readonly newId: () => string;
  /** True from when the server was told to stop. */
  isStopping(): boolean;
}
