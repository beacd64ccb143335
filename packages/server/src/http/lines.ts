import { Refusal } from './refusal.ts';

const NEWLINE = 0x0a;
/** Lines handed on together. */
const GROUP = 256;

/**
 * The lines of a stream of bytes, in groups of up to 256 as they arrive; the last line need not end. Empty lines come
 * too, so that they can be counted.
 *
 * @param mostBytes of one line, so that memory stays bounded
 * @throws Refusal
 */
export async function* linesOf(
  source: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<Buffer[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let group: Buffer[] = [];
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end < 0) break;
      const piece = bytes.subarray(from, end);
      if (restBytes + piece.length > mostBytes) {
        // What came before is whole.
        yield group;
        throw tooLong(mostBytes);
      }
      group.push(rest.length === 0 ? piece : Buffer.concat([...rest, piece]));
      rest = [];
      restBytes = 0;
      from = end + 1;
      if (group.length < GROUP) continue;
      yield group;
      group = [];
    }
    if (from < bytes.length) {
      rest.push(bytes.subarray(from));
      restBytes += bytes.length - from;
    }
    if (group.length > 0) {
      yield group;
      group = [];
    }
    if (restBytes > mostBytes) throw tooLong(mostBytes);
  }
  if (restBytes > 0) yield [Buffer.concat(rest)];
}

function tooLong(mostBytes: number): Refusal {
  return new Refusal(413, 'TOO_LARGE', `A line has more than ${mostBytes} bytes.`);
}
