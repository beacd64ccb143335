import { InvalidModel } from '@verdict/core';
import { LooseFloats } from './document.ts';
import type { Value } from './document.ts';

/**
 * Reads JSON as XGBoost writes it, that is with `NaN` and `Infinity` as numbers.
 *
 * @throws InvalidModel
 */
export function parseModelJson(text: string): Value {
  try {
    return JSON.parse(standardJson(text));
  } catch (cause) {
    // Of the runtime's words only the place: the others may quote the file.
    const place = cause instanceof Error ? /position \d+/.exec(cause.message)?.[0] : undefined;
    const where = place === undefined ? '' : ` (from ${place} on)`;
    throw new InvalidModel({ problem: `The model is not JSON${where}.`, cause });
  }
}

/** Numbers that JSON does not know, outside of strings, in words that it knows; in one pass over the text. */
function standardJson(text: string): string {
  const special = /["NI]/g;
  const parts: string[] = [];
  let from = 0;
  for (let found = special.exec(text); found !== null; found = special.exec(text)) {
    const at = found.index;
    if (found[0] === '"') {
      special.lastIndex = endOfString(text, at);
      continue;
    }
    const word = found[0] === 'N' ? 'NaN' : 'Infinity';
    if (!text.startsWith(word, at)) continue;
    parts.push(text.slice(from, at), word === 'NaN' ? 'null' : '1e999');
    from = at + word.length;
  }
  return from === 0 ? text : parts.join('') + text.slice(from);
}

/** The place behind a string that begins at `start`; the text's end if it never ends. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let backslash = end;
    while (text.charCodeAt(backslash - 1) === 0x5c) backslash--;
    if ((end - backslash) % 2 === 0) return end + 1;
  }
}

/**
 * Writes a document as JSON that XGBoost can read: items of float arrays carry an exponent, since XGBoost takes
 * a number without point and exponent for an integer and then refuses it.
 */
export function writeModelJson(value: Value): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof LooseFloats) return writeModelJson(value.values);
  if (value instanceof Float32Array) return `[${Array.from(value, formatFloat).join(',')}]`;
  if (ArrayBuffer.isView(value)) return `[${value.join(',')}]`;
  if (isArray(value)) return `[${value.map((item) => writeModelJson(item)).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${writeModelJson(value[key])}`);
  return `{${members.join(',')}}`;
}

function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** The shortest decimal that reads back as the same float32, always with an exponent. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0E0' : '0E0';
  let text = '';
  for (let digits = 5; digits < 9; digits++) {
    text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) break;
  }
  const [mantissa, exponent] = text.split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${short}E${exponent.replace('+', '')}`;
}
