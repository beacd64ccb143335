import type { Kysely } from 'kysely';
import { checkText } from '../checks.ts';
import type { Garbage, GarbageOptions } from '../records/models.ts';
import type { Models } from '../store.ts';
import { writeAudit } from './audit.ts';
import type { Context } from './context.ts';
import type { Tables } from './tables.ts';

/** What nothing needs any more: archived, in no alias's history, and asked for by no open request. */
export function openGarbage(context: Context): Pick<Models, 'collectGarbage'> {
  return {
    async collectGarbage({ dryRun, by }: GarbageOptions): Promise<Garbage> {
      checkText('by', by, 200, 1);
      if (dryRun) return context.read((db) => find(db));
      return context.change(async (transaction) => {
        const found = await find(transaction);
        const at = context.now();
        for (const { name, version, artifact } of found.collected) {
          await transaction
            .updateTable('versions')
            .set({ collectedAt: at })
            .where('name', '=', name)
            .where('version', '=', version)
            .execute();
          await writeAudit(transaction, at, by, 'version.collect', `${name}/${version}`, { artifact });
        }
        return found;
      });
    },
  };
}

async function find(db: Kysely<Tables>): Promise<Garbage> {
  const rows = await db
    .selectFrom('versions')
    .select(['name', 'version', 'artifact', 'archivedAt', 'collectedAt'])
    .select(({ exists, selectFrom }) => [
      exists(
        selectFrom('aliasMoves')
          .select('aliasMoves.sequence')
          .whereRef('aliasMoves.name', '=', 'versions.name')
          .whereRef('aliasMoves.version', '=', 'versions.version'),
      ).as('served'),
      exists(
        selectFrom('moveRequests')
          .select('moveRequests.id')
          .whereRef('moveRequests.name', '=', 'versions.name')
          .whereRef('moveRequests.version', '=', 'versions.version')
          .where('moveRequests.state', '=', 'pending'),
      ).as('asked'),
    ])
    .orderBy('name')
    .orderBy('version')
    .execute();
  const live = rows.filter(({ collectedAt }) => collectedAt === null);
  const isGarbage = (row: (typeof rows)[number]) => row.archivedAt !== null && !row.served && !row.asked;
  return {
    collected: live.filter(isGarbage).map(({ name, version, artifact }) => ({ name, version, artifact })),
    needed: [...new Set(live.filter((row) => !isGarbage(row)).map(({ artifact }) => artifact))].sort(),
  };
}
