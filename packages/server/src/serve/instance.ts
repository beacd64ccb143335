import { setTimeout as sleep } from 'node:timers/promises';
import { readRegularFile } from '@verdict/core/regular-file';
import type { Bundle } from '@verdict/learn';
import type { Registry, Store } from '@verdict/store';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildApp } from '../app.ts';
import type { AppOptions } from '../app.ts';
import { isLoopbackName } from '../http/loopback.ts';
import { joinedKeys, keyFile } from '../keys/key-file.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { RateLimiter } from '../keys/rate-limiter.ts';
import { RegistryModels } from '../registry/registry-models.ts';
import type { RegistryModelsOptions } from '../registry/registry-models.ts';
import { defaultPolicy } from '../scoring/policy.ts';
import { ServedModel } from '../scoring/served-model.ts';
import { nameOfTarget, SingleModel } from '../scoring/single-model.ts';
import { openTelemetry } from '../telemetry.ts';
import { version } from '../version.ts';
import { requireKeysBeyondLoopback, requireTlsPair } from './checks.ts';
import { KeyWatch } from './key-watch.ts';
import { defaultGrace, defaultHost, defaultPort } from './serve-options.ts';
import type { ServeOptions } from './serve-options.ts';

/** Store and artifacts of a server, and where bundles are unpacked. */
export interface InstanceStore {
  readonly store: Store;
  readonly artifacts: Registry['artifacts'];
  readonly scratch: string;
}

/** What a process asks of the rest of its server. */
export interface Neighbours {
  /** Looks for moves of aliases at once, everywhere. */
  poll(): Promise<void>;
  /** Reads the keys anew, everywhere. */
  refreshKeys(): Promise<void>;
  /** Text of the metrics of all processes; undefined where this is the only one. */
  collectMetrics?(): Promise<string>;
}

/** One process's part of a server: it can answer, and does once it listens. */
export interface Instance {
  readonly app: FastifyInstance;
  /** Undefined where a bundle is served from its folder. */
  readonly models: RegistryModels | undefined;
  readonly keys: KeyRing;
  readonly limiter: RateLimiter | undefined;
  /** @returns where, such as `http://127.0.0.1:8000` */
  listen(): Promise<string>;
  /** Finishes what was accepted; what has not ended after the grace is cut off. */
  stop(): Promise<void>;
}

/**
 * Makes a process's part of a server.
 *
 * @throws InvalidOption, InvalidModel; what the store throws
 */
export async function makeInstance(
  options: ServeOptions,
  logger: Logger,
  opened: InstanceStore | undefined,
  neighbours: Neighbours,
): Promise<Instance> {
  const { host = defaultHost, port = defaultPort } = options;
  const now = Date.now;
  requireTlsPair(options.tlsCert, options.tlsKey);
  const loopbackOnly = isLoopbackName(host);
  const keys = await openKeys(options, opened?.store, loopbackOnly, now);
  requireKeysBeyondLoopback(host, keys);
  const limiter = options.rateLimit === undefined ? undefined : new RateLimiter(options.rateLimit);

  const registered =
    options.model === undefined && opened !== undefined
      ? registryModels(
          options,
          opened,
          (model, problem, err) => {
            logger.error({ model, problem, err }, 'a version does not load; the one before serves on');
            app.verdictService.metrics.loadFailures.inc({ model });
          },
          ({ served: { model, version }, alias }) => {
            logger.warn({ model, version, alias }, 'a model that has been replaced still answers requests');
          },
        )
      : undefined;
  const models = registered ?? new SingleModel(await loadSingle(options.model ?? '', options));
  const app: FastifyInstance = await buildApp({
    models,
    keys,
    loopbackOnly,
    logger,
    now,
    ...(limiter === undefined ? {} : { limiter }),
    ...(opened === undefined ? {} : storeOptions(options, opened.store, neighbours)),
    ...(neighbours.collectMetrics === undefined
      ? {}
      : { collectMetrics: async () => neighbours.collectMetrics!() }),
    ...(await telemetryOf(options)),
    ...(await tlsOf(options)),
    ...limitsOf(options),
  });
  const watch = new KeyWatch(keys, logger);
  return {
    app,
    models: registered,
    keys,
    limiter,
    listen: async () => app.listen({ host, port }),
    async stop() {
      watch.close();
      await stopApp(app, options, logger);
    },
  };
}

