import type { Kysely } from 'kysely';
import { checkAlias, checkModelName } from '../checks.ts';
import type { AliasPolicy } from '../records/models.ts';
import type { Models } from '../store.ts';
import { writeAudit } from './audit.ts';
import type { Context } from './context.ts';
import type { Tables } from './tables.ts';
import { needModel } from './versions.ts';

/** What aliases ask for before they move. */
export function openPolicies(context: Context): Pick<Models, 'policy' | 'setPolicy'> {
  return {
    async policy(name, alias): Promise<AliasPolicy> {
      return { name, alias, approval: await context.read((db) => needsApproval(db, name, alias)) };
    },

    async setPolicy({ name, alias, approval, by }) {
      checkModelName(name);
      checkAlias(alias);
      return context.change(async (transaction): Promise<AliasPolicy> => {
        await needModel(transaction, name);
        await transaction
          .insertInto('aliasPolicies')
          .values({ name, alias, approval: Number(approval) })
          .onConflict((conflict) =>
            conflict.columns(['name', 'alias']).doUpdateSet({ approval: Number(approval) }),
          )
          .execute();
        await writeAudit(transaction, context.now(), by, 'alias.policy', `${name}@${alias}`, { approval });
        return { name, alias, approval };
      });
    },
  };
}

export async function needsApproval(db: Kysely<Tables>, name: string, alias: string): Promise<boolean> {
  const row = await db
    .selectFrom('aliasPolicies')
    .select('approval')
    .where('name', '=', name)
    .where('alias', '=', alias)
    .executeTakeFirst();
  return row?.approval === 1;
}
