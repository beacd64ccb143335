import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '@verdict/learn';
import { writeBundle } from '@verdict/learn';
import { diskError, outputNames } from './output-folder.ts';
import { toPlain } from './performance-metrics.ts';
import { writePlotsAside } from './render/plots-thread.ts';
import { plotInput, writeReport } from './report/index.ts';
import type { ReportInput } from './report/index.ts';

/** What a run leaves behind. */
export interface Results {
  readonly bundle: Bundle;
  /** What `performance_metrics.json` says, asked when all else is written. */
  readonly metrics: () => unknown;
  readonly report: ReportInput;
  /** The table of a search's trials, as CSV. */
  readonly trials?: string | undefined;
}

/**
 * Writes the bundle, the metrics, the plots and the report into a folder.
 *
 * @param out what errors call the folder
 * @throws the first error, once nothing is being written any more
 */
export async function writeResults(
  out: string,
  folder: string,
  { bundle, metrics, report, trials }: Results,
  signal: AbortSignal | undefined,
): Promise<void> {
  const results = await Promise.allSettled([
    writeBundle(join(folder, outputNames.model), bundle),
    writePlotsAside(join(folder, outputNames.plots), plotInput(report), signal),
    writeReport(join(folder, outputNames.report), report),
    trials === undefined ? undefined : writeFile(join(folder, outputNames.trials), trials),
  ]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw diskError(out, failed.reason);
  await writeFile(
    join(folder, outputNames.metrics),
    `${JSON.stringify(toPlain(metrics()), null, 2)}\n`,
  ).catch((error: unknown) => {
    throw diskError(out, error);
  });
}
