/** How the bytes at the beginning of a file are to be read. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'binary';

/**
 * Guesses the encoding from a file's first bytes: a byte order mark, else zero bytes on one side of most
 * pairs (UTF-16 without a mark), else zero or control bytes (binary), else UTF-8.
 */
export function guessEncoding(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  let evenZeros = 0;
  let oddZeros = 0;
  let controls = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0) {
      if (i % 2 === 0) evenZeros += 1;
      else oddZeros += 1;
    } else if (bytes[i] < 9 || (bytes[i] > 13 && bytes[i] < 32 && bytes[i] !== 27)) controls += 1;
  }
  const pairs = bytes.length / 2;
  if (oddZeros > pairs * 0.4 && evenZeros < pairs * 0.05) return 'utf-16le';
  if (evenZeros > pairs * 0.4 && oddZeros < pairs * 0.05) return 'utf-16be';
  return evenZeros + oddZeros > 0 || controls > bytes.length * 0.02 ? 'binary' : 'utf-8';
}

/**
 * Where UTF-8 ends: `invalid` at the first byte that cannot be, or `ok` at the start of a character that
 * the bytes cut off (the length if none).
 */
export function invalidUtf8(bytes: Uint8Array): { kind: 'ok' | 'invalid'; at: number } {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i];
    if (lead < 0x80) {
      i += 1;
      continue;
    }
    const length = lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) === 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    if (length === 0) return { kind: 'invalid', at: i };
    for (let k = 1; k < length; k++) {
      if (i + k >= bytes.length) return { kind: 'ok', at: i };
      const byte = bytes[i + k];
      const low = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (byte < low || byte > high) return { kind: 'invalid', at: i };
    }
    i += length;
  }
  return { kind: 'ok', at: i };
}
