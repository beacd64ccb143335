import type { Artifacts, BundleFiles } from '../artifacts/artifacts.ts';
import type { NewVersion, Registered } from '../records/models.ts';
import type { Store } from '../store.ts';

/** The two places that a registry is made of. */
export interface Registry {
  readonly store: Store;
  readonly artifacts: Artifacts;
}

/**
 * Puts a bundle into the registry as the next version of a model: its bytes first, then the record. Registering
 * the very same bytes again gives the version that has them.
 *
 * @param bundle its folder, or its files
 * @throws DamagedArtifact, InvalidOption, NotFound, StoreUnavailable
 */
export async function registerModel(
  { store, artifacts }: Registry,
  bundle: string | BundleFiles,
  version: Omit<NewVersion, 'artifact'>,
): Promise<Registered> {
  const artifact = await artifacts.put(bundle);
  const registered = await store.models.register({ ...version, artifact });
  // A garbage collection that began before the record was there may have taken the bytes; from now on none does.
  if (!(await artifacts.has(artifact))) await artifacts.put(bundle);
  return registered;
}
