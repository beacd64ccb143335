import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openArtifacts } from '@verdict/store';
import type { Artifacts } from '@verdict/store';
import { startS3 } from '../../../../test/support/s3-server.ts';
import type { S3Server } from '../../../../test/support/s3-server.ts';

/** What a suite gets to test one kind of place for artifacts with. */
export interface PlaceUnderTest {
  readonly kind: 'folder' | 'bucket';
  /** A new, empty place. */
  open(): Artifacts;
  /** The file in which a place keeps the bytes of this hash, kept or set aside. */
  fileOf(artifacts: Artifacts, hash: string, where?: 'sha256' | 'aside'): string;
  readonly scratch: string;
  server(): S3Server;
}

/** Runs one suite over a folder and over a real S3-compatible server. */
export function overPlaces(suite: (place: PlaceUnderTest) => void): void {
  describe.each(['folder', 'bucket'] as const)('in a %s', (kind) => {
    const scratch = mkdtempSync(join(tmpdir(), 'verdict-artifacts-'));
    let s3: S3Server | undefined;
    let places = 0;
    if (kind === 'bucket') {
      beforeAll(async () => {
        s3 = await startS3();
      });
    }
    afterAll(async () => {
      await s3?.remove();
      rmSync(scratch, { recursive: true, force: true });
    });
    const place: PlaceUnderTest = {
      kind,
      scratch,
      open() {
        const name = `place-${++places}`;
        return kind === 'folder'
          ? openArtifacts({ location: join(scratch, name) })
          : openArtifacts({ location: `s3://${place.server().bucket}/${name}`, env: place.server().env });
      },
      fileOf(artifacts, hash, where = 'sha256') {
        if (kind === 'bucket') {
          const prefix = artifacts.location.split('/').at(-1) ?? '';
          return join(place.server().objects, prefix, where, hash);
        }
        const parts = where === 'sha256' ? [where, hash.slice(0, 2), hash] : [where, hash];
        return join(artifacts.location, ...parts);
      },
      server() {
        if (s3 === undefined) throw new Error('The S3 server does not run yet.');
        return s3;
      },
    };
    suite(place);
  });
}
