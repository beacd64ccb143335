import { checkInteger, checkText } from '../checks.ts';
import type { Beat, LoadFailure } from '../records/servers.ts';
import type { Servers } from '../store.ts';
import type { Context } from './context.ts';
import { fromJson, toJson } from './json-text.ts';

export function openServers(context: Context): Servers {
  return {
    async beat(beat: Beat): Promise<void> {
      const row = {
        id: checkText('id', beat.id, 200, 1),
        at: checkInteger('at', beat.at),
        sequence: checkInteger('sequence', beat.sequence),
        workers: checkInteger('workers', beat.workers, 0, 100_000),
        address: checkText('address', beat.address, 1000),
        failures: toJson(beat.failures),
      };
      const { id: _, ...changes } = row;
      return context.writeIdempotent(async (transaction) => {
        await transaction
          .insertInto('servers')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
          .execute();
      });
    },

    async live(since: number): Promise<readonly Beat[]> {
      return context.read(async (db) => {
        const rows = await db
          .selectFrom('servers')
          .selectAll()
          .where('at', '>=', since)
          .orderBy('id')
          .execute();
        return rows.map((row) => ({
          ...row,
          failures: fromJson<LoadFailure[]>(row.failures, `server ${row.id}`),
        }));
      });
    },

    async leave(id: string): Promise<void> {
      return context.writeIdempotent(async (transaction) => {
        await transaction.deleteFrom('servers').where('id', '=', id).execute();
      });
    },
  };
}
