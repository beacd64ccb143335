import { open } from 'node:fs/promises';
import { UnreadableFile } from '@verdict/core';

const step = 16 << 20;
const windowBytes = 1 << 16;
const longest = 48 << 20;

/**
 * Refuses a text file with a line of more than 64 MB: the database passes over such lines without a word.
 * Looks at a small window every 16 MB, and further on only where a window holds no line end.
 *
 * @throws UnreadableFile that says where the line is
 */
export async function refuseEndlessLine(path: string, label: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const room = Buffer.alloc(windowBytes);
    for (let place = 0; place + longest < size; place += step) {
      let at = place;
      while (at < Math.min(size, place + longest)) {
        const { bytesRead } = await file.read(room, 0, windowBytes, at);
        const seen = room.subarray(0, bytesRead);
        if (seen.includes(10) || seen.includes(13)) break;
        at += windowBytes;
      }
      if (at - place < longest) continue;
      throw new UnreadableFile({
        file: label,
        problem: `the line at byte ${(place + 1).toLocaleString('en-US')} goes on for more than ${longest >> 20} MB.`,
        hint: 'Each row must end in a line end: look for a missing one, and whether this is a table.',
      });
    }
  } finally {
    await file.close();
  }
}
