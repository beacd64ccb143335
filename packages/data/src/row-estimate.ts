import { open } from 'node:fs/promises';

const windows = 32;
const windowBytes = 1 << 16;

/**
 * About how many records a text file holds: its size by the mean length of lines at evenly spaced places, or
 * by the mean length of its first records if these are longer (a quoted value may hold line ends). Rather too
 * few than too many, so that nothing that fits is refused.
 *
 * @param firstLength mean bytes of the first records
 */
export async function estimateRecords(path: string, firstLength: number): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const room = Buffer.alloc(windowBytes);
    const places = size <= windows * windowBytes ? Math.ceil(size / windowBytes) : windows;
    let seen = 0;
    let ends = 0;
    for (let place = 0; place < places; place++) {
      const start = places === 1 ? 0 : Math.floor((place * Math.max(0, size - windowBytes)) / (places - 1));
      const { bytesRead } = await file.read(room, 0, windowBytes, start);
      seen += bytesRead;
      for (let at = room.indexOf(10); at >= 0 && at < bytesRead; at = room.indexOf(10, at + 1)) ends += 1;
    }
    const lineLength = ends === 0 ? Infinity : seen / ends;
    return Math.floor(size / Math.max(1, firstLength, lineLength));
  } finally {
    await file.close();
  }
}
