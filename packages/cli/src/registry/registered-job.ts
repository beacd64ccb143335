import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Interrupted } from '@verdict/core';
import { version as codeVersion } from 'verdict';
import { withRegistry } from './open-registry.ts';
import { register } from './register.ts';
import type { Registration } from './register.ts';
import { actorOf } from './registry-options.ts';
import type { RegistryFlags } from './registry-options.ts';
import { jsonObject } from './version-record.ts';

/** Where a job's result goes in the registry. */
export type RegisterFlags = RegistryFlags & { readonly register?: string };

/** What is noted of a run before it starts. */
export interface RunInput {
  /** `train`, `tune` or `import`. */
  readonly kind: string;
  /** The options that the job runs with. */
  readonly parameters: object;
  readonly seed: number | null;
}

/** What a job leaves that can be registered. */
interface Made {
  /** The folder of the bundle. */
  readonly model: string;
  readonly metrics: unknown;
}

/**
 * Does a job and, where a model is named, notes it as a run and registers what it made. The registry is opened first:
 * hours of work shall not end at a name that is refused.
 */
export async function registeredJob<T extends Made>(
  flags: RegisterFlags,
  job: RunInput,
  work: () => Promise<T>,
): Promise<{ outcome: T; registration?: Registration; runId?: string }> {
  const { register: name } = flags;
  if (name === undefined) return { outcome: await work() };
  const by = actorOf(flags);
  return withRegistry(flags, async (registry) => {
    const { runs } = registry.store;
    const run = await runs.create({
      kind: job.kind,
      model: name,
      by,
      parameters: jsonObject(job.parameters),
      dataFingerprint: null,
      seed: job.seed,
      codeVersion,
      lockHash: await lockHash(),
    });
    const begin = performance.now();
    const used = process.cpuUsage();
    const cost = (): { durationSeconds: number; cpuSeconds: number } => {
      const { user, system } = process.cpuUsage(used);
      return { durationSeconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6 };
    };
    try {
      const outcome = await work();
      const registration = await register(registry, { name, model: outcome.model, by, runId: run.id });
      const { artifact, metrics, origin } = registration.version;
      const { dataFingerprint } = origin;
      await runs.finish(run.id, {
        state: 'finished',
        metrics,
        ...cost(),
        artifact,
        ...(typeof dataFingerprint === 'string' ? { dataFingerprint } : {}),
      });
      return { outcome, registration, runId: run.id };
    } catch (error) {
      const text =
        error instanceof Interrupted ? 'interrupted' : error instanceof Error ? error.message : String(error);
      await runs.finish(run.id, { state: 'failed', metrics: {}, ...cost(), error: text.slice(0, 2000) });
      throw error;
    }
  });
}

/** A job as a run: its options without what is no part of the result. */
export function runOf(kind: string, job: object): RunInput {
  const { signal: _, ...parameters } = job as { signal?: unknown; seed?: number };
  // The default of every job; it is the job itself that knows it.
  return { kind, parameters, seed: parameters.seed ?? 42 };
}

/** SHA-256 of the lock file that this installation was made by, if there is one. */
async function lockHash(): Promise<string | null> {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const bytes = await readFile(join(folder, 'package-lock.json')).catch(() => undefined);
    if (bytes !== undefined) return createHash('sha256').update(bytes).digest('hex');
    if (folder === dirname(folder)) return null;
  }
}
