import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DamagedArtifact, InvalidOption, NotFound } from '@verdict/core';
import { openArtifacts } from '@verdict/store';
import { bundleFiles, hashOfBytes, writeBundle } from './support/bundles.ts';
import { startS3 } from '../../../test/support/s3-server.ts';
import { overPlaces } from './support/places.ts';
import { hashOf } from './support/records.ts';

const manifestOf = (files: ReadonlyMap<string, Uint8Array>) => files.get('manifest.json') ?? new Uint8Array();

overPlaces((place) => {
  it('keeps a bundle under the hash of its manifest and gives back every byte', async () => {
    const artifacts = place.open();
    const files = bundleFiles('one');
    const artifact = await artifacts.put(files);
    expect(artifact).toBe(hashOfBytes(manifestOf(files)));
    const found = await artifacts.get(artifact);
    expect([...found.keys()].toSorted()).toEqual([...files.keys()].toSorted());
    for (const [name, bytes] of files) expect(Buffer.from(found.get(name) ?? [])).toEqual(Buffer.from(bytes));
    expect(await artifacts.has(artifact)).toBe(true);
    expect(await artifacts.put(writeBundle(join(place.scratch, 'bundle'), files))).toBe(artifact);
    expect(await artifacts.blobs.list()).toHaveLength(3);
  });

  it('keeps a shared part once, and empty bytes too', async () => {
    const artifacts = place.open();
    const first = await artifacts.put(bundleFiles('one', ''));
    const second = await artifacts.put(bundleFiles('two', ''));
    expect(await artifacts.blobs.list()).toHaveLength(5);
    expect((await artifacts.get(first)).get('schema.json')).toHaveLength(0);
    expect((await artifacts.get(second)).get('schema.json')).toHaveLength(0);
  });

  it('refuses damaged bytes when they are read, and is put right by the same bundle', async () => {
    const artifacts = place.open();
    const files = bundleFiles('one');
    const artifact = await artifacts.put(files);
    writeFileSync(place.fileOf(artifacts, hashOfBytes(Buffer.from('trees of one'))), 'trees of two');
    await expect(artifacts.get(artifact)).rejects.toThrow(DamagedArtifact);
    await artifacts.put(files);
    expect((await artifacts.get(artifact)).size).toBe(3);
  });

  it('says what is not there', async () => {
    const artifacts = place.open();
    await expect(artifacts.get(hashOf('nothing'))).rejects.toThrow(NotFound);
    expect(await artifacts.has(hashOf('nothing'))).toBe(false);
    await expect(artifacts.get('../../etc/passwd')).rejects.toThrow(InvalidOption);
    expect(await artifacts.blobs.list()).toEqual([]);
    expect(await artifacts.blobs.listAside()).toEqual([]);
  });

  it('refuses what is no bundle', async () => {
    const artifacts = place.open();
    const changed = new Map(bundleFiles('one')).set('model.ubj', Buffer.from('others'));
    await expect(artifacts.put(changed)).rejects.toThrow(/model.ubj is not what the manifest says/);
    const without = new Map(bundleFiles('one'));
    without.delete('model.ubj');
    await expect(artifacts.put(without)).rejects.toThrow(/has no model.ubj/);
    const hash = hashOf('x');
    for (const parts of [
      [{ name: '../model.ubj', sha256: hash }],
      [{ name: 'a', sha256: 'short' }],
      [{ name: 'manifest.json', sha256: hash }],
      [
        { name: 'a', sha256: hash },
        { name: 'a', sha256: hash },
      ],
      [null],
      'none',
    ]) {
      const files = new Map([['manifest.json', Buffer.from(JSON.stringify({ parts }))]]);
      await expect(artifacts.put(files)).rejects.toThrow(/does not list the parts/);
    }
    await expect(artifacts.put(new Map([['manifest.json', Buffer.from('{')]]))).rejects.toThrow(
      DamagedArtifact,
    );
    await expect(artifacts.put(join(place.scratch, 'nowhere'))).rejects.toThrow(/there is no such file/);
    expect(await artifacts.blobs.list()).toEqual([]);
  });

  it('checks a bundle out to a folder, once, and again when that is broken', async () => {
    const artifacts = place.open();
    const artifact = await artifacts.put(bundleFiles('one'));
    const into = join(place.scratch, `checkouts-${place.kind}`);
    const [folder, same] = await Promise.all([
      artifacts.checkout(artifact, into),
      artifacts.checkout(artifact, into),
    ]);
    expect(folder).toBe(same);
    expect(readFileSync(join(folder, 'model.ubj'), 'utf8')).toBe('trees of one');
    writeFileSync(join(folder, 'model.ubj'), 'broken');
    await artifacts.checkout(artifact, into);
    expect(readFileSync(join(folder, 'model.ubj'), 'utf8')).toBe('trees of one');
    await expect(artifacts.checkout(hashOf('nothing'), into)).rejects.toThrow(NotFound);
  });

  it('sets bytes aside, where reading finds them, and gives them back or removes them', async () => {
    const artifacts = place.open();
    const artifact = await artifacts.put(bundleFiles('one'));
    await artifacts.blobs.setAside(artifact);
    await artifacts.blobs.setAside(artifact);
    expect(await artifacts.has(artifact)).toBe(false);
    expect(await artifacts.blobs.listAside()).toEqual([artifact]);
    expect((await artifacts.get(artifact)).size).toBe(3);
    await artifacts.blobs.restore(artifact);
    expect(await artifacts.has(artifact)).toBe(true);
    await artifacts.blobs.setAside(artifact);
    await artifacts.blobs.discard(artifact);
    await artifacts.blobs.discard(artifact);
    expect(existsSync(place.fileOf(artifacts, artifact, 'aside'))).toBe(false);
    await expect(artifacts.get(artifact)).rejects.toThrow(NotFound);
  });
});

