import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { DamagedArtifact, NotFound } from '@verdict/core';
import { collectGarbage, openArtifacts, openStore, registerModel } from '@verdict/store';
import type { Registry } from '@verdict/store';
import { bundleFiles, hashOfBytes } from './support/bundles.ts';
import { overPlaces } from './support/places.ts';
import { newVersion } from './support/records.ts';

const scratch = mkdtempSync(join(tmpdir(), 'verdict-garbage-'));
let stores = 0;
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const day = 24 * 60 * 60 * 1000;
const tomorrow = { by: 'ann', now: () => Date.now() + 2 * day };
const champion = { name: 'churn', alias: 'champion', by: 'ann', reason: '' };

overPlaces((place) => {
  async function registry(texts: readonly string[]): Promise<Registry> {
    const store = await openStore({ dataDir: join(scratch, `store-${stores++}`) });
    const found = { store, artifacts: place.open() };
    for (const text of texts) await registerModel(found, bundleFiles(text), newVersion());
    return found;
  }

  it('removes the bytes of what is archived and never served, and of what was never registered', async () => {
    const { store, artifacts } = await registry(['one', 'two', 'three']);
    const stray = await artifacts.put(bundleFiles('stray'));
    await store.models.move({ ...champion, version: 1 });
    await store.models.move({ ...champion, version: 2 });
    await store.models.archive('churn', 1, 'ann');
    await store.models.archive('churn', 3, 'ann');
    const expected = { versions: [expect.objectContaining({ version: 3 })], files: 4 };
    const dry = await collectGarbage({ store, artifacts }, { ...tomorrow, dryRun: true });
    expect(dry).toMatchObject(expected);
    expect(await artifacts.has(stray)).toBe(true);
    expect(await collectGarbage({ store, artifacts }, tomorrow)).toEqual(dry);
    expect(dry.bytes).toBeGreaterThan(100);
    expect(await artifacts.has(stray)).toBe(false);
    for (const { version, artifact } of await store.models.versions('churn')) {
      expect(await artifacts.has(artifact)).toBe(version !== 3);
    }
    expect(await artifacts.blobs.listAside()).toEqual([]);
    expect(await collectGarbage({ store, artifacts }, tomorrow)).toEqual({
      versions: [],
      files: 0,
      bytes: 0,
    });
  });

  it('leaves young bytes to whoever is about to register them', async () => {
    const { store, artifacts } = await registry([]);
    const young = await artifacts.put(bundleFiles('young'));
    expect(await collectGarbage({ store, artifacts }, { by: 'ann' })).toMatchObject({ files: 0 });
    expect(await artifacts.has(young)).toBe(true);
    expect(await collectGarbage({ store, artifacts }, { by: 'ann', olderThan: -day })).toMatchObject({
      files: 3,
    });
  });

  it('gives back what is registered while it runs', async () => {
    const { store, artifacts } = await registry(['one']);
    const files = bundleFiles('two');
    await artifacts.put(files);
    let first = true;
    const slow: Registry = {
      store,
      artifacts: {
        ...artifacts,
        blobs: {
          ...artifacts.blobs,
          async setAside(hash) {
            // The record appears after the collection looked, just before the first bytes go.
            if (first)
              await store.models.register({
                ...newVersion(),
                artifact: hashOfBytes(files.get('manifest.json') ?? new Uint8Array()),
              });
            first = false;
            await artifacts.blobs.setAside(hash);
          },
        },
      },
    };
    await collectGarbage(slow, tomorrow);
    const [version] = await store.models.versions('churn');
    expect(await artifacts.has(version.artifact)).toBe(true);
    expect((await artifacts.get(version.artifact)).size).toBe(3);
  });

  it('puts bytes again that a collection took before their record was there', async () => {
    const { store, artifacts } = await registry([]);
    const files = bundleFiles('one');
    const late: Registry = {
      artifacts,
      store: {
        ...store,
        models: {
          ...store.models,
          async register(version) {
            await collectGarbage({ store, artifacts }, tomorrow);
            return store.models.register(version);
          },
        },
      },
    };
    const { version } = await registerModel(late, files, newVersion());
    expect(await artifacts.has(version.artifact)).toBe(true);
  });

  it('settles what a collection that died had set aside', async () => {
    const { store, artifacts } = await registry(['one']);
    const stray = await artifacts.put(bundleFiles('stray', 'other schema'));
    const [{ artifact }] = await store.models.versions('churn');
    for (const { hash } of await artifacts.blobs.list()) await artifacts.blobs.setAside(hash);
    await collectGarbage({ store, artifacts }, { by: 'ann' });
    expect(await artifacts.has(artifact)).toBe(true);
    expect(await artifacts.blobs.listAside()).toEqual([]);
    await expect(artifacts.get(stray)).rejects.toThrow(NotFound);
  });

  it('removes nothing while a needed manifest cannot be read', async () => {
    const { store, artifacts } = await registry(['one', 'two']);
    const stray = await artifacts.put(bundleFiles('stray'));
    const [{ artifact }] = await store.models.versions('churn');
    await artifacts.blobs.setAside(artifact);
    await artifacts.blobs.discard(artifact);
    await expect(collectGarbage({ store, artifacts }, tomorrow)).rejects.toThrow(NotFound);
    await artifacts.blobs.put(artifact, Buffer.from('broken'));
    await expect(collectGarbage({ store, artifacts }, tomorrow)).rejects.toThrow(DamagedArtifact);
    expect(await artifacts.has(stray)).toBe(true);
  });
});

it('removes what a writer to a folder that died has left, when it is old', async () => {
  const store = await openStore({ dataDir: join(scratch, `store-${stores++}`) });
  const artifacts = openArtifacts({ location: join(scratch, 'folder') });
  await artifacts.put(bundleFiles('one'));
  const incoming = join(artifacts.location, 'incoming');
  for (const name of ['old', 'young']) writeFileSync(join(incoming, name), 'half');
  const past = new Date(Date.now() - 3 * day);
  utimesSync(join(incoming, 'old'), past, past);
  await collectGarbage({ store, artifacts }, tomorrow);
  expect(readdirSync(incoming)).toEqual(['young']);
  await store.close();
});
