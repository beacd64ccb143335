import { isUtf8 } from 'node:buffer';
import { Refusal } from './refusal.ts';

/** Nesting that no request of ours needs; a parser that recurses would be at risk far beyond it. */
const MOST_DEPTH = 32;

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Parses a JSON text that is not trusted; a byte order mark in front of it is passed over. Beside what JSON itself forbids it refuses: bytes that are not UTF-8,
 * nesting beyond 32 levels, a key that comes twice in one object (of which programs read different ones), and the
 * keys by which prototypes are reached.
 *
 * @throws Refusal
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw malformed('The body is empty; JSON was expected.');
  if (!isUtf8(bytes)) throw malformed('The body is not UTF-8 text.');
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset + mark, bytes.byteLength - mark);
  const keys = scan(buffer);
  let value: unknown;
  try {
    value = JSON.parse(buffer.toString('utf8'));
  } catch (cause) {
    throw malformed(`The body is not valid JSON${placeOf((cause as Error).message)}.`, cause);
  }
  // The text has a colon for every key; a key that came twice is once in the value.
  if (countKeys(value) !== keys) {
    throw new Refusal(400, 'DUPLICATE_KEY', 'A key comes twice in one object of the body.');
  }
  return value;
}

/** The number of keys in a JSON text; refuses nesting that is too deep. Text that is not JSON may count as anything. */
function scan(bytes: Buffer): number {
  let depth = 0;
  let keys = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
    } else if (byte === COLON) {
      keys++;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > MOST_DEPTH) {
        throw new Refusal(400, 'TOO_DEEP', `The body is nested deeper than ${MOST_DEPTH} levels.`);
      }
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth--;
    }
  }
  return keys;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countKeys(item);
    return count;
  }
  const object = value as Record<string, unknown>;
  // A parsed object has own keys only: nothing is inherited that a loop could meet.
  for (const key in object) {
    count++;
    const item = object[key];
    if (key === '__proto__' || (key === 'constructor' && typeof item === 'object' && item !== null)) {
      throw new Refusal(400, 'FORBIDDEN_KEY', `The key ${JSON.stringify(key)} is not allowed.`);
    }
    if (typeof item === 'object') count += countKeys(item);
  }
  return count;
}

/** Where the parser gave up. Its own words are not passed on: they repeat the body. */
function placeOf(message: string): string {
  if (message.startsWith('Unexpected end')) return ': it ends too early';
  const place = /\(line (?<line>\d+) column (?<column>\d+)\)/.exec(message)?.groups;
  if (place !== undefined) {
    return ` (${place.line === '1' ? '' : `line ${place.line}, `}column ${place.column})`;
  }
  const token = /^Unexpected token '(?<token>.)'/su.exec(message)?.groups?.token;
  return token === undefined ? '' : `: ${JSON.stringify(token)} cannot stand where it does`;
}

function malformed(message: string, cause?: unknown): Refusal {
  return new Refusal(400, 'MALFORMED_JSON', message, { cause });
}
