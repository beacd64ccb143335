import type { Transaction } from 'kysely';
import { checkInteger, checkText } from '../checks.ts';
import type { Pruned, PruneOptions } from '../records/log.ts';
import type { Predictions } from '../store.ts';
import { writeAudit } from './audit.ts';
import type { Context } from './context.ts';
import type { Tables } from './tables.ts';

/** The most rows of one commit: as long as it lasts, other writers wait. */
const largestBatch = 10_000;

/** Removes what is old from the log, the oldest first, so many rows in each commit. */
export function openPruning(context: Context): Pick<Predictions, 'prune'> {
  return {
    async prune({ before, most, by }: PruneOptions): Promise<Pruned> {
      checkInteger('before', before);
      checkInteger('most', most, 1, largestBatch);
      checkText('by', by, 200, 1);
      return context.writeIdempotent(async (transaction) => {
        // Who removes at the same time takes turns, and does not wait for rows in another order.
        await context.engine.lockRegistry(transaction);
        const old = await transaction
          .selectFrom('predictions')
          .select('requestId')
          .where('at', '<', before)
          .orderBy('at')
          .orderBy('requestId')
          .limit(most)
          .execute();
        const ids = old.map(({ requestId }) => requestId);
        let feedback = 0;
        if (ids.length > 0) {
          const told = await transaction
            .deleteFrom('feedback')
            .where('requestId', 'in', ids)
            .executeTakeFirstOrThrow();
          feedback = Number(told.numDeletedRows);
          await transaction.deleteFrom('predictions').where('requestId', 'in', ids).execute();
        }
        const room = most - ids.length;
        const alone = room === 0 ? [] : await aloneBefore(transaction, before, room);
        if (alone.length > 0) {
          await transaction.deleteFrom('feedback').where('sequence', 'in', alone).execute();
          feedback += alone.length;
        }
        const predictions = ids.length;
        if (predictions + feedback > 0) {
          const details = { before, predictions, feedback };
          await writeAudit(transaction, context.now(), by, 'predictions.prune', 'predictions', details);
        }
        return { predictions, feedback, more: predictions + alone.length === most };
      });
    },
  };
}

/** Old feedback whose prediction is not there: it came as that was removed, or for one that was never logged. */
async function aloneBefore(
  transaction: Transaction<Tables>,
  before: number,
  most: number,
): Promise<number[]> {
  const rows = await transaction
    .selectFrom('feedback')
    .select('sequence')
    .where('at', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('predictions')
            .select('predictions.requestId')
            .whereRef('predictions.requestId', '=', 'feedback.requestId'),
        ),
      ),
    )
    .orderBy('at')
    .limit(most)
    .execute();
  return rows.map(({ sequence }) => sequence);
}
