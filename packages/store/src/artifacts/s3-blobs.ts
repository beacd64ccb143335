import { InvalidOption, NotFound } from '@verdict/core';
import { hashPattern } from './blobs.ts';
import type { BlobEntry, Blobs } from './blobs.ts';
import { s3Client } from './s3-client.ts';
import type { S3Client, S3Options } from './s3-client.ts';
import { verified } from './verified.ts';

const locationPattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9._/-]*))?$/;

/**
 * Bytes in an S3-compatible bucket, as objects `prefix/sha256/abcd...`. An object is there when its upload was
 * acknowledged, and then whole.
 *
 * @param location `s3://bucket/prefix`
 * @throws InvalidOption
 */
export function s3Blobs(location: string, options: S3Options): Blobs {
  const match = locationPattern.exec(location);
  if (match === null || (match[2] ?? '').split('/').includes('..')) {
    throw new InvalidOption({
      option: 'VERDICT_ARTIFACTS',
      got: location,
      expected: 's3://bucket or s3://bucket/prefix',
    });
  }
  const client = s3Client(match[1], options);
  const prefix = (match[2] ?? '').replace(/^\/+|\/+$/g, '');
  const below = (folder: string) => (prefix === '' ? `${folder}/` : `${prefix}/${folder}/`);
  const kept = below('sha256');
  const aside = below('aside');

  async function move(from: string, to: string): Promise<void> {
    const copied = await client.request('PUT', to, {
      expected: [200, 404],
      headers: { 'x-amz-copy-source': client.pathOf(from) },
    });
    await copied.body?.cancel();
    if (copied.status === 200) await remove(from);
  }

  async function read(key: string): Promise<Uint8Array | undefined> {
    const response = await client.request('GET', key, { expected: [200, 404] });
    if (response.status === 200) return new Uint8Array(await response.arrayBuffer());
    await response.body?.cancel();
    return undefined;
  }

  async function remove(key: string): Promise<void> {
    await (await client.request('DELETE', key, { expected: [200, 204, 404] })).body?.cancel();
  }

  return {
    location,
    async put(hash, bytes) {
      await (await client.request('PUT', kept + hash, { expected: [200], body: bytes })).body?.cancel();
    },
    async get(hash) {
      const bytes = (await read(kept + hash)) ?? (await read(aside + hash)) ?? (await read(kept + hash));
      if (bytes !== undefined) return verified(hash, bytes, location);
      throw new NotFound({
        problem: `${location}: there is no artifact ${hash}.`,
        hint: 'Check that VERDICT_ARTIFACTS names the place that the model was registered with, or import the model again.',
      });
    },
    async has(hash) {
      return (await client.request('HEAD', kept + hash, { expected: [200, 404] })).status === 200;
    },
    list: () => listObjects(client, kept),
    setAside: (hash) => move(kept + hash, aside + hash),
    restore: (hash) => move(aside + hash, kept + hash),
    discard: (hash) => remove(aside + hash),
    listAside: async () => (await listObjects(client, aside)).map(({ hash }) => hash),
  };
}

async function listObjects(client: S3Client, prefix: string): Promise<BlobEntry[]> {
  const entries: BlobEntry[] = [];
  let token: string | undefined;
  do {
    const query = {
      'list-type': '2',
      prefix,
      ...(token === undefined ? {} : { 'continuation-token': token }),
    };
    const page = await (await client.request('GET', '', { expected: [200], query })).text();
    for (const [, contents] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      const hash = element(contents, 'Key')?.slice(prefix.length) ?? '';
      if (!hashPattern.test(hash)) continue;
      entries.push({
        hash,
        bytes: Number(element(contents, 'Size')),
        at: Date.parse(element(contents, 'LastModified') ?? ''),
      });
    }
    token = element(page, 'IsTruncated') === 'true' ? element(page, 'NextContinuationToken') : undefined;
  } while (token !== undefined);
  return entries;
}

/** The text of an element of the few that are read: hashes, numbers, dates, and a token. */
function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