async function openKeys(
  { keyFile: file }: ServeOptions,
  store: Store | undefined,
  open: boolean,
  now: () => number,
): Promise<KeyRing> {
  const sources = [
    ...(file === undefined ? [] : [keyFile(file)]),
    ...(store === undefined
      ? []
      : [{ list: async () => store.keys.list(), byHash: async (hash: string) => store.keys.byHash(hash) }]),
  ];
  const keys = new KeyRing(joinedKeys(sources), now, open);
  await keys.refresh();
  return keys;
}

function registryModels(
  { policy }: ServeOptions,
  { store, artifacts, scratch }: InstanceStore,
  onFailure: (model: string, problem: string, error: unknown) => void,
  onHeld: RegistryModelsOptions['onHeld'],
): RegistryModels {
  const rules = { ...defaultPolicy, ...policy };
  return new RegistryModels({
    store,
    load: async (artifact, model, number) =>
      ServedModel.load(await artifacts.checkout(artifact, scratch), { model, version: number }, rules),
    onFailure: ({ name, problem }, error) => onFailure(name, problem, error),
    onHeld,
  });
}

async function loadSingle(dir: string, { name, policy }: ServeOptions): Promise<ServedModel> {
  const identity = ({ schema }: Bundle) => ({ model: name ?? nameOfTarget(schema.target.name), version: 0 });
  return ServedModel.load(dir, identity, { ...defaultPolicy, ...policy });
}

function storeOptions(
  options: ServeOptions,
  store: Store,
  { poll, refreshKeys }: Neighbours,
): Partial<AppOptions> {
  return {
    log: options.log ?? 'async',
    logSink: store.predictions,
    feedback: {
      prediction: async (id) => store.predictions.get(id),
      append: async (records) => store.feedback.append(records),
    },
    registry: { store, poll, refreshKeys },
  };
}

async function telemetryOf({ otlp, traceShare }: ServeOptions): Promise<Partial<AppOptions>> {
  if (otlp === undefined) return {};
  const share = traceShare === undefined ? {} : { share: traceShare };
  return { tracer: await openTelemetry({ endpoint: otlp, version, ...share }) };
}

const MOST_PEM_BYTES = 2 ** 20;

async function tlsOf({ tlsCert, tlsKey }: ServeOptions): Promise<Partial<AppOptions>> {
  if (tlsCert === undefined || tlsKey === undefined) return {};
  const [cert, key] = await Promise.all(
    [tlsCert, tlsKey].map((file) =>
      readRegularFile(file, { limit: MOST_PEM_BYTES, hint: 'Give --tls-cert and --tls-key files in PEM.' }),
    ),
  );
  return { certificate: { cert, key } };
}

function limitsOf(options: ServeOptions): Partial<AppOptions> {
  const { mostInFlight, mostLag, bodyLimit, corsOrigins, proxies, docs, logRequests, drain = 0 } = options;
  return {
    load: {
      ...(mostInFlight === undefined ? {} : { mostInFlight }),
      ...(mostLag === undefined ? {} : { mostLag }),
    },
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    ...(corsOrigins === undefined ? {} : { corsOrigins }),
    ...(proxies === undefined ? {} : { proxies }),
    ...(docs === undefined ? {} : { docs }),
    ...(logRequests === undefined ? {} : { logRequests }),
    drain: drain * 1000,
  };
}

async function stopApp(
  app: FastifyInstance,
  { grace = defaultGrace }: ServeOptions,
  logger: Logger,
): Promise<void> {
  const closed = app.close();
  const timer = new AbortController();
  const late = sleep(grace * 1000, true, { signal: timer.signal }).catch(() => false);
  if (await Promise.race([closed.then(() => false), late])) {
    logger.warn({ grace }, 'requests that had not ended were cut off');
    app.server.closeAllConnections();
  }
  timer.abort();
  await closed;
}
