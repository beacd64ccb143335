import { createReadStream } from 'node:fs';
import { UnreadableFile } from '@verdict/core';
import type { VerdictError } from '@verdict/core';
import { CsvTokenizer } from './csv-tokenizer.ts';
import { invalidUtf8 } from './encoding.ts';

/**
 * Reads a CSV file that the fast reader has refused, slowly, and says what is wrong with it and where;
 * undefined if it finds nothing wrong.
 */
export async function findCsvFault(
  path: string,
  label: string,
  delimiter: string,
  width: number,
): Promise<VerdictError | undefined> {
  let row = -1;
  let fault: VerdictError | undefined;
  const tokenizer = new CsvTokenizer(delimiter, false, ({ fieldCount, malformed }) => {
    if (fieldCount === 0 && width > 1) return;
    row += 1;
    if (fault !== undefined) return;
    if (malformed) {
      fault = new UnreadableFile({
        file: label,
        row,
        problem: 'text follows a closing quotation mark.',
        hint: 'Write a quotation mark inside a quoted value twice ("").',
      });
    } else if (Math.max(1, fieldCount) !== width) {
      fault = new UnreadableFile({
        file: label,
        row,
        problem: `expected ${width} ${width === 1 ? 'value' : 'values'} as in the header, got ${fieldCount}.`,
        hint:
          fieldCount > width
            ? 'Put values that contain the delimiter into quotation marks, or remove what is too much.'
            : 'Add the missing values (they may be empty), or remove the line.',
      });
    }
  });
  const decoder = new TextDecoder();
  let offset = 0;
  let carry: Uint8Array = new Uint8Array(0);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = carry.length === 0 ? (piece as Uint8Array) : Buffer.concat([carry, piece as Uint8Array]);
    const check = invalidUtf8(bytes);
    if (check.kind === 'invalid') {
      tokenizer.write(decoder.decode(bytes.subarray(0, check.at)));
      return fault ?? wrongEncoding(label, row + 1, offset + check.at, bytes[check.at]);
    }
    tokenizer.write(decoder.decode(bytes.subarray(0, check.at)));
    if (fault !== undefined) return fault;
    carry = bytes.subarray(check.at);
    offset += check.at;
  }
  if (carry.length > 0) return wrongEncoding(label, row + 1, offset, carry[0]);
  if (tokenizer.end()) {
    return new UnreadableFile({
      file: label,
      row,
      problem: 'a quotation mark is opened and never closed.',
      hint: 'Close it, or write a quotation mark inside a quoted value twice ("").',
    });
  }
  return fault;
}

/** Bytes that are not UTF-8; row 0 is the header. */
export function wrongEncoding(label: string, row: number, at: number, byte: number): UnreadableFile {
  return new UnreadableFile({
    file: label,
    ...(row > 0 ? { row } : {}),
    problem: `byte ${at + 1} (0x${byte.toString(16).padStart(2, '0')}) is not UTF-8 text.`,
    hint: 'The file seems to be in another encoding, such as Latin-1 or Windows-1252: save it as UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`.',
  });
}
