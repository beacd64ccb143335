import type { Transaction } from 'kysely';
import { checkText } from '../checks.ts';
import type { Json, JsonObject } from '../records/json.ts';
import type { AuditEntry, AuditFilter, AuditRecord, Page, PageOptions } from '../records/log.ts';
import type { Audit } from '../store.ts';
import type { Context } from './context.ts';
import { fromJson, toJson } from './json-text.ts';
import { isCount, pageOf, pageRequest } from './paging.ts';
import type { Tables } from './tables.ts';

/** Writes the entry of a change into the change's own transaction. */
export async function writeAudit(
  transaction: Transaction<Tables>,
  at: number,
  actor: string,
  action: string,
  target: string,
  details: Readonly<Record<string, Json>>,
): Promise<void> {
  await transaction
    .insertInto('audit')
    .values({
      at,
      actor: checkText('by', actor, 200, 1),
      action,
      target,
      details: toJson(details),
      requestId: null,
    })
    .execute();
}

export function openAudit(context: Context): Audit {
  return {
    async append(record: AuditRecord): Promise<AuditEntry> {
      const row = {
        at: context.now(),
        actor: checkText('actor', record.actor, 200, 1),
        action: checkText('action', record.action, 200, 1),
        target: checkText('target', record.target, 1000),
        details: toJson(record.details),
        requestId: record.requestId,
      };
      return context.change(async (transaction) => {
        const { sequence } = await transaction
          .insertInto('audit')
          .values(row)
          .returning('sequence')
          .executeTakeFirstOrThrow();
        return entryOf({ ...row, sequence });
      });
    },

    async list(filter: AuditFilter = {}, page?: PageOptions): Promise<Page<AuditEntry>> {
      const request = pageRequest(page, isCount);
      return context.read(async (db) => {
        let query = db.selectFrom('audit').selectAll();
        if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
        if (filter.action !== undefined) query = query.where('action', '=', filter.action);
        if (filter.target !== undefined) query = query.where('target', '=', filter.target);
        if (filter.from !== undefined) query = query.where('at', '>=', filter.from);
        if (filter.to !== undefined) query = query.where('at', '<', filter.to);
        if (request.after !== undefined) query = query.where('sequence', request.comparison, request.after);
        const rows = await query
          .orderBy('sequence', request.direction)
          .limit(request.limit + 1)
          .execute();
        return pageOf(rows, request, entryOf, (row) => row.sequence);
      });
    },
  };
}

function entryOf(row: Omit<AuditEntry, 'details'> & { readonly details: string }): AuditEntry {
  return { ...row, details: fromJson<JsonObject>(row.details, `audit entry ${row.sequence}`) };
}
