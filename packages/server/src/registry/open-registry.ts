import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry, Store } from '@verdict/store';
import type { ServeOptions } from '../serve/serve-options.ts';

/** Where the store of a server is. */
export interface StorePlace {
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly artifacts: string;
}

const defaultDataDir = 'verdict-data';

/** The store that options name, or that lies where one is looked for; undefined where there is none. */
export function storePlace(options: ServeOptions): StorePlace | undefined {
  const { dataDir = defaultDataDir, databaseUrl } = options;
  const named = options.dataDir !== undefined || databaseUrl !== undefined;
  if (!named && !existsSync(dataDir)) return undefined;
  const artifacts = options.artifacts ?? join(dataDir, 'artifacts');
  return { dataDir, artifacts, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
}

/** Opens the store in a thread of its own. Loaded here, so that a server without a store does without SQLite. */
export async function openServerStore({ dataDir, databaseUrl }: StorePlace): Promise<Store> {
  const { openStoreThread } = await import('@verdict/store');
  return openStoreThread({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
}

/** The artifacts beside the store. */
export async function openServerArtifacts({ artifacts }: StorePlace): Promise<Registry['artifacts']> {
  const { openArtifacts } = await import('@verdict/store');
  return openArtifacts({ location: artifacts });
}
