import * as fs from 'node:fs/promises';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { nearest, UnreadableFile } from '@verdict/core';

/**
 * The files that a FILE argument means, in code point order: itself, or what a glob matches. Throws
 * `UnreadableFile` for a folder, and for no file, naming those that are called nearly so.
 */
export async function locateFiles(file: string): Promise<string[]> {
  const info = await stat(file).catch((error: NodeJS.ErrnoException) => error);
  if (!(info instanceof Error)) {
    if (!info.isDirectory()) return [file];
    throw new UnreadableFile({
      file,
      problem: 'this is a folder, not a file.',
      hint: `Name a file in it, or all of a kind with a quoted pattern such as "${file.replace(/\/$/, '')}/*.csv".`,
    });
  }
  if (info.code !== 'ENOENT' && info.code !== 'ENOTDIR' && info.code !== 'ENAMETOOLONG') {
    throw new UnreadableFile({
      file,
      problem: info.code === 'EACCES' ? 'reading it is not permitted.' : 'it cannot be opened.',
      hint: 'Check the file and its permissions.',
      cause: info,
    });
  }
  if (/[*?[{]/.test(file)) {
    const matches: string[] = [];
    for await (const match of fs.glob(file)) if ((await stat(match)).isFile()) matches.push(match);
    if (matches.length > 0) return matches.sort(byCodePoint);
    throw new UnreadableFile({
      file,
      problem: 'no file matches this pattern.',
      hint: 'Check the folder and the pattern; `*` stands for any characters.',
    });
  }
  const neighbours = await readdir(dirname(file)).catch(() => []);
  const near = nearest(basename(file), neighbours);
  throw new UnreadableFile({
    file,
    problem: 'there is no such file.',
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
        : `Check the path; it is taken from ${process.cwd()}.`,
  });
}

/** Orders strings by code point, which no locale changes. */
export function byCodePoint(a: string, b: string): number {
  if (a === b) return 0;
  const left = [...a];
  const right = [...b];
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) {
    if (left[i] !== right[i]) return (left[i].codePointAt(0) ?? 0) - (right[i].codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}
