import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTable } from '@verdict/data';
import { labelsOf } from '@verdict/learn';
import { run, verdict } from './command.ts';
import { scoresOf } from './scores.ts';
import type { Scores } from './scores.ts';
import type { BenchSet } from './sets.ts';

/** What one side reached on a test file. */
export interface TuneOutcome extends Scores {
  /** Wall time of the search and all that belongs to it. */
  readonly seconds: number;
  readonly trials: number;
}

/** Both sides on one set with one seed. */
export interface TuneCell {
  readonly set: string;
  readonly seed: number;
  readonly ours: TuneOutcome;
  readonly theirs: TuneOutcome;
}

/** Probabilities of a cell, kept for intervals. */
export interface TunePredictions {
  readonly labels: Uint8Array;
  readonly ours: Float64Array;
  readonly theirs: Float64Array;
}

export interface TuneSettings {
  readonly python: string;
  readonly scratch: string;
  readonly budget: number;
  /** What the peer's search follows. */
  readonly metric: 'log_loss' | 'auc';
  /** Cores for ours and theirs; the same one if they run one after the other. */
  readonly cores: readonly [number, number];
}

/** Lets both sides search on the training file, each on one core, and scores both on the test file by one program. */
export async function compareTuning(
  set: BenchSet,
  seed: number,
  settings: TuneSettings,
): Promise<{ cell: TuneCell; predictions: TunePredictions }> {
  const [ourCore, theirCore] = settings.cores;
  let ours: Answer;
  let theirs: Answer;
  if (ourCore === theirCore) {
    ours = await tuneOurs(set, seed, settings, ourCore);
    theirs = await tuneTheirs(set, seed, settings, theirCore);
  } else {
    [ours, theirs] = await Promise.all([
      tuneOurs(set, seed, settings, ourCore),
      tuneTheirs(set, seed, settings, theirCore),
    ]);
  }
  const { target, positive, drop } = set;
  const { dataset, schema } = await readTable(set.test, { target, positive, drop: [...drop] });
  const labels = labelsOf(dataset, schema);
  const outcomeOf = ({ seconds, trials, probabilities }: Answer): TuneOutcome => ({
    ...scoresOf(labels, probabilities),
    seconds,
    trials,
  });
  return {
    cell: { set: set.name, seed, ours: outcomeOf(ours), theirs: outcomeOf(theirs) },
    predictions: { labels, ours: ours.probabilities, theirs: theirs.probabilities },
  };
}

interface Answer {
  readonly seconds: number;
  readonly trials: number;
  readonly probabilities: Float64Array;
}

/** The command from its start to its end; predicting comes after it. */
async function tuneOurs(set: BenchSet, seed: number, settings: TuneSettings, core: number): Promise<Answer> {
  const out = join(settings.scratch, `${set.name}-${seed}`);
  mkdirSync(out, { recursive: true });
  const data = ['tune', set.train, '--target', set.target, '--positive', set.positive];
  const drop = set.drop.flatMap((column) => ['--drop', column]);
  const search = [
    '--seed',
    String(seed),
    '--budget',
    String(settings.budget),
    '--threads',
    '1',
    '--out',
    out,
  ];
  const { seconds } = await verdict([...data, ...drop, ...search], core);
  const predictions = join(out, 'predictions.csv');
  await verdict(['predict', set.test, '--model', join(out, 'model'), '--out', predictions], core);
  const metrics = JSON.parse(readFileSync(join(out, 'performance_metrics.json'), 'utf8'));
  return {
    seconds,
    trials: metrics.search?.trials?.length ?? 0,
    probabilities: readProbabilities(predictions),
  };
}

async function tuneTheirs(
  set: BenchSet,
  seed: number,
  settings: TuneSettings,
  core: number,
): Promise<Answer> {
  const answer = join(settings.scratch, `${set.name}-${seed}.json`);
  const { python, budget, metric } = settings;
  const data = [set.train, set.test, set.target, set.positive];
  const search = [String(seed), String(budget), metric, answer];
  await run(python, [join(import.meta.dirname, 'peer_tune.py'), ...data, ...search, ...set.drop], core);
  const { seconds, trials, predictions } = JSON.parse(readFileSync(answer, 'utf8'));
  return { seconds, trials, probabilities: Float64Array.from(predictions) };
}

/** The column `probability` of what `verdict predict` writes. */
function readProbabilities(file: string): Float64Array {
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split(/\r?\n/);
  const at = header.split(',').indexOf('probability');
  if (at < 0) throw new Error(`${file} has no column "probability"`);
  // Labels may hold commas, so only what stands before them may be split; the column is the first.
  return Float64Array.from(lines, (line) => Number(line.split(',')[at]));
}
