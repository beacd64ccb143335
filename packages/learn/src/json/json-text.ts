import { InvalidModel } from '@verdict/core';

/** Limits of JSON that is not trusted. */
export interface JsonLimits {
  /** Largest size in bytes; default 64 MiB. */
  readonly maxBytes?: number;
  /** Deepest nesting of arrays and objects; default 100. */
  readonly maxDepth?: number;
}

/**
 * Parses UTF-8 JSON that is not trusted.
 *
 * @throws InvalidModel naming the file if the text is too large, too deep, not UTF-8 or not JSON
 */
export function parseJsonBytes(bytes: Uint8Array, file: string, limits: JsonLimits = {}): unknown {
  const maxBytes = limits.maxBytes ?? 64 * 1024 * 1024;
  if (bytes.length > maxBytes)
    throw new InvalidModel({ file, problem: `${bytes.length} bytes are more than the ${maxBytes} allowed.` });
  checkDepth(bytes, file, limits.maxDepth ?? 100);
  const text = decodeUtf8(bytes, file);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InvalidModel({ file, problem: 'the file is not valid JSON.', cause });
  }
}

/**
 * Decodes UTF-8 strictly; a byte order mark is kept as a character.
 *
 * @throws InvalidModel naming the file if the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new InvalidModel({ file, problem: 'the file is not UTF-8 text.', cause });
  }
}

/** Counts brackets outside of strings, before anything is built from them. */
function checkDepth(bytes: Uint8Array, file: string, maxDepth: number): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) {
      inString = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth++;
      if (depth > maxDepth)
        throw new InvalidModel({ file, problem: `JSON is nested deeper than ${maxDepth} levels.` });
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--;
    }
  }
}
