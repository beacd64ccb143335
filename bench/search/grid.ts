import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, verdict } from './command.ts';

/** Scores of one candidate in each fold. */
interface Candidate {
  readonly params: Readonly<Record<string, number>>;
  readonly scores: readonly number[];
}

/** One side's search of the grid. */
export interface GridSide {
  readonly seconds: number;
  readonly candidates: readonly Candidate[];
}

/** Both sides' searches of one grid on the same folds. */
export interface GridResult {
  readonly rows: number;
  readonly configurations: number;
  readonly folds: number;
  readonly ours: readonly number[];
  /** With everything that the command does by default: engineered features, an ensemble, calibration. */
  readonly whole: readonly number[];
  readonly theirs: readonly number[];
  /** Scores that each side reports: candidates times folds. */
  readonly ourScores: number;
  readonly theirScores: number;
  readonly ourBest: GridWinner;
  readonly theirBest: GridWinner;
  /** Mean over the folds of our winner's score minus theirs, and its standard error. */
  readonly difference: number;
  readonly standardError: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface GridWinner {
  readonly params: Readonly<Record<string, number>>;
  readonly mean: number;
}

export interface GridSettings {
  readonly python: string;
  readonly scratch: string;
  readonly repeats: number;
  /** The first rows of the table that are searched on. */
  readonly rows: number;
  /** The file of the grid, which both sides read. */
  readonly grid: string;
}

/** Searches a grid with both sides in turn, on the same rows and folds, and compares times and winners. */
export async function compareGrid(mixed: string, settings: GridSettings): Promise<GridResult> {
  const { python, scratch, repeats, rows, grid } = settings;
  const peer = join(import.meta.dirname, 'peer_grid.py');
  const table = join(scratch, 'grid.csv');
  await run(python, [peer, 'folds', mixed, String(rows), 'churn', table]);
  const names = Object.keys(JSON.parse(readFileSync(grid, 'utf8')));
  const ours: GridSide[] = [];
  const whole: number[] = [];
  const theirs: (GridSide & { readonly versions: Record<string, string> })[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    ours.push(await searchOurs(table, grid, names, sameWork, join(scratch, `grid-${repeat}`)));
    console.error(`grid: verdict ${ours[repeat].seconds.toFixed(1)} s`);
    const answer = join(scratch, `grid-${repeat}.json`);
    await run(python, [peer, 'search', table, 'churn', grid, answer]);
    const { seconds, trials, versions } = JSON.parse(readFileSync(answer, 'utf8'));
    theirs.push({ seconds, candidates: trials, versions });
    console.error(`grid: GridSearchCV ${seconds.toFixed(1)} s`);
    whole.push((await searchOurs(table, grid, names, [], join(scratch, `whole-${repeat}`))).seconds);
    console.error(`grid: verdict with all that it does by default ${whole[repeat].toFixed(1)} s`);
  }
  const [ourBest, theirBest] = [bestOf(ours[0].candidates), bestOf(theirs[0].candidates)];
  if (ourBest.scores.length !== theirBest.scores.length)
    throw new Error('The sides have not the same folds.');
  const differences = ourBest.scores.map((score, fold) => score - theirBest.scores[fold]);
  const difference = mean(differences);
  const variance =
    differences.reduce((sum, one) => sum + (one - difference) ** 2, 0) / (differences.length - 1);
  const scoresOf = ({ candidates }: GridSide): number =>
    candidates.reduce((sum, { scores }) => sum + scores.filter(Number.isFinite).length, 0);
  return {
    rows,
    configurations: theirs[0].candidates.length,
    folds: theirBest.scores.length,
    ours: ours.map(({ seconds }) => seconds),
    whole,
    theirs: theirs.map(({ seconds }) => seconds),
    ourScores: scoresOf(ours[0]),
    theirScores: scoresOf(theirs[0]),
    ourBest: { params: ourBest.params, mean: mean(ourBest.scores) },
    theirBest: { params: theirBest.params, mean: mean(theirBest.scores) },
    difference,
    standardError: Math.sqrt(variance / differences.length),
    versions: theirs[0].versions,
  };
}

/** What GridSearchCV does: the configurations of the grid on the columns as they are, and a fit of the best. */
const sameWork = ['--no-ensemble', '--engineering', 'none', '--calibration', 'none'];

/** The command: reading, the search, the model that ships and its report. */
async function searchOurs(
  table: string,
  grid: string,
  names: readonly string[],
  options: readonly string[],
  out: string,
): Promise<GridSide> {
  mkdirSync(out, { recursive: true });
  // No hold-out: the peer searches on all rows, too.
  const data = ['tune', table, '--target', 'churn', '--positive', '1', '--fold', 'fold', '--test-size', '0'];
  const search = ['--search', 'grid', '--grid', grid, '--metric', 'f1_weighted', '--json', '--out', out];
  const { seconds, output } = await verdict([...data, ...search, ...options]);
  const metrics: { search: { trials: OurTrial[] } } = JSON.parse(output);
  return {
    seconds,
    candidates: metrics.search.trials.map(({ configuration: { params, rounds }, foldScores }) => ({
      params: Object.fromEntries(
        names.map((name) => [name, name === 'n_estimators' ? rounds : params[name]]),
      ),
      scores: foldScores,
    })),
  };
}

/** A trial as performance_metrics.json has it. */
interface OurTrial {
  readonly configuration: { readonly params: Record<string, number>; readonly rounds: number };
  readonly foldScores: readonly number[];
}

function bestOf(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, one) => (mean(one.scores) > mean(best.scores) ? one : best));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
