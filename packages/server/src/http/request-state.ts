import type { FastifyRequest } from 'fastify';
import type { KnownKey } from '../keys/key-ring.ts';
import type { RouteDurations } from '../metrics/duration-histogram.ts';
import type { Resolved } from '../scoring/model-table.ts';
import type { RequestSpan } from '../telemetry.ts';
import { Receiving } from './slow-bodies.ts';
import type { TraceContext } from './trace-context.ts';

/** What the server knows of a request while it is answered. */
export class RequestState extends Receiving {
  readonly id: string;
  readonly startedAt: number;
  readonly durations: RouteDurations;
  key: KnownKey | undefined;
  trace: TraceContext | undefined;
  span: RequestSpan | undefined;
  /** Why it failed, for the log of the server. */
  failure: unknown;
  #held: Resolved | undefined;

  constructor(id: string, startedAt: number, durations: RouteDurations) {
    super();
    this.id = id;
    this.startedAt = startedAt;
    this.durations = durations;
  }

  /** Holds the model that it is answered by, until `release`. */
  hold(resolved: Resolved): void {
    this.#held = resolved;
    resolved.hold();
  }

  /** The reply is over. */
  release(): void {
    this.#held?.release();
    this.#held = undefined;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    verdict: RequestState | null;
  }
}

/** The state of a request that one of our routes has taken on. */
export function stateOf(request: FastifyRequest): RequestState {
  if (request.verdict === null) throw new TypeError('the request did not come through the entrance');
  return request.verdict;
}

/** Who asks, for the history of changes: the name of the key, or that there is none. */
export function actorOf(request: FastifyRequest): string {
  const { key } = stateOf(request);
  return key === undefined ? 'anonymous' : `key:${key.name}`;
}
