import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidOption } from '@verdict/core';
import type { Bundle } from '@verdict/learn';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildApp } from '../app.ts';
import { isLoopbackName } from '../http/loopback.ts';
import { keyFile, joinedKeys } from '../keys/key-file.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { defaultPolicy } from '../scoring/policy.ts';
import { ServedModel } from '../scoring/served-model.ts';
import { nameOfTarget, SingleModel } from '../scoring/single-model.ts';
import { openTelemetry } from '../telemetry.ts';
import { version } from '../version.ts';
import { requireKeysBeyondLoopback, requireTlsPair } from './checks.ts';
import { KeyWatch } from './key-watch.ts';
import { makeLogger } from './logger.ts';
import { defaultGrace, defaultHost, defaultPort } from './serve-options.ts';
import type { ServeOptions } from './serve-options.ts';

/** A server that listens. */
export interface RunningServer {
  /** Where, such as `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly logger: Logger;
  /** Stops listening, finishes what was accepted, writes the log to its end. */
  stop(): Promise<void>;
}

/** Starts a server in this process. */
export async function startServer(
  options: ServeOptions,
  logger = makeLogger(options.logLevel ?? 'info'),
): Promise<RunningServer> {
  const { host = defaultHost, port = defaultPort } = options;
  if (options.model === undefined) {
    throw new InvalidOption({
      option: '--model',
      got: undefined,
      expected: 'the folder of a model, such as output/model',
    });
  }
  requireTlsPair(options.tlsCert, options.tlsKey);
  const now = Date.now;
  const loopbackOnly = isLoopbackName(host);
  const sources = options.keyFile === undefined ? [] : [keyFile(options.keyFile)];
  const keys = new KeyRing(joinedKeys(sources), now, loopbackOnly);
  await keys.refresh();
  requireKeysBeyondLoopback(host, keys);

  const served = await loadSingle(options.model, options);
  const tracer =
    options.otlp === undefined
      ? undefined
      : await openTelemetry({
          endpoint: options.otlp,
          version,
          ...(options.traceShare === undefined ? {} : { share: options.traceShare }),
        });
  const app = await buildApp({
    models: new SingleModel(served),
    log: options.log ?? 'off',
    keys,
    loopbackOnly,
    logger,
    ...(tracer === undefined ? {} : { tracer }),
    ...(await tlsOf(options)),
    ...limitsOf(options),
    now,
  });
  const watch = new KeyWatch(keys, logger);
  const url = await app.listen({ host, port });
  logger.info({ url, model: served.model, log: options.log ?? 'off', keys: keys.size }, 'listening');
  return {
    url,
    logger,
    async stop() {
      watch.close();
      await stopApp(app, options, logger);
    },
  };
}

async function loadSingle(dir: string, { name, policy }: ServeOptions): Promise<ServedModel> {
  const identity = ({ schema }: Bundle) => ({ model: name ?? nameOfTarget(schema.target.name), version: 0 });
  return ServedModel.load(dir, identity, { ...defaultPolicy, ...policy });
}

async function tlsOf({ tlsCert, tlsKey }: ServeOptions): Promise<object> {
  if (tlsCert === undefined || tlsKey === undefined) return {};
  const [cert, key] = await Promise.all([readFile(tlsCert), readFile(tlsKey)]);
  return { certificate: { cert, key } };
}

function limitsOf(options: ServeOptions): object {
  const { rateLimit, mostInFlight, mostLag, bodyLimit, corsOrigins, proxies, docs, logRequests } = options;
  return {
    load: {
      ...(mostInFlight === undefined ? {} : { mostInFlight }),
      ...(mostLag === undefined ? {} : { mostLag }),
    },
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    ...(corsOrigins === undefined ? {} : { corsOrigins }),
    ...(proxies === undefined ? {} : { proxies }),
    ...(docs === undefined ? {} : { docs }),
    ...(logRequests === undefined ? {} : { logRequests }),
    drain: (options.drain ?? 0) * 1000,
  };
}

/** Finishes what was accepted; what has not ended after the grace is cut off. */
async function stopApp(
  app: FastifyInstance,
  { grace = defaultGrace }: ServeOptions,
  logger: Logger,
): Promise<void> {
  const closed = app.close();
  const timer = new AbortController();
  const late = sleep(grace * 1000, true, { signal: timer.signal }).catch(() => false);
  if ((await Promise.race([closed.then(() => false), late])) === true) {
    logger.warn({ grace }, 'requests that had not ended were cut off');
    app.server.closeAllConnections();
  }
  timer.abort();
  await closed;
  logger.info('stopped');
}
