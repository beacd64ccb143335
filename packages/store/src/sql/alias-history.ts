import type { Kysely, Selectable } from 'kysely';
import type { AliasMove, AliasState, MoveKind } from '../records/models.ts';
import type { Tables } from './tables.ts';

/** Where aliases point now: the last move of each, without those that were retired. */
export async function currentAliases(db: Kysely<Tables>, name?: string): Promise<AliasState[]> {
  let last = db
    .selectFrom('aliasMoves')
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .groupBy(['name', 'alias']);
  if (name !== undefined) last = last.where('name', '=', name);
  const rows = await db
    .selectFrom('aliasMoves')
    .select(['name', 'alias', 'version', 'sequence'])
    .where('sequence', 'in', last)
    .where('version', 'is not', null)
    .orderBy('name')
    .orderBy('alias')
    .execute();
  return rows.map((row) => ({ ...row, version: Number(row.version) }));
}

/** The last move of an alias. */
export async function lastMove(
  db: Kysely<Tables>,
  name: string,
  alias: string,
): Promise<AliasMove | undefined> {
  const row = await db
    .selectFrom('aliasMoves')
    .selectAll()
    .where('name', '=', name)
    .where('alias', '=', alias)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : moveOf(row);
}

/** All moves of a model's aliases, or of one, oldest first. */
export async function movesOf(db: Kysely<Tables>, name: string, alias?: string): Promise<AliasMove[]> {
  let query = db.selectFrom('aliasMoves').selectAll().where('name', '=', name);
  if (alias !== undefined) query = query.where('alias', '=', alias);
  return (await query.orderBy('sequence').execute()).map(moveOf);
}

export async function highestSequence(db: Kysely<Tables>): Promise<number> {
  const { sequence } = await db
    .selectFrom('aliasMoves')
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .executeTakeFirstOrThrow();
  return sequence ?? 0;
}

/**
 * What served before the version that serves now was promoted. A history is a stack: a move puts a version on
 * it, a rollback takes one off.
 *
 * @returns undefined when nothing served before
 */
export function rollbackTarget(history: readonly AliasMove[]): number | undefined {
  const stack: (number | null)[] = [];
  for (const { kind, version } of history) {
    if (kind === 'rollback') stack.pop();
    else stack.push(version);
  }
  return stack.at(-2) ?? undefined;
}

export function moveOf(row: Selectable<Tables['aliasMoves']>): AliasMove {
  return { ...row, kind: row.kind as MoveKind };
}
