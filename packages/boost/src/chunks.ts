/**
 * Rows that are worked on as one piece. Sums of floats are added up within a chunk and then chunk by chunk, so this
 * number is part of what a model depends on: it never changes with the threads.
 */
export const CHUNK_ROWS = 16_384;

/** Calls back for every chunk of a range of rows. */
export function eachChunk(rows: number, visit: (begin: number, count: number, chunk: number) => void): void {
  for (let chunk = 0, begin = 0; begin < rows; chunk++, begin += CHUNK_ROWS) {
    visit(begin, Math.min(CHUNK_ROWS, rows - begin), chunk);
  }
}
