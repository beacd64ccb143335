import { randomFillSync } from 'node:crypto';

/**
 * A UUID of version 7 (RFC 9562): 48 bits of time, then 74 random bits, so that ids made later sort later and
 * lie together in an index.
 *
 * @param now milliseconds since 1970
 * @param random fills the bytes it is given; default: the system's secure source
 */
export function uuidV7(now: number, random: (bytes: Uint8Array) => unknown = randomFillSync): string {
  const bytes = new Uint8Array(16);
  random(bytes);
  new DataView(bytes.buffer).setUint16(0, Math.floor(now / 2 ** 32));
  new DataView(bytes.buffer).setUint32(2, now % 2 ** 32);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
