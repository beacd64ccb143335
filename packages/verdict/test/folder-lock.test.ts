import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidOption, UnreadableFile } from '@verdict/core';
import { afterAll, describe, expect, it } from 'vitest';
import { lockFolder } from '../src/folder-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'verdict-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock of a folder', () => {
  it('is held by one, in this process too, and leaves nothing behind', async () => {
    const release = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(InvalidOption);
    release();
    expect(readdirSync(folder)).toEqual([]);
    const again = await lockFolder(folder);
    again();
  });

  it('is free where a search was killed', async () => {
    writeFileSync(join(folder, '.verdict-search'), '');
    const release = await lockFolder(folder);
    release();
    expect(existsSync(join(folder, '.verdict-search'))).toBe(false);
  });

  it('goes to one of many who want it at once, each time', async () => {
    for (let i = 0; i < 20; i++) {
      const tries = await Promise.allSettled(Array.from({ length: 4 }, () => lockFolder(folder)));
      const held = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(held).toHaveLength(1);
      held[0]();
    }
  });

  it('is refused where nothing can be locked', async () => {
    const missing = lockFolder(join(folder, 'missing'));
    await expect(missing).rejects.toThrow(UnreadableFile);
    await expect(missing).rejects.toThrow(/missing.*cannot be locked/);
    writeFileSync(join(folder, '.verdict-search'), 'something else, which is no database at all'.repeat(30));
    await expect(lockFolder(folder)).rejects.toThrow(UnreadableFile);
  });
});