describe('a folder of artifacts', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'verdict-folder-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('leaves nothing half-written on a full disk, and says so', async () => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      throw new Error(
        'A full disk is tested on a small tmpfs, which only root may mount, on Linux. Run the tests as root ' +
          '(in a container, with --cap-add SYS_ADMIN), or leave this file out: npm test -- --exclude packages/store/test/artifacts.test.ts',
      );
    }
    const disk = join(scratch, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk]);
    try {
      const artifacts = openArtifacts({ location: join(disk, 'artifacts') });
      const large = bundleFiles('x'.repeat(256 << 10));
      await expect(artifacts.put(large)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', reason: 'full' });
      expect(await artifacts.blobs.list()).toEqual([]);
      expect(readdirSync(join(disk, 'artifacts', 'incoming'))).toEqual([]);
      const small = await artifacts.put(bundleFiles('one'));
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      await expect(artifacts.put(bundleFiles('two'))).rejects.toMatchObject({ reason: 'io' });
      expect((await artifacts.get(small)).size).toBe(3);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('says when a file is where a folder should be', async () => {
    const blocked = join(scratch, 'blocked');
    mkdirSync(blocked);
    writeFileSync(join(blocked, 'sha256'), '');
    await expect(openArtifacts({ location: blocked }).put(bundleFiles('one'))).rejects.toThrow(
      /EEXIST|ENOTDIR/,
    );
  });
});

describe('a bucket of artifacts', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

  it('is refused without keys or with a bad address', () => {
    expect(() => openArtifacts({ location: 's3://models', env: {} })).toThrow(/AWS_ACCESS_KEY_ID/);
    for (const location of ['s3://', 's3://A', 's3://models/../x', 's3://models/a b', 's3:models']) {
      expect(() => openArtifacts({ location, env: keys })).toThrow(InvalidOption);
    }
    expect(openArtifacts({ location: 's3://models', env: keys }).location).toBe('s3://models');
  });

  it('says when it refuses, and when it is away', async () => {
    const server = await startS3();
    try {
      const env = { ...server.env, AWS_SECRET_ACCESS_KEY: 'wrong' };
      const wrong = openArtifacts({ location: `s3://${server.bucket}/x`, env });
      await expect(wrong.put(bundleFiles('one'))).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining('SignatureDoesNotMatch'),
      });
      const nowhere = openArtifacts({ location: 's3://no-such-bucket', env: server.env });
      await expect(nowhere.put(bundleFiles('one'))).rejects.toThrow(/NoSuchBucket/);

      const artifacts = openArtifacts({ location: `s3://${server.bucket}`, env: server.env });
      const artifact = await artifacts.put(bundleFiles('one'));
      await server.stop();
      await expect(artifacts.get(artifact)).rejects.toMatchObject({ reason: 'connection' });
      await server.start();
      expect((await artifacts.get(artifact)).size).toBe(3);
    } finally {
      await server.remove();
    }
  });
});
