import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Interrupted } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';
import { checkTuning, readGrid, tuneModel } from '@verdict/learn';
import type { Grid, TuneOptions } from '@verdict/learn';
import { lockFolder } from './folder-lock.ts';
import { runJob } from './train.ts';
import type { TrainJob, TrainOutcome } from './train.ts';

/** A search for the best model: what to learn from, and how to search. Names and defaults are those of the command line. */
export interface TuneJob
  extends
    TrainJob,
    Partial<
      Pick<
        TuneOptions,
        | 'trials'
        | 'budget'
        | 'metric'
        | 'engineering'
        | 'select'
        | 'ensemble'
        | 'scheme'
        | 'outerFolds'
        | 'onTrial'
      >
    > {
  /** Default `tpe`. */
  readonly search?: NonNullable<TuneOptions['strategy']>;
  /** A JSON file with the values to try of each parameter; of search `grid`, which needs it. */
  readonly grid?: string;
  /** Go on where an interrupted search into the same folder has ended. */
  readonly resume?: boolean;
}

/** The name of the journal in the output folder. */
const journalName = 'search.journal';

/** Seconds of computing that are set aside for drawing, writing and ending; see `TuneOptions.afterwards`. */
const AFTERWARDS = 4.7;

/**
 * Searches for the best model and does with it what `train` does: the same results, and a table of all trials.
 * Finished trials are written into a journal in the output folder as they come; with `resume` a search that was
 * interrupted goes on from there.
 *
 * @throws InvalidOption (also if another search writes into the folder), Interrupted (which names the journal) and what reading, training and writing throw; then
 * nothing but the journal is written
 */
export async function tune(job: TuneJob): Promise<TrainOutcome> {
  const { out = 'output', search, grid, resume = false, started = performance.now() } = job;
  const values = grid === undefined ? undefined : await readGridFile(grid);
  const { trials, budget, metric, engineering, select, ensemble, scheme, outerFolds } = job;
  let finished = 0;
  const onTrial: TuneJob['onTrial'] = (...news) => {
    finished++;
    job.onTrial?.(...news);
  };
  const given = { trials, budget, metric, engineering, select, ensemble, scheme, outerFolds, onTrial };
  checkTuning({
    ...given,
    ...(search === undefined ? {} : { strategy: search }),
    ...(values === undefined ? {} : { grid: values }),
  } as TuneOptions);
  let made: string | undefined;
  let unlock: (() => void) | undefined;
  const journal = join(out, journalName);
  const outcome = runJob(
    job,
    async (table, options) => {
      // The journal is written while the search goes on, before any result takes its place.
      made = await mkdir(out, { recursive: true });
      // Until the results are in their places: of two searches into one folder, the later one ends here.
      unlock = await lockFolder(out);
      return tuneModel(table, {
        ...options,
        ...(Object.fromEntries(
          Object.entries(given).filter(([, value]) => value !== undefined),
        ) as Partial<TuneOptions>),
        ...(search === undefined ? {} : { strategy: search }),
        ...(values === undefined ? {} : { grid: values }),
        journal: { file: journal, resume },
        started,
        afterwards: AFTERWARDS,
      });
    },
    'tune',
  );
  return outcome
    .finally(() => unlock?.())
    .catch(async (error: unknown) => {
      // A folder that was made for nothing goes again; it stays if the journal is in it.
      if (made !== undefined) await rmdir(out).catch(() => undefined);
      if (job.signal?.aborted === true && finished > 0) throw new Interrupted({ kept: journal });
      throw error;
    });
}

/** Far more than any grid needs. */
const GRID_BYTES = 2 ** 20;

async function readGridFile(file: string): Promise<Grid> {
  const bytes = await readRegularFile(file, {
    limit: GRID_BYTES,
    hint: 'Give --grid the path of a JSON file such as examples/brief-grid.json.',
  });
  return readGrid(bytes, file);
}
