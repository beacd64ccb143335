// A registry on disk with a model in it, as training with --register leaves it.
import { join } from 'node:path';
import { writeBundle } from '@verdict/learn';
import { openArtifacts, openStore, registerModel } from '@verdict/store';
import type { Registry, Version } from '@verdict/store';
import { shopBundle } from './shop-model.ts';

export interface RegistryHome extends Registry {
  readonly dataDir: string;
  /** Registers the model of a seed and gives its version. */
  register(seed: number, name?: string): Promise<Version>;
  /** Points an alias at a version. */
  promote(version: number | null, alias?: string, name?: string): Promise<void>;
}

/** @param home a folder that is removed after the tests */
export async function registryHome(home: string): Promise<RegistryHome> {
  const dataDir = join(home, 'verdict-data');
  const store = await openStore({ dataDir });
  const artifacts = openArtifacts({ location: join(dataDir, 'artifacts') });
  return {
    dataDir,
    store,
    artifacts,
    async register(seed, name = 'shop') {
      const dir = join(home, `bundle-${name}-${seed}`);
      await writeBundle(dir, shopBundle(seed));
      const { version } = await registerModel({ store, artifacts }, dir, {
        name,
        runId: null,
        metrics: {},
        signature: {},
        decision: {},
        origin: {},
        by: 'test',
      });
      return version;
    },
    async promote(version, alias = 'champion', name = 'shop') {
      await store.models.move({ name, alias, version, by: 'test', reason: 'test' });
    },
  };
}
