import { almostFindings } from './almost.ts';
import { finishColumns } from './collect.ts';
import { profileColumn } from './profile.ts';
import { headerFindings } from './quality.ts';
import { checkOptions, planColumns } from './read-table.ts';
import { requireRoom } from './room.ts';
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
 * Looks at all rows of a file: columns, types, missing and distinct values, ranges. A file with a header and no rows is fine: every column is then `constant`.
 *
 * @throws UnreadableFile, InsufficientData (empty file), InvalidValue (an overridden type), OutOfResources
 */
export async function inspectTable(file: string, options: ReadOptions = {}): Promise<Inspection> {
  const source = await Source.open(file, options);
  try {
    checkOptions(source, options);
    await requireRoom(source, options);
    const plans = await planColumns(source, options);
    const rowCount = plans.reduce((most, { facts }) => Math.max(most, facts?.rows ?? 0), 0);
    const wanted = plans.flatMap(({ type, words, facts, collected }) =>
      collected === undefined || facts?.missing === rowCount || type === 'text' || type === 'identifier'
        ? []
        : [{ collected, type, words }],
    );
    const columns = await finishColumns(source, wanted, undefined);
    const profile = plans.map((plan) =>
      profileColumn(plan, columns.get(plan.column.name), options.revealRare ?? false),
    );
    const findings = headerFindings(source);
    for (const plan of plans) findings.push(...(await almostFindings(source, plan, options.revealRare ?? false)));
    return {
      profile,
      findings,
      source: { format: source.format, files: source.fileCount, bytes: source.bytes, rows: rowCount },
    };
  } finally {
    await source.close();
  }
}
