import { ApprovalNeeded, Conflict } from '@verdict/core';
import type { Selectable, Transaction } from 'kysely';
import { checkAlias, checkInteger, checkModelName, checkText } from '../checks.ts';
import type { AliasMove, MoveKind, NewMove } from '../records/models.ts';
import type { Models } from '../store.ts';
import {
  currentAliases,
  highestSequence,
  lastMove,
  moveOf,
  movesOf,
  rollbackTarget,
} from './alias-history.ts';
import { writeAudit } from './audit.ts';
import type { Context } from './context.ts';
import { needsApproval } from './policies.ts';
import type { Tables } from './tables.ts';
import { needModel, needVersion } from './versions.ts';

/** The part of the registry that knows aliases and their history. */
export function openAliases(
  context: Context,
): Pick<Models, 'alias' | 'aliases' | 'resolve' | 'move' | 'rollback' | 'history' | 'sequence'> {
  return {
    async alias(name, alias) {
      return context.read(async (db) => {
        const move = await lastMove(db, name, alias);
        if (move === undefined || move.version === null) return undefined;
        return { name, alias, version: move.version, sequence: move.sequence };
      });
    },

    aliases: () => context.read((db) => currentAliases(db)),

    async resolve(name, alias, at) {
      return context.read(async (db) => {
        let query = db
          .selectFrom('aliasMoves')
          .selectAll()
          .where('name', '=', name)
          .where('alias', '=', alias)
          .orderBy('sequence', 'desc')
          .limit(1);
        if (at !== undefined) query = query.where('at', '<=', Math.floor(at));
        const row = await query.executeTakeFirst();
        return row === undefined ? undefined : moveOf(row);
      });
    },

    async move(move: NewMove): Promise<AliasMove> {
      checkMove(move);
      return context.change(async (transaction) => {
        if (await needsApproval(transaction, move.name, move.alias)) {
          throw new ApprovalNeeded({
            problem: `The alias "${move.alias}" of "${move.name}" moves only with an approval.`,
            hint: 'Ask for the move (verdict models promote … --request); somebody else approves it.',
          });
        }
        return appendMove(transaction, context.now(), move, 'move');
      });
    },

    async rollback(move) {
      checkMove({ ...move, version: null });
      return context.change(async (transaction) => {
        const version = rollbackTarget(await movesOf(transaction, move.name, move.alias));
        if (version === undefined) {
          throw new Conflict({
            problem: `Nothing served as "${move.alias}" of "${move.name}" before.`,
            hint: 'Move the alias to a version instead (verdict models promote).',
          });
        }
        return appendMove(transaction, context.now(), { ...move, version }, 'rollback');
      });
    },

    history: (name, alias) => context.read((db) => movesOf(db, name, alias)),

    sequence: () => context.read((db) => highestSequence(db)),
  };
}

/** @throws InvalidOption */
export function checkMove(move: NewMove): void {
  checkModelName(move.name);
  checkAlias(move.alias);
  if (move.version !== null) checkInteger('version', move.version, 1);
  checkText('by', move.by, 200, 1);
  checkText('reason', move.reason);
}

/**
 * Appends a move to the history, in a transaction that holds the registry's lock: sequences have no gaps, and
 * who sees one sees all before it.
 *
 * @throws NotFound, Conflict
 */
export async function appendMove(
  transaction: Transaction<Tables>,
  now: number,
  move: NewMove,
  kind: MoveKind,
  approval: { readonly by: string; readonly request: number } | undefined = undefined,
): Promise<AliasMove> {
  const { name, alias, version } = move;
  const last = await lastMove(transaction, name, alias);
  const previous = last?.version ?? null;
  if (move.expected !== undefined && move.expected !== previous) {
    throw new Conflict({
      problem: `The alias "${alias}" of "${name}" points ${where(previous)}, not ${where(move.expected)}.`,
      hint: 'Somebody moved it meanwhile: look at its history (verdict models history), then decide again.',
    });
  }
  if (version !== null) await checkTarget(transaction, name, version);
  else if (last === undefined) await needModel(transaction, name);
  const row: Selectable<Tables['aliasMoves']> = {
    sequence: (await highestSequence(transaction)) + 1,
    name,
    alias,
    version,
    previous,
    kind,
    at: Math.max(now, last?.at ?? 0),
    by: move.by,
    reason: move.reason,
    approvedBy: approval?.by ?? null,
    request: approval?.request ?? null,
  };
  await transaction.insertInto('aliasMoves').values(row).execute();
  await writeAudit(transaction, now, approval?.by ?? move.by, `alias.${kind}`, `${name}@${alias}`, {
    sequence: row.sequence,
    version,
    previous,
    reason: move.reason,
  });
  return moveOf(row);
}

async function checkTarget(transaction: Transaction<Tables>, name: string, version: number): Promise<void> {
  const row = await needVersion(transaction, name, version);
  if (row.archivedAt === null) return;
  throw new Conflict({
    problem: `Version ${version} of "${name}" is archived.`,
    hint:
      row.collectedAt === null
        ? 'Take it out of the archive first (verdict models unarchive), or choose another version.'
        : 'Its artifact was collected as garbage: choose another version.',
  });
}

function where(version: number | null): string {
  return version === null ? 'nowhere' : `to version ${version}`;
}
