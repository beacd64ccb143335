import type { Engine } from '../engines/engine.ts';
import type { Store } from '../store.ts';
import { openAliases } from './aliases.ts';
import { openApprovals } from './approvals.ts';
import { openAudit } from './audit.ts';
import { openContext } from './context.ts';
import type { ContextOptions } from './context.ts';
import { openFeedback } from './feedback.ts';
import { openGarbage } from './garbage.ts';
import { openKeys } from './keys.ts';
import { migrate } from './migrate.ts';
import { schemaVersion } from './migrations.ts';
import { openPolicies } from './policies.ts';
import { openPredictions } from './predictions.ts';
import { openPruning } from './pruning.ts';
import { openRuns } from './runs.ts';
import { openServers } from './servers.ts';
import { openVersions } from './versions.ts';

/** The store over a database, whose tables are brought to this version first. */
export async function openSqlStore(engine: Engine, options: ContextOptions): Promise<Store> {
  const context = openContext(engine, options);
  try {
    await context.prepare(() => migrate(engine, options.now()));
  } catch (error) {
    await context.close();
    throw error;
  }
  return {
    runs: openRuns(context),
    models: {
      ...openVersions(context),
      ...openAliases(context),
      ...openPolicies(context),
      ...openApprovals(context),
      ...openGarbage(context),
    },
    keys: openKeys(context),
    predictions: { ...openPredictions(context), ...openPruning(context) },
    feedback: openFeedback(context),
    audit: openAudit(context),
    servers: openServers(context),
    describe: () => Promise.resolve({ engine: engine.kind, location: engine.location, schemaVersion }),
    close: () => context.close(),
  };
}
