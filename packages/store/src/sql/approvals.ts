import { Conflict, NotFound } from '@verdict/core';
import type { Selectable, Transaction } from 'kysely';
import { checkText } from '../checks.ts';
import type { AliasMove, MoveRequest, NewMove, RequestState } from '../records/models.ts';
import type { Models } from '../store.ts';
import { appendMove, checkMove } from './aliases.ts';
import { writeAudit } from './audit.ts';
import type { Context } from './context.ts';
import type { Tables } from './tables.ts';
import { needModel, needVersion } from './versions.ts';

type RequestRow = Selectable<Tables['moveRequests']>;

interface Decision {
  readonly by: string;
  readonly reason: string;
}

/** Moves that somebody asks for and somebody else decides on. */
export function openApprovals(
  context: Context,
): Pick<Models, 'requestMove' | 'requests' | 'approve' | 'reject'> {
  return {
    async requestMove(move: NewMove): Promise<MoveRequest> {
      checkMove(move);
      return context.change(async (transaction) => {
        if (move.version === null) await needModel(transaction, move.name);
        else await needVersion(transaction, move.name, move.version);
        const row: Omit<RequestRow, 'id'> = {
          name: move.name,
          alias: move.alias,
          version: move.version,
          expected: move.expected === undefined ? null : JSON.stringify(move.expected),
          by: move.by,
          reason: move.reason,
          at: context.now(),
          state: 'pending',
          decidedBy: null,
          decidedAt: null,
          decision: null,
        };
        const { id } = await transaction
          .insertInto('moveRequests')
          .values(row)
          .returning('id')
          .executeTakeFirstOrThrow();
        await writeAudit(transaction, row.at, move.by, 'alias.request', `${move.name}@${move.alias}`, {
          request: id,
          version: move.version,
          reason: move.reason,
        });
        return requestOf({ ...row, id });
      });
    },

    async requests(filter = {}): Promise<readonly MoveRequest[]> {
      return context.read(async (db) => {
        let query = db.selectFrom('moveRequests').selectAll();
        if (filter.name !== undefined) query = query.where('name', '=', filter.name);
        if (filter.state !== undefined) query = query.where('state', '=', filter.state);
        return (await query.orderBy('id', 'desc').execute()).map(requestOf);
      });
    },

    async approve(id: number, decision: Decision): Promise<AliasMove> {
      return context.change(async (transaction) => {
        const request = await decide(transaction, context.now(), id, 'approved', decision);
        if (request.by === decision.by) {
          throw new Conflict({
            problem: `${decision.by} asked for this move and cannot approve it.`,
            hint: 'Let somebody else approve it.',
          });
        }
        const { name, alias, version, by, reason } = request;
        const expected =
          request.expected === null ? {} : { expected: JSON.parse(request.expected) as number | null };
        return appendMove(
          transaction,
          context.now(),
          { name, alias, version, by, reason, ...expected },
          'move',
          { by: decision.by, request: id },
        );
      });
    },

    async reject(id: number, decision: Decision): Promise<MoveRequest> {
      return context.change(async (transaction) =>
        requestOf(await decide(transaction, context.now(), id, 'rejected', decision)),
      );
    },
  };
}

async function decide(
  transaction: Transaction<Tables>,
  now: number,
  id: number,
  state: 'approved' | 'rejected',
  decision: Decision,
): Promise<RequestRow> {
  checkText('by', decision.by, 200, 1);
  checkText('reason', decision.reason);
  const row = await transaction
    .selectFrom('moveRequests')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) {
    throw new NotFound({
      problem: `There is no request ${id}.`,
      hint: 'See all: verdict models requests.',
    });
  }
  if (row.state !== 'pending') {
    throw new Conflict({
      problem: `The request ${id} was ${row.state} by ${row.decidedBy} already.`,
      hint: 'Ask for the move again.',
    });
  }
  const changes = { state, decidedBy: decision.by, decidedAt: now, decision: decision.reason };
  await transaction.updateTable('moveRequests').set(changes).where('id', '=', id).execute();
  await writeAudit(transaction, now, decision.by, `request.${state}`, `${row.name}@${row.alias}`, {
    request: id,
    reason: decision.reason,
  });
  return { ...row, ...changes };
}

function requestOf(row: RequestRow): MoveRequest {
  const { id, name, alias, version, by, reason, at, decidedBy, decidedAt, decision } = row;
  const state = row.state as RequestState;
  return { id, name, alias, version, by, reason, at, state, decidedBy, decidedAt, decision };
}
