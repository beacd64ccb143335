import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBundle } from 'verdict';
import type { Bundle } from 'verdict';

/**
 * A bundle that was checked, and its folder: the one named, or `model` in an output folder.
 * @throws InvalidModel
 */
export async function loadBundle(path: string): Promise<{ folder: string; bundle: Bundle }> {
  const bundle = await readBundle(path);
  const own = await stat(join(path, 'manifest.json')).catch(() => undefined);
  return { folder: own === undefined ? join(path, 'model') : path, bundle };
}
