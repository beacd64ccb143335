import type { LogMode } from '../log/sink.ts';
import type { ScoringPolicy } from '../scoring/policy.ts';
import type { LogLevel } from './logger.ts';

/** What `verdict serve` can be told. */
export interface ServeOptions {
  /** Folder of a bundle. Default: the models of the store. */
  readonly model?: string;
  /** Name of that model. Default: the name of the column that it predicts. */
  readonly name?: string;
  /** Folder of the store. Default: `verdict-data`, if it is there. */
  readonly dataDir?: string;
  /** `postgres://…`: the store is that database. */
  readonly databaseUrl?: string;
  /** Where the artifacts of the registry are: a folder or `s3://bucket/prefix`. Default: `artifacts` in the data folder. */
  readonly artifacts?: string;
  /** Default: 8000; 0 takes a free one. */
  readonly port?: number;
  /** Default: 127.0.0.1. Another one needs keys. */
  readonly host?: string;
  /** Default: async with a store, off without. */
  readonly log?: LogMode;
  /** Days after which logged predictions are removed, with their feedback. Default: they are kept. */
  readonly keepPredictions?: number;
  /** Processes that answer. Default: 1. */
  readonly workers?: number;
  /** File of keys, a line `ROLE KEY [NAME]` each; read again when it changes. */
  readonly keyFile?: string;
  /** Requests a second of each key. Default: no limit. */
  readonly rateLimit?: number;
  /** Requests that are answered at once. Default: 2,000. */
  readonly mostInFlight?: number;
  /** Milliseconds by which a process may lag behind before it sends requests away. Default: 500. */
  readonly mostLag?: number;
  /** Bytes of a JSON body. Default: 1 MiB. */
  readonly bodyLimit?: number;
  readonly policy?: Partial<ScoringPolicy>;
  /** Files of certificate and key, PEM. */
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly corsOrigins?: readonly string[];
  /** Proxies in front whose `X-Forwarded-For` is believed. Default: 0. */
  readonly proxies?: number;
  /** Default: info. */
  readonly logLevel?: LogLevel;
  readonly logRequests?: boolean;
  /** OTLP/HTTP collector for traces. Default: none. */
  readonly otlp?: string;
  /** Share of new traces that is kept. Default: 1. */
  readonly traceShare?: number;
  /** Default: true. */
  readonly docs?: boolean;
  /** Seconds between "not ready" and the end of listening, for a load balancer to notice. Default: 0. */
  readonly drain?: number;
  /** Seconds that requests have to end in once it stops. Default: 30. */
  readonly grace?: number;
}

export const defaultPort = 8000;
export const defaultHost = '127.0.0.1';
export const defaultGrace = 30;
