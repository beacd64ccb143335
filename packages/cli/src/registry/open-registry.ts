import { join } from 'node:path';
import type { Registry } from '@verdict/store';
import type { RegistryFlags } from './registry-options.ts';

/** Where the registry is, by flags and environment. */
export function registryPlace(
  flags: RegistryFlags,
  defaultDataDir: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly dataDir: string; readonly databaseUrl?: string; readonly location: string } {
  const dataDir = flags.dataDir ?? defaultDataDir;
  const { VERDICT_DATABASE_URL: databaseUrl, VERDICT_ARTIFACTS: artifacts } = env;
  return {
    dataDir,
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    location: artifacts === undefined || artifacts === '' ? join(dataDir, 'artifacts') : artifacts,
  };
}

/**
 * Opens the registry for the time of a job: the folder `--data-dir`, or the database that `VERDICT_DATABASE_URL`
 * names, and the artifacts where `VERDICT_ARTIFACTS` says.
 *
 * @throws StoreUnavailable, InvalidStore, InvalidOption; what the job throws
 */
export async function withRegistry<T>(
  flags: RegistryFlags,
  job: (registry: Registry) => Promise<T>,
): Promise<T> {
  // Loaded here, so that commands without a registry start without it, also on a Node.js that has no SQLite.
  const { defaultDataDir, openArtifacts, openStore } = await import('@verdict/store');
  const { dataDir, databaseUrl, location } = registryPlace(flags, defaultDataDir);
  const store = await openStore({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
  try {
    return await job({ store, artifacts: openArtifacts({ location }) });
  } finally {
    await store.close();
  }
}
