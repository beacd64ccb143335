import { randomFillSync } from 'node:crypto';
import { requestIdPattern } from '@verdict/contracts';

const wellFormed = new RegExp(requestIdPattern);

/** The caller's own id if it is well-formed. */
export function callersId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && wellFormed.test(header) ? header : undefined;
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const POOL = 4096;
const pool = new Uint8Array(POOL);
let used = POOL;

/**
 * A UUID of version 7 (RFC 9562): the time in front, so that ids sort by it, and 74 random bits.
 *
 * @param now milliseconds since 1970-01-01 UTC
 */
export function uuidV7(now: number): string {
  if (used + 10 > POOL) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += 10;
  const high = Math.floor(now / 0x10000);
  const low = now % 0x10000;
  return (
    hex[(high >>> 24) & 0xff] +
    hex[(high >>> 16) & 0xff] +
    hex[(high >>> 8) & 0xff] +
    hex[high & 0xff] +
    '-' +
    hex[(low >>> 8) & 0xff] +
    hex[low & 0xff] +
    '-' +
    hex[0x70 | (pool[at] & 0x0f)] +
    hex[pool[at + 1]] +
    '-' +
    hex[0x80 | (pool[at + 2] & 0x3f)] +
    hex[pool[at + 3]] +
    '-' +
    hex[pool[at + 4]] +
    hex[pool[at + 5]] +
    hex[pool[at + 6]] +
    hex[pool[at + 7]] +
    hex[pool[at + 8]] +
    hex[pool[at + 9]]
  );
}
