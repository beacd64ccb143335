import type { SelectQueryBuilder } from 'kysely';
import { checkFinite, checkInteger, checkModelName, checkOptionalText, checkText } from '../checks.ts';
import type { BulkTable } from '../engines/engine.ts';
import type { Appended, Page, PageOptions, PredictionFilter, PredictionRecord } from '../records/log.ts';
import type { Predictions } from '../store.ts';
import { appendOnce } from './appending.ts';
import type { Context } from './context.ts';
import { isTimeAndId, pageOf, pageRequest } from './paging.ts';
import type { Tables } from './tables.ts';

/** The most characters of features or details of one record. */
const largestText = 16 * 1024 * 1024;

const table: BulkTable = {
  table: 'predictions',
  columns: [
    { property: 'requestId', column: 'request_id', type: 'text' },
    { property: 'at', column: 'at', type: 'integer' },
    { property: 'model', column: 'model', type: 'text' },
    { property: 'version', column: 'version', type: 'integer' },
    { property: 'alias', column: 'alias', type: 'text' },
    { property: 'features', column: 'features', type: 'text' },
    { property: 'probability', column: 'probability', type: 'real' },
    { property: 'threshold', column: 'threshold', type: 'real' },
    { property: 'prediction', column: 'prediction', type: 'integer' },
    { property: 'label', column: 'label', type: 'text' },
    { property: 'key', column: 'key', type: 'text' },
    { property: 'details', column: 'details', type: 'text' },
  ],
};

/**
 * Checks that every engine can keep the record unchanged, so that one bad record never fails a whole commit.
 *
 * @throws InvalidOption
 */
function checkPrediction(record: PredictionRecord): void {
  checkText('requestId', record.requestId, 200, 1);
  checkInteger('at', record.at);
  checkModelName(record.model);
  checkInteger('version', record.version);
  checkOptionalText('alias', record.alias, 64);
  checkText('features', record.features, largestText);
  checkFinite('probability', record.probability);
  checkFinite('threshold', record.threshold);
  checkInteger('prediction', record.prediction, 0, 1);
  checkText('label', record.label);
  checkOptionalText('key', record.key, 200);
  checkOptionalText('details', record.details, largestText);
}

export function openPredictions(context: Context): Omit<Predictions, 'prune'> {
  return {
    async append(records: readonly PredictionRecord[]): Promise<Appended> {
      for (const record of records) checkPrediction(record);
      return context.writeIdempotent((transaction) =>
        appendOnce(context.engine, transaction, table, records, (ids) =>
          transaction.selectFrom('predictions').selectAll().where('requestId', 'in', ids).execute(),
        ),
      );
    },

    async get(requestId: string): Promise<PredictionRecord | undefined> {
      return context.read((db) =>
        db.selectFrom('predictions').selectAll().where('requestId', '=', requestId).executeTakeFirst(),
      );
    },

    async list(filter: PredictionFilter = {}, page?: PageOptions): Promise<Page<PredictionRecord>> {
      const request = pageRequest(page, isTimeAndId);
      return context.read(async (db) => {
        let query = filtered(db.selectFrom('predictions'), filter).selectAll();
        if (request.after !== undefined) {
          const [at, id] = request.after;
          query = query.where((eb) =>
            eb(eb.refTuple('at', 'requestId'), request.comparison, eb.tuple(at, id)),
          );
        }
        const rows = await query
          .orderBy('at', request.direction)
          .orderBy('requestId', request.direction)
          .limit(request.limit + 1)
          .execute();
        return pageOf(
          rows,
          request,
          (row) => row,
          (row) => [row.at, row.requestId] as const,
        );
      });
    },

    async count(filter: PredictionFilter = {}): Promise<number> {
      return context.read(async (db) => {
        const { count } = await filtered(db.selectFrom('predictions'), filter)
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        return count;
      });
    },
  };
}

function filtered<O>(
  query: SelectQueryBuilder<Tables, 'predictions', O>,
  filter: PredictionFilter,
): SelectQueryBuilder<Tables, 'predictions', O> {
  let result = query;
  if (filter.model !== undefined) result = result.where('model', '=', filter.model);
  if (filter.version !== undefined) result = result.where('version', '=', filter.version);
  if (filter.from !== undefined) result = result.where('at', '>=', filter.from);
  if (filter.to !== undefined) result = result.where('at', '<', filter.to);
  return result;
}
