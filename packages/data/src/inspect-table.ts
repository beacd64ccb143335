import type { Column } from '@verdict/core';
import { makeReader } from './column-reader.ts';
import type { ColumnReader } from './column-reader.ts';
import { profileColumn } from './profile.ts';
import { renameFindings } from './quality.ts';
import { checkOptions, planColumns } from './read-table.ts';
import { Source } from './source.ts';
import type { ColumnProfile, Finding, ReadOptions } from './table.ts';

/** What a file holds, without a target and without a value that fewer than five rows have. */
export interface Inspection {
  readonly profile: readonly ColumnProfile[];
  readonly findings: readonly Finding[];
  readonly source: {
    readonly format: 'csv' | 'jsonl' | 'parquet';
    readonly files: number;
    readonly bytes: number;
    readonly rows: number;
  };
}

/**
 * Looks at all rows of a file: columns, types, missing and distinct values, ranges. One column at a time is
 * in memory. A file with a header and no rows is fine: every column is then `constant`.
 *
 * @throws UnreadableFile, InsufficientData (empty file), InvalidValue (an overridden type), OutOfResources
 */
export async function inspectTable(file: string, options: ReadOptions = {}): Promise<Inspection> {
  const source = await Source.open(file, options);
  try {
    checkOptions(source, options);
    await source.load();
    const [[count]] = await source.rows((relation) => `SELECT count(*) FROM ${relation}`);
    const rowCount = Number(count);
    const plans = await planColumns(source, options, options.target);
    const profile: ColumnProfile[] = [];
    for (const plan of plans) {
      const { column, type, facts, words } = plan;
      let values: Column | undefined;
      if (facts !== undefined && facts.missing < rowCount && type !== 'text' && type !== 'identifier') {
        const reader = await makeReader({ source, column, type, facts, words, rowCount });
        values = await readOne(source, reader);
      }
      profile.push(profileColumn(plan, values, options.revealRare ?? false));
    }
    return {
      profile,
      findings: [...renameFindings(source.renamed)],
      source: { format: source.format, files: source.fileCount, bytes: source.bytes, rows: rowCount },
    };
  } finally {
    await source.close();
  }
}

async function readOne(source: Source, reader: ColumnReader): Promise<Column> {
  let offset = 0;
  const expressions = reader.expressions.join(', ');
  for await (const chunk of source.chunks((relation) => `SELECT ${expressions} FROM ${relation}`)) {
    reader.take(chunk, 0, offset);
    offset += chunk.rowCount;
  }
  return reader.finish();
}
