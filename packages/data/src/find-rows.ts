import { textOf } from './source.ts';
import type { Source, SourceColumn } from './source.ts';

/** The first rows (counted from 1) whose text in a column satisfies a test; slow, for messages only. */
export async function findRows(
  source: Source,
  column: SourceColumn,
  test: (text: string) => boolean,
  limit: number,
): Promise<{ row: number; text: string }[]> {
  const found: { row: number; text: string }[] = [];
  let row = 0;
  for await (const chunk of source.chunks([textOf(column)])) {
    const cells = chunk.getColumnVector(0);
    for (let i = 0; i < chunk.rowCount; i++) {
      const cell = cells.getItem(i);
      row += 1;
      if (cell === null) continue;
      const text = String(cell);
      if (!test(text)) continue;
      found.push({ row, text });
      if (found.length === limit) return found;
    }
  }
  return found;
}
