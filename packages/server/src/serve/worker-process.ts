// A worker of a server: answers requests, and leaves store and moves of aliases to the primary.
import { connectStore, processChannel } from '@verdict/store';
import { openServerArtifacts } from '../registry/open-registry.ts';
import { Control } from './control.ts';
import type { ControlEnd, Handlers, PrimaryCalls, WorkerCalls } from './control.ts';
import { makeInstance } from './instance.ts';
import type { Instance } from './instance.ts';
import { makeLogger } from './logger.ts';

let instance: Instance | undefined;

// The primary says when to stop; a signal to the whole group is not for this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Without the primary there is no store and nobody to say so: what was accepted is finished.
process.once('disconnect', () => {
  void (instance?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
});

const handlers: Handlers<WorkerCalls> = {
  async start({ options, place, scratch }) {
    const logger = makeLogger(options.logLevel ?? 'info');
    const opened =
      place === undefined
        ? undefined
        : {
            store: connectStore(processChannel(process)),
            artifacts: await openServerArtifacts(place),
            scratch,
          };
    instance = await makeInstance(options, logger, opened, {
      poll: async () => void (await control.ask('poll', null)),
      refreshKeys: async () => void (await control.ask('refreshKeys', null)),
      collectMetrics: async () => control.ask('collectMetrics', null),
    });
    return { follows: instance.models !== undefined };
  },
  prepare: async (target) => instance?.models?.prepare(target) ?? [],
  async commit({ target, failures }) {
    await instance?.models?.commit(target, failures);
    return null;
  },
  listen: async () => ({ url: await instance!.listen() }),
  metrics: async () => instance!.app.verdictService.metrics.registry.getMetricsAsJSON(),
  async keys() {
    await instance?.keys.refresh();
    return null;
  },
  async usage(taken) {
    const { limiter } = instance!;
    limiter?.drain(taken, performance.now());
    return limiter?.taken() ?? [];
  },
  async stop() {
    await instance?.stop();
    return null;
  },
};

const control = new Control<PrimaryCalls>(process as ControlEnd, handlers);
