import {
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { Conflict, DamagedArtifact, InvalidModel, NotFound } from '@verdict/core';
import { exportModel, importModel, openArtifacts, openStore, registerModel } from '@verdict/store';
import type { Registry } from '@verdict/store';
import { bundleFiles } from './support/bundles.ts';
import { newRun, newVersion } from './support/records.ts';

const scratch = mkdtempSync(join(tmpdir(), 'verdict-transfer-'));
let places = 0;
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const newPath = (ending = '') => join(scratch, `place-${places++}${ending}`);

async function emptyRegistry(): Promise<Registry> {
  return {
    store: await openStore({ dataDir: newPath() }),
    artifacts: openArtifacts({ location: newPath() }),
  };
}

/** Three versions, the first from a run, and a champion. */
async function filledRegistry(): Promise<Registry> {
  const registry = await emptyRegistry();
  const run = await registry.store.runs.create(newRun);
  await registerModel(registry, bundleFiles('one'), newVersion({ runId: run.id, description: 'the first' }));
  await registerModel(registry, bundleFiles('two'), newVersion());
  await registerModel(registry, bundleFiles('three'), newVersion());
  await registry.store.models.move({
    name: 'churn',
    alias: 'champion',
    version: 2,
    by: 'ann',
    reason: 'best',
  });
  return registry;
}

describe.each(['', '.tar'])('an export to "%s"', (ending) => {
  it('brings every version with all that is known of it to another registry', async () => {
    const from = await filledRegistry();
    const to = newPath(ending);
    expect(await exportModel(from, { name: 'churn', to })).toEqual([1, 2, 3]);
    const target = await emptyRegistry();
    const registered = await importModel(target, { from: to, by: 'ben', scratch: newPath() });
    expect(registered.map(({ version, created }) => [version.version, created])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
    const original = await from.store.models.versions('churn');
    const copies = await target.store.models.versions('churn');
    for (const [i, copy] of copies.entries()) {
      const { artifact, metrics, signature, decision, description } = original[i];
      expect(copy).toMatchObject({
        artifact,
        metrics,
        signature,
        decision,
        description,
        by: 'ben',
        runId: null,
      });
      expect(copy.origin).toMatchObject({
        ...original[i].origin,
        importedFrom: { name: 'churn', version: original[i].version, by: 'ann', at: original[i].at },
      });
      expect(await target.artifacts.get(artifact)).toEqual(await from.artifacts.get(artifact));
    }
    expect(copies[2].origin.importedFrom).toMatchObject({
      run: { kind: 'train', lockHash: newRun.lockHash },
    });
    const again = await importModel(target, { from: to, by: 'ben' });
    expect(again.map(({ created }) => created)).toEqual([false, false, false]);
    const renamed = await importModel(target, { from: to, by: 'ben', name: 'fraud' });
    expect(renamed[0].version.name).toBe('fraud');
    expect(await target.store.models.aliases()).toEqual([]);
  });

  it('can be of some versions, and is never written over another', async () => {
    const from = await filledRegistry();
    const to = newPath(ending);
    expect(await exportModel(from, { name: 'churn', versions: [2], to })).toEqual([2]);
    await expect(exportModel(from, { name: 'churn', to })).rejects.toThrow(Conflict);
    await expect(exportModel(from, { name: 'churn', versions: [9], to: newPath() })).rejects.toThrow(
      NotFound,
    );
    await expect(exportModel(from, { name: 'none', to: newPath() })).rejects.toThrow(NotFound);
    const target = await emptyRegistry();
    expect(await importModel(target, { from: to, by: 'ben' })).toMatchObject([{ version: { version: 1 } }]);
  });

  it('leaves nothing behind when an artifact is damaged', async () => {
    const from = await filledRegistry();
    const [{ artifact }] = await from.store.models.versions('churn');
    await from.artifacts.blobs.setAside(artifact);
    await from.artifacts.blobs.discard(artifact);
    const to = newPath(ending);
    await expect(exportModel(from, { name: 'churn', to })).rejects.toThrow(NotFound);
    expect(readdirSync(scratch).filter((name) => to.endsWith(name) || name.includes('.part'))).toEqual([]);
  });
});

it('writes bundles that are read where they lie, and the history to be looked up', async () => {
  const from = await filledRegistry();
  const to = newPath();
  await exportModel(from, { name: 'churn', to });
  expect(readdirSync(to)).toEqual(['1', '2', '3', 'verdict-export.json']);
  expect(readFileSync(join(to, '2', 'model.ubj'), 'utf8')).toBe('trees of two');
  const document = JSON.parse(readFileSync(join(to, 'verdict-export.json'), 'utf8'));
  expect(document.history).toMatchObject([{ alias: 'champion', version: 2, by: 'ann', reason: 'best' }]);
});

describe('what is no export', () => {
  const entries = async (files: readonly (readonly [string, string, string?])[]): Promise<string> => {
    const path = newPath('.tar');
    const tar = pack();
    const written = pipeline(tar, createWriteStream(path));
    for (const [name, text, type] of files) {
      if (type === undefined) tar.entry({ name }, text);
      else tar.entry({ name, type: type as 'symlink', linkname: text });
    }
    tar.finalize();
    await written;
    return path;
  };
  const expectRefused = async (from: string, error: unknown) => {
    const target = await emptyRegistry();
    await expect(importModel(target, { from, by: 'ben', scratch: join(scratch, 'unpack') })).rejects.toThrow(
      error as RegExp,
    );
    expect(await target.store.models.list()).toEqual([]);
  };
  const hostile = ['../evil', '/etc/evil', '1/../../evil', 'a/b', '1/.hidden', '1/a/b'] as const;

  it('is refused, whatever it tries', async () => {
    for (const name of hostile) await expectRefused(await entries([[name, 'x']]), /which no export does/);
    await expectRefused(await entries([['1/model.ubj', '/etc/passwd', 'symlink']]), /which no export does/);
    await expectRefused(await entries([['1/manifest.json', '{}']]), InvalidModel);
    for (const text of ['{', '[]', '{"format":"verdict-export","formatVersion":2}', 'null']) {
      await expectRefused(await entries([['verdict-export.json', text]]), InvalidModel);
    }
    const document = (versions: unknown) =>
      JSON.stringify({ format: 'verdict-export', formatVersion: 1, name: 'churn', versions });
    for (const versions of [null, [null], [{ version: 5 }], [{ version: { name: 'churn', version: 1 } }]]) {
      await expectRefused(await entries([['verdict-export.json', document(versions)]]), /./);
    }
    const text = newPath('.tar');
    writeFileSync(text, 'this is no archive at all '.repeat(100));
    await expectRefused(text, InvalidModel);
    await expectRefused(newPath(), NotFound);
    expect(readdirSync(join(scratch, 'unpack'))).toEqual([]);
  });

  it('is refused when it was cut or changed on the way', async () => {
    const from = await filledRegistry();
    const to = newPath('.tar');
    await exportModel(from, { name: 'churn', to });
    const bytes = readFileSync(to);
    const cut = newPath('.tar');
    writeFileSync(cut, bytes.subarray(0, bytes.length / 2));
    await expectRefused(cut, InvalidModel);
    // Also where only the last version is damaged: none of the others is registered.
    for (const damaged of ['trees of one', 'trees of three']) {
      const changed = newPath('.tar');
      const copy = Buffer.from(bytes);
      copy[bytes.indexOf(damaged)] ^= 1;
      writeFileSync(changed, copy);
      await expectRefused(changed, DamagedArtifact);
    }
  });

  it('is refused when bundles have been exchanged', async () => {
    const to = newPath();
    await exportModel(await filledRegistry(), { name: 'churn', to });
    for (const [from, target] of [
      ['2', 'kept'],
      ['3', '2'],
      ['kept', '3'],
    ]) {
      renameSync(join(to, from), join(to, target));
    }
    await expectRefused(to, /version 2 is another one than the export says/);
  });
});
