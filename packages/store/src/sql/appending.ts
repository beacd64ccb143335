import type { Transaction } from 'kysely';
import type { BulkTable, Engine } from '../engines/engine.ts';
import type { Appended } from '../records/log.ts';
import type { Tables } from './tables.ts';

/**
 * Appends records, each once whatever happens: what is there already is compared, and only a record that
 * differs from the one under its id is reported.
 *
 * @param find reads what the table holds under these ids
 */
export async function appendOnce<T extends object>(
  engine: Engine,
  transaction: Transaction<Tables>,
  table: BulkTable,
  records: readonly T[],
  find: (ids: readonly string[]) => Promise<readonly T[]>,
): Promise<Appended> {
  const key = table.columns[0].property as keyof T;
  const idOf = (record: T) => record[key] as string;
  const first = new Map<string, T>();
  for (const record of records) if (!first.has(idOf(record))) first.set(idOf(record), record);
  const inserted = await engine.insertNew(transaction, table, [...first.values()]);
  if (inserted.size === records.length) return { added: inserted.size, known: [], conflicts: [] };

  const missing = [...first.keys()].filter((id) => !inserted.has(id));
  const stored = new Map<string, T>();
  for (let i = 0; i < missing.length; i += 500) {
    for (const record of await find(missing.slice(i, i + 500))) stored.set(idOf(record), record);
  }
  const known: string[] = [];
  const conflicts: string[] = [];
  const seen = new Set<string>();
  for (const record of records) {
    const id = idOf(record);
    const isNew = inserted.has(id) && !seen.has(id);
    seen.add(id);
    if (isNew) continue;
    const kept = (stored.get(id) ?? first.get(id)) as T;
    if (table.columns.every(({ property }) => kept[property as keyof T] === record[property as keyof T]))
      known.push(id);
    else conflicts.push(id);
  }
  return { added: inserted.size, known, conflicts };
}
