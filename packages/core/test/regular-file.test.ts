import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Interrupted, InvalidModel, UnreadableFile } from '../src/index.ts';
import { readRegularFile } from '../src/regular-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'verdict-regular-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
writeFileSync(path('ten'), '0123456789');
writeFileSync(path('none'), '');
symlinkSync('ten', path('link'));
execFileSync('mkfifo', [path('pipe')]);

describe('readRegularFile', () => {
  it('gives the bytes of a file up to its limit, through a link', async () => {
    for (const name of ['ten', 'link'])
      expect(String(await readRegularFile(path(name), { limit: 10 }))).toBe('0123456789');
    expect(await readRegularFile(path('none'), { limit: 0 })).toHaveLength(0);
  });

  it('reads what the size of a file does not tell', async () => {
    const maps = await readRegularFile('/proc/self/maps', { limit: 1 << 24 });
    expect(maps.length).toBeGreaterThan(8192);
    expect(String(maps)).toMatch(/\n$/);
    await expect(readRegularFile('/proc/self/maps', { limit: 5000 })).rejects.toThrow(
      'the file has more than the 5000 bytes allowed.',
    );
  });

  it.each([
    ['ten', 'the file has 10 bytes, more than the 9 bytes allowed.'],
    ['pipe', 'this is a pipe or a device, not a regular file.'],
    ['.', 'this is a folder, not a file.'],
    ['nowhere', 'there is no such file.'],
    [join('ten', 'below'), 'it cannot be read (ENOTDIR).'],
  ])('refuses %s', async (name, problem) => {
    const error = await readRegularFile(path(name), { limit: 9, hint: 'Do so.' }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(UnreadableFile);
    expect(error).toMatchObject({ message: `${path(name)}: ${problem}`, hint: 'Do so.' });
  });

  it('refuses a link where there must be none, with an error of the caller', async () => {
    const seen: string[] = [];
    const reading = readRegularFile(path('link'), {
      limit: 10,
      followLinks: false,
      refuse(problem, trouble) {
        seen.push(trouble);
        return new InvalidModel({ problem });
      },
    });
    await expect(reading).rejects.toThrow(InvalidModel);
    expect(seen).toEqual(['link']);
  });

  it('stops when it is told to', async () => {
    await expect(readRegularFile(path('ten'), { limit: 10, signal: AbortSignal.abort() })).rejects.toThrow(
      Interrupted,
    );
  });
});
