import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { UnreadableFile } from '@verdict/core';
import type { VerdictError } from '@verdict/core';

/** The first line of a JSON lines file that is not a JSON object, as an error; undefined if all are. */
export async function findJsonFault(path: string, label: string): Promise<VerdictError | undefined> {
  let row = 0;
  const input = createReadStream(path);
  const lines = createInterface({ input, crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      const text = line.trim();
      if (text === '') continue;
      row += 1;
      if (row === 1 && text.startsWith('[')) return undefined;
      let value: unknown;
      try {
        value = JSON.parse(text.replace(/^\ufeff/, ''));
      } catch (cause) {
        return new UnreadableFile({
          file: label,
          row,
          problem: 'this line is not whole JSON.',
          hint: 'Write one JSON object on each line, in UTF-8.',
          cause,
        });
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return new UnreadableFile({
          file: label,
          row,
          problem: 'expected a JSON object, got another JSON value.',
          hint: 'Write each row as {"column": value, …}.',
        });
      }
    }
    return undefined;
  } finally {
    lines.close();
    input.destroy();
  }
}
