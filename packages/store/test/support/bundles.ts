import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files that hang together as those of a bundle do; `text` makes them different. */
export function bundleFiles(text: string, shared = 'the same schema'): Map<string, Uint8Array> {
  const parts = new Map<string, Uint8Array>([
    ['model.ubj', Buffer.from(`trees of ${text}`)],
    ['schema.json', Buffer.from(shared)],
  ]);
  const listed = [...parts].map(([name, bytes]) => ({
    name,
    bytes: bytes.length,
    sha256: hashOfBytes(bytes),
  }));
  const manifest = Buffer.from(JSON.stringify({ formatVersion: 1, seed: 42, parts: listed }));
  return new Map([['manifest.json', manifest], ...parts]);
}

export function hashOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function writeBundle(folder: string, files: ReadonlyMap<string, Uint8Array>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  return folder;
}
