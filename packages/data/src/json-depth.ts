import { createReadStream } from 'node:fs';
import { UnreadableFile } from '@verdict/core';

/** Far above what a table nests, far below where the recursion of a parser ends the process. */
const deepest = 1000;

const [quote, escape, newline] = ['"', '\\', '\n'].map((character) => character.charCodeAt(0));
/** `[` and `{` are these with bit 0x20 cleared or set, and so are `]` and `}`. */
const [open, close] = ['{', '}'].map((character) => character.charCodeAt(0));

/**
 * Refuses JSON that nests more than 1,000 values in each other, before a recursive parser sees it. Text that is
 * no JSON passes; whoever parses it says what is wrong. A line end begins anew unless one array holds all rows.
 *
 * @throws UnreadableFile naming the line
 */
export async function refuseDeepJson(path: string, label: string, isArray: boolean): Promise<void> {
  let depth = 0;
  let line = 1;
  let inText = false;
  let escaped = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = chunk as Buffer;
    // An index, since iterators of buffers are several times slower.
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === newline) {
        line += 1;
        if (!isArray) {
          depth = 0;
          inText = false;
        }
        escaped = false;
      } else if (inText) {
        if (escaped) escaped = false;
        else if (byte === escape) escaped = true;
        else if (byte === quote) inText = false;
      } else if (byte === quote) inText = true;
      else if ((byte | 0x20) === open) {
        depth += 1;
        if (depth <= deepest) continue;
        throw new UnreadableFile({
          file: label,
          problem: `line ${line} nests more than ${deepest} values in each other.`,
          hint: 'Write one plain value for each column.',
        });
      } else if ((byte | 0x20) === close) depth -= 1;
    }
  }
}
