import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidOption } from '@verdict/core';
import type { Store } from '@verdict/store';
import type { Logger } from 'pino';
import { uuidV7 } from '../http/request-id.ts';
import { AliasWatch } from '../registry/alias-watch.ts';
import { openServerArtifacts, openServerStore, storePlace } from '../registry/open-registry.ts';
import type { StorePlace } from '../registry/open-registry.ts';
import { startCluster } from './cluster.ts';
import { makeInstance } from './instance.ts';
import { LogRetention } from './log-retention.ts';
import { makeLogger } from './logger.ts';
import type { ServeOptions } from './serve-options.ts';

/** A server that listens. */
export interface RunningServer {
  /** Where, such as `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Rejects if the server cannot go on, such as when no worker starts any more. */
  readonly failed: Promise<never>;
  /** Stops listening, finishes what was accepted, writes the log to its end. */
  stop(): Promise<void>;
}

/** What all processes of a server share, held by the one that was started. */
export interface ServerHome {
  readonly id: string;
  readonly store: Store | undefined;
  readonly place: StorePlace | undefined;
  /** A folder of its own for unpacked bundles. */
  readonly scratch: string;
  readonly logger: Logger;
}

/**
 * Starts a server: in this process, or in as many more as there are to be workers.
 *
 * @throws InvalidOption, InvalidModel, StoreUnavailable, InvalidStore; system errors of listening
 */
export async function startServer(
  options: ServeOptions,
  logger: Logger = makeLogger(options.logLevel ?? 'info'),
): Promise<RunningServer> {
  const place = placeFor(options);
  const store = place === undefined ? undefined : await openServerStore(place);
  const scratch = await mkdtemp(join(tmpdir(), 'verdict-models-'));
  const home: ServerHome = { id: uuidV7(Date.now()), store, place, scratch, logger };
  const leave = async (): Promise<void> => {
    await store?.close();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    const server =
      (options.workers ?? 1) > 1 ? await startCluster(options, home) : await startSingle(options, home);
    await noteChange(home, 'server.start', server.url);
    const { keepPredictions: days } = options;
    const retention =
      store === undefined || days === undefined
        ? undefined
        : new LogRetention({ store, days, logger, now: Date.now });
    return {
      ...server,
      async stop() {
        await retention?.close();
        await server.stop();
        await noteChange(home, 'server.stop', server.url);
        await leave();
        logger.info('stopped');
      },
    };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** The store of a server. A bundle that is served from its folder needs none, unless one is named. */
function placeFor(options: ServeOptions): StorePlace | undefined {
  const named = options.dataDir !== undefined || options.databaseUrl !== undefined;
  const logged = options.log !== undefined && options.log !== 'off';
  const place = options.model === undefined || named || logged ? storePlace(options) : undefined;
  if (options.model === undefined && place === undefined) {
    throw new InvalidOption({
      option: '--model',
      got: undefined,
      expected: 'the folder of a model, such as output/model, since there is no store here',
      hint: 'Give --model DIR, or register a model first: verdict train FILE --target COL --register NAME.',
    });
  }
  if (options.keepPredictions !== undefined && place === undefined) {
    throw new InvalidOption({
      option: '--keep-predictions',
      got: options.keepPredictions,
      expected: 'left out, since there is no store that keeps predictions',
      hint: 'Name one: --data-dir verdict-data makes it.',
    });
  }
  if (logged && place === undefined) {
    throw new InvalidOption({
      option: '--log',
      got: options.log,
      expected: 'off, since there is no store to write to',
      hint: 'Name one: --data-dir verdict-data makes it.',
    });
  }
  return place;
}

async function startSingle(options: ServeOptions, home: ServerHome): Promise<RunningServer> {
  const { store, place, scratch, logger, id } = home;
  const opened =
    store === undefined || place === undefined
      ? undefined
      : { store, scratch, artifacts: await openServerArtifacts(place) };
  let watch: AliasWatch | undefined;
  const instance = await makeInstance(options, logger, opened, {
    poll: async () => watch?.poll(),
    refreshKeys: async () => instance.keys.refresh(),
  });
  let address = '';
  if (store !== undefined && instance.models !== undefined) {
    watch = new AliasWatch({
      store,
      follower: instance.models,
      logger,
      id,
      workers: () => 1,
      address: () => address,
      now: Date.now,
    });
    await watch.start();
  }
  address = await instance.listen();
  logger.info(
    { url: address, workers: 1, log: instance.app.verdictService.log.mode, keys: instance.keys.size },
    'listening',
  );
  return {
    url: address,
    failed: new Promise(() => undefined),
    async stop() {
      await instance.stop();
      await watch?.close();
    },
  };
}

/** Leaves a trace of a start or a stop. The server does not depend on it. */
async function noteChange({ store, id, logger }: ServerHome, action: string, url: string): Promise<void> {
  await store?.audit
    .append({ actor: 'server', action, target: id, details: { url }, requestId: null })
    .catch((err: unknown) => logger.warn({ err, action }, 'the trail of changes could not be written'));
}
