import { checkInteger, checkOptionalText, checkText } from '../checks.ts';
import type { BulkTable } from '../engines/engine.ts';
import type {
  Appended,
  FeedbackEntry,
  FeedbackFilter,
  FeedbackRecord,
  Outcome,
  Page,
  PageOptions,
} from '../records/log.ts';
import type { Feedback } from '../store.ts';
import { appendOnce } from './appending.ts';
import type { Context } from './context.ts';
import { isTimeAndId, pageOf, pageRequest } from './paging.ts';

const table: BulkTable = {
  table: 'feedback',
  columns: [
    { property: 'id', column: 'id', type: 'text' },
    { property: 'requestId', column: 'request_id', type: 'text' },
    { property: 'outcome', column: 'outcome', type: 'text' },
    { property: 'at', column: 'at', type: 'integer' },
    { property: 'by', column: 'by', type: 'text' },
    { property: 'note', column: 'note', type: 'text' },
  ],
};

/** @throws InvalidOption unless every engine can keep the record unchanged */
function checkFeedback(record: FeedbackRecord): void {
  checkText('id', record.id, 200, 1);
  checkText('requestId', record.requestId, 200, 1);
  checkText('outcome', record.outcome);
  checkInteger('at', record.at);
  checkText('by', record.by, 200);
  checkOptionalText('note', record.note);
}

export function openFeedback(context: Context): Feedback {
  return {
    async append(records: readonly FeedbackRecord[]): Promise<Appended> {
      for (const record of records) checkFeedback(record);
      return context.writeIdempotent((transaction) =>
        appendOnce(context.engine, transaction, table, records, (ids) =>
          transaction.selectFrom('feedback').selectAll().where('id', 'in', ids).execute(),
        ),
      );
    },

    async forRequest(requestId: string): Promise<readonly FeedbackEntry[]> {
      return context.read((db) =>
        db
          .selectFrom('feedback')
          .selectAll()
          .where('requestId', '=', requestId)
          .orderBy('sequence')
          .execute(),
      );
    },

    async outcomes(filter: FeedbackFilter = {}, page?: PageOptions): Promise<Page<Outcome>> {
      const request = pageRequest(page, isTimeAndId);
      return context.read(async (db) => {
        let query = db
          .selectFrom('predictions as p')
          .innerJoin('feedback as f', 'f.requestId', 'p.requestId')
          .selectAll('p')
          .select(['f.sequence', 'f.id', 'f.outcome', 'f.at as toldAt', 'f.by', 'f.note'])
          .where('f.sequence', '=', (eb) =>
            eb
              .selectFrom('feedback as l')
              .select(({ fn }) => fn.max('l.sequence').as('last'))
              .whereRef('l.requestId', '=', 'p.requestId'),
          );
        if (filter.model !== undefined) query = query.where('p.model', '=', filter.model);
        if (filter.from !== undefined) query = query.where('p.at', '>=', filter.from);
        if (filter.to !== undefined) query = query.where('p.at', '<', filter.to);
        if (request.after !== undefined) {
          const [at, id] = request.after;
          query = query.where((eb) =>
            eb(eb.refTuple('p.at', 'p.requestId'), request.comparison, eb.tuple(at, id)),
          );
        }
        const rows = await query
          .orderBy('p.at', request.direction)
          .orderBy('p.requestId', request.direction)
          .limit(request.limit + 1)
          .execute();
        return pageOf(rows, request, outcomeOf, (row) => [row.at, row.requestId] as const);
      });
    },

    async count(): Promise<number> {
      return context.read(async (db) => {
        const { count } = await db
          .selectFrom('feedback')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        return count;
      });
    },
  };
}

function outcomeOf({
  sequence,
  id,
  outcome,
  toldAt,
  by,
  note,
  ...prediction
}: Outcome['prediction'] & Omit<FeedbackEntry, 'at' | 'requestId'> & { toldAt: number }): Outcome {
  const { requestId } = prediction;
  return { prediction, feedback: { sequence, id, requestId, outcome, at: toldAt, by, note } };
}
