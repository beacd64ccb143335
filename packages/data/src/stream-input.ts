import { constants, fstatSync, openSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { UnreadableFile } from '@verdict/core';

/**
 * What gives its rows once, as a stream: standard input by `-` or by its path (`/dev/stdin`), or a named pipe. Waiting
 * for it can be interrupted, by destroying the stream; nothing waits in a system call.
 *
 * @returns undefined for a regular file
 * @throws UnreadableFile for another device
 */
export async function openStreamInput(file: string): Promise<Readable | undefined> {
  if (file === '-') return process.stdin;
  const found = await stat(file);
  if (found.isFile()) return undefined;
  if (isStandardInput(found)) return process.stdin;
  if (found.isFIFO()) {
    // The socket polls the descriptor, and so waits for a writer without a thread that does. It closes it in the end.
    const fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    return new Socket({ fd, readable: true, writable: false });
  }
  throw new UnreadableFile({
    file,
    problem: 'this is a device, not a file.',
    hint: 'Give a file, a named pipe, or - for standard input.',
  });
}

function isStandardInput({ dev, ino, rdev }: Stats): boolean {
  try {
    const own = fstatSync(0);
    return own.dev === dev && own.ino === ino && own.rdev === rdev;
  } catch {
    // It is closed.
    return false;
  }
}
