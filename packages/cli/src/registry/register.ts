import type { AliasMove, Registry, Version } from '@verdict/store';
import { loadBundle } from './bundles.ts';
import { championAlias } from './reference.ts';
import { versionRecord } from './version-record.ts';

/** What became of a bundle that was registered. */
export interface Registration {
  readonly version: Version;
  /** False if the model had these very bytes already. */
  readonly created: boolean;
  /** The move that made the first version of a model its champion. */
  readonly champion: AliasMove | undefined;
}

/**
 * Puts a bundle into the registry. The first version of a model becomes its champion, so that it is served; later ones
 * wait until they are promoted.
 *
 * @throws what checking the bundle, storing its bytes and the registry throw
 */
export async function register(
  registry: Registry,
  input: {
    readonly name: string;
    readonly model: string;
    readonly by: string;
    readonly runId?: string | null;
    readonly description?: string;
  },
): Promise<Registration> {
  const { registerModel } = await import('@verdict/store');
  const { name, model, by, runId = null, description } = input;
  const { folder, bundle } = await loadBundle(model);
  const { version, created } = await registerModel(registry, folder, {
    name,
    runId,
    ...versionRecord(bundle),
    ...(description === undefined ? {} : { description }),
    by,
  });
  return { version, created, champion: await firstChampion(registry, version, by) };
}

/** Makes a model's first version its champion, unless the alias has a history. */
export async function firstChampion(
  { store }: Registry,
  { name, version }: Version,
  by: string,
): Promise<AliasMove | undefined> {
  if (version !== 1 || (await store.models.history(name, championAlias)).length > 0) return undefined;
  const reason = 'The first version of the model.';
  return store.models.move({ name, alias: championAlias, version, by, reason, expected: null });
}
