import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Interrupted, UnreadableFile } from './errors.ts';
import type { VerdictError } from './errors.ts';

/** Why a file is not read. */
export type FileTrouble = 'missing' | 'folder' | 'special' | 'link' | 'large' | 'unreadable';

export interface RegularFileOptions {
  /** The most bytes that such a file may have; a larger one is refused without being read. */
  readonly limit: number;
  /** What the reader of an error can do. */
  readonly hint?: string;
  /** False: a symbolic link is refused. Default: it is followed. */
  readonly followLinks?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Makes the error that is thrown. Default: UnreadableFile. */
  readonly refuse?: (problem: string, trouble: FileTrouble, cause: unknown) => VerdictError;
}

/** Bytes that are read at a time: between two reads the work can be stopped. */
const step = 32 * 1024 * 1024;

/**
 * The bytes of a small file that is read whole. Pipes and devices are refused: they may never end, and waiting for
 * them could not be interrupted. Tables may come from a pipe; they are not read here.
 *
 * @throws UnreadableFile, or what `refuse` makes; Interrupted
 */
export async function readRegularFile(file: string, options: RegularFileOptions): Promise<Buffer> {
  const { limit, hint = 'Check the path and its permissions.', followLinks = true, signal } = options;
  const refuse = (problem: string, trouble: FileTrouble, cause?: unknown): VerdictError =>
    options.refuse?.(problem, trouble, cause) ?? new UnreadableFile({ file, problem, hint, cause });
  let handle: FileHandle | undefined;
  try {
    handle = await openWithoutWaiting(file, followLinks);
    const found = await handle.stat();
    if (found.isDirectory()) throw refuse('this is a folder, not a file.', 'folder');
    if (!found.isFile()) throw refuse('this is a pipe or a device, not a regular file.', 'special');
    if (found.size > limit) throw refuse(tooLarge(found.size, limit), 'large');
    const bytes = await readUpTo(handle, found.size, limit + 1, signal);
    if (bytes.length > limit) throw refuse(tooLarge(undefined, limit), 'large');
    return bytes;
  } catch (error) {
    const code = error instanceof Error && 'syscall' in error && 'code' in error ? error.code : undefined;
    if (code === undefined) throw error;
    if (code === 'ENOENT') throw refuse('there is no such file.', 'missing', error);
    if (code === 'ELOOP' && !followLinks) throw refuse('this is a symbolic link.', 'link', error);
    throw refuse(`it cannot be read (${String(code)}).`, 'unreadable', error);
  } finally {
    await handle?.close();
  }
}

/** Opens a file for reading. A pipe is not waited for, as opening it usually does until somebody writes to it. */
export function openWithoutWaiting(file: string, followLinks = true): Promise<FileHandle> {
  // Windows has neither.
  const noFollow = followLinks ? 0 : (constants.O_NOFOLLOW ?? 0);
  return open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | noFollow);
}

function tooLarge(size: number | undefined, limit: number): string {
  return `the file has ${size === undefined ? '' : `${size} bytes, `}more than the ${limit} bytes allowed.`;
}

/** What there is, but no more than `most` bytes: a file may grow, and those of the kernel do not say their size. */
async function readUpTo(
  handle: FileHandle,
  size: number,
  most: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  let bytes = Buffer.alloc(Math.min(size + 1, most));
  let length = 0;
  while (length < most) {
    if (signal?.aborted === true) throw new Interrupted();
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(2 * length + 4096, most));
    const { bytesRead } = await handle.read(bytes, length, Math.min(step, bytes.length - length));
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
