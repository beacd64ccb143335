import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { OutOfResources } from '@verdict/core';

/** What work is about to hold in memory. */
export interface MemoryNeed {
  /** What the table is called. */
  readonly label: string;
  readonly rows: number;
  readonly columns: number;
  readonly bytes: number;
  /** Bytes that may be used; default: what the machine has (see `freeMemory`). */
  readonly memory?: number | undefined;
}

/**
 * Bytes that this process can still get, including what it already holds: what the system could free, within
 * the limit of its control group. Where a system does not tell what it could free, all its memory is counted,
 * since a false alarm is worse than a late one.
 */
export function freeMemory(): number {
  const held = process.memoryUsage.rss();
  const limit = process.constrainedMemory();
  const free = process.platform === 'linux' ? freemem() + freeSwap() + held : totalmem();
  // The limit alone counts: what a control group has used includes files that the system merely remembers.
  return limit > 0 && limit < totalmem() ? Math.min(free, limit) : free;
}

/** Bytes of swap that nothing uses; 0 where that cannot be known. */
function freeSwap(): number {
  try {
    return parseFreeSwap(readFileSync('/proc/meminfo', 'utf8'));
  } catch {
    // Some sandboxes hide /proc; then there is no swap to count on.
    return 0;
  }
}

/** The bytes after `SwapFree:` in the text of /proc/meminfo; 0 without that line. */
export function parseFreeSwap(text: string): number {
  return Number(/^SwapFree:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}

/** What the program holds before it has read anything. */
const baseBytes = 150e6;

/**
 * Says before the work starts that a table does not fit.
 * @throws OutOfResources with what is needed and what is there
 */
export function requireMemory({ label, rows, columns, bytes, memory = freeMemory() }: MemoryNeed): void {
  const needed = bytes + baseBytes;
  if (needed <= memory) return;
  throw new OutOfResources({
    problem:
      `${label} does not fit into memory: ${rows.toLocaleString('en-US')} rows (or about that) and ${columns.toLocaleString('en-US')} ` +
      `columns need about ${gigabytes(needed)}, and ${gigabytes(memory)} can be used.`,
    hint:
      'Use a sample of the rows, leave columns out with --drop, or use a machine with more memory; predict needs ' +
      'no more for a longer table. If the estimate is wrong, say with --memory how much may be used.',
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(bytes < 1e10 ? 2 : 3)} GB`;
}
