// Boosted trees beside XGBoost, LightGBM and npm's packages: times of training, memory, accuracy, prediction.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FitCommand, FitCost, Growth, PredictCommand } from './commands.ts';
import { growths, jobs, npmPackages, tableOf } from './jobs.ts';
import type { Job } from './jobs.ts';
import { keepResults } from './record.ts';
import type { AccuracyCell, Cell, NpmCell, Outcome, PredictionCell, ProfileCell } from './record.ts';
import { ratioTo, sides } from './report.ts';
import { meanScores, scoresOf } from './scores.ts';
import type { Scores } from './scores.ts';
import { Side } from './side.ts';
import { readFloats, readShape } from './table.ts';

const help = `npm run bench:boost [-- OPTIONS]

Trains @verdict/boost, XGBoost and LightGBM in turn on the same tables and prints every time with its ratio.

  --only WHAT[,WHAT]…  only these tables (${jobs.map((job) => job.name).join(', ')}),
                       ways of growing (${growths.map((growth) => growth.name).join(', ')}), or parts (training,
                       prediction, npm); for instance --only dense,depth-6,training
  --threads 1,2        numbers of threads (default: 1,2)
  --quick              tables of a tenth of the rows or columns, one repeat
  --accuracy           instead of times: mean AUC and log loss over some seeds with row sampling, on dense and flights
  --seeds N            how many (default: 5)
  --profile            instead of times: where the time of our side's coordinating thread goes
  --save               keep the results in bench/results/boost.json and boost.md (a run of everything always does)
  --help

Tables are made with fixed seeds; if VERDICT_DATA names a folder with dense-train-X.npy (or make_dense.py) and
mixed/mixed.csv.gz, those are used. Flights come from the npm package vega-datasets. All is kept in .cache/boost.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    quick: { type: 'boolean', default: false },
    accuracy: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '5' },
    profile: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    python: { type: 'string', default: process.env.VERDICT_BOOST_PEERS ?? 'python3' },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}

const parts = ['training', 'prediction', 'npm'];
const only = values.only?.split(',') ?? [];
const known = new Set([...[...jobs, ...growths].map(({ name }) => name), ...parts]);
const unknown = only.find((word) => !known.has(word));
const threads = values.threads.split(',').map(Number);
const seeds = Number(values.seeds);
const isCount = (count: number): boolean => Number.isInteger(count) && count >= 1;
if (unknown !== undefined || ![seeds, ...threads].every(isCount)) {
  console.error(
    unknown === undefined
      ? `--threads ${values.threads} is not a list of counts, or --seeds ${values.seeds} none.`
      : `--only knows no "${unknown}".`,
  );
  console.error(help);
  process.exit(2);
}

/** Those of the names that `--only` has chosen: all if it names none of them. */
function chosen(names: readonly string[]): string[] {
  const named = names.filter((name) => only.includes(name));
  return named.length > 0 ? named : [...names];
}

const chosenJobs = jobs.filter((job) => chosen(jobs.map(({ name }) => name)).includes(job.name));
const chosenGrowths = growths.filter((growth) =>
  chosen(growths.map(({ name }) => name)).includes(growth.name),
);
const chosenParts = values.accuracy || values.profile ? [] : chosen(parts);
const scale = values.quick ? 0.1 : 1;
const rounds = 100;
const learningRate = 0.1;
/** No side may take longer than this for one fit, in seconds. */
const limit = 900;
const scratch = mkdtempSync(join(tmpdir(), 'verdict-boost-'));
const started = performance.now();

const versions = readVersions();
const cells: Cell[] = [];
const predictions: PredictionCell[] = [];
const accuracy: AccuracyCell[] = [];
const profiles: ProfileCell[] = [];
const npm: NpmCell[] = [];
const tables: Record<string, string> = {};

/** Of what is compared; asked first, so that missing peers are noticed before anything is made. */
function readVersions(): Record<string, string> {
  const script = `
import json, lightgbm, sys, xgboost
print(json.dumps({'Python': sys.version.split()[0], 'XGBoost': xgboost.__version__, 'LightGBM': lightgbm.__version__}))`;
  const { status, stdout } = spawnSync(values.python, ['-c', script], { encoding: 'utf8' });
  if (status === 0) return { 'Node.js': process.version, ...JSON.parse(stdout) };
  console.error(
    `${values.python} has not the packages of bench/boost/peers.txt; npm run bench:boost installs them.`,
  );
  process.exit(1);
}

/** The two processes that hold a table: this package's and the peers'. */
interface Pair {
  readonly folder: string;
  readonly labels: Float32Array;
  ours: Side;
  theirs: Side;
}

async function open(job: Job): Promise<Pair> {
  const folder = tableOf(job, values.python, scale);
  tables[job.name] = readShape(folder).source;
  const pair = {
    folder,
    labels: readFloats(join(folder, 'test-labels.f32')),
    ours: startOurs(folder),
    theirs: startTheirs(folder),
  };
  await Promise.all([pair.ours.answer(limit), pair.theirs.answer(limit)]);
  return pair;
}

function startOurs(folder: string): Side {
  return new Side(process.execPath, ['--expose-gc', join(import.meta.dirname, 'ours.ts'), folder]);
}

function startTheirs(folder: string): Side {
  return new Side(values.python, [join(import.meta.dirname, 'peer.py'), folder]);
}

async function close(pair: Pair): Promise<void> {
  await Promise.all([pair.ours.end(), pair.theirs.end()]);
}

/** One fit of one side and how good it is. */
async function fit(
  pair: Pair,
  side: string,
  growth: Growth,
  options: {
    readonly threads: number;
    readonly seed: number;
    readonly subsample?: number;
    readonly profile?: boolean;
    readonly model?: string;
  },
): Promise<Outcome> {
  const file = join(scratch, `${side}.f32`);
  const command: FitCommand = {
    do: 'fit',
    side,
    quantised: side === 'lightgbm-quantised',
    rounds,
    learningRate,
    predictions: file,
    subsample: 1,
    ...growth,
    ...options,
  };
  const key = side === 'verdict' ? 'ours' : 'theirs';
  try {
    const cost = await pair[key].ask<FitCost>(command, limit);
    return { ...cost, ...scoresOf(readFloats(file), pair.labels) };
  } catch (error) {
    // The process is gone: the next fit gets a new one.
    await pair[key].end();
    pair[key] = key === 'ours' ? startOurs(pair.folder) : startTheirs(pair.folder);
    await pair[key].answer(limit);
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/** All sides in turn until enough is known: at least once, at most 15 times, about 4 s for quick ones. */
async function measureCell(pair: Pair, job: Job, growth: Growth, count: number): Promise<Cell> {
  const best: Record<string, Outcome> = {};
  const begin = performance.now();
  let repeats = 0;
  for (let goOn = true; goOn;) {
    for (const side of sides) {
      const before = best[side];
      if (before !== undefined && 'failure' in before) continue;
      const outcome = await fit(pair, side, growth, { threads: count, seed: 0 });
      if (before === undefined || 'failure' in outcome) best[side] = outcome;
      else {
        const [faster, slower] = outcome.seconds < before.seconds ? [outcome, before] : [before, outcome];
        // Later fits reuse memory: the first one's peak is the one that counts.
        best[side] = { ...faster, megabytes: Math.max(faster.megabytes, slower.megabytes) };
      }
    }
    repeats++;
    const spent = (performance.now() - begin) / 1000;
    goOn = !values.quick && repeats < 15 && (spent < 4 || (repeats < 3 && spent < 8));
  }
  return { job: job.name, growth: growth.name, threads: count, repeats, sides: best };
}

function describe(cell: Cell): string {
  const texts = sides.map((side) => {
    const outcome = cell.sides[side];
    if ('failure' in outcome) return `${side} ${outcome.failure}`;
    const ratio = side === 'verdict' ? undefined : ratioTo(cell, side);
    const quality = `${outcome.auc.toFixed(4)}/${outcome.logLoss.toFixed(4)}`;
    return `${side} ${outcome.seconds.toFixed(3)} s${ratio === undefined ? '' : ` ratio ${ratio.toFixed(2)}`} (${quality})`;
  });
  return `${cell.job} ${cell.growth} ${cell.threads} threads: ${texts.join('   ')}`;
}

/** Margins, one row and contributions of the trees that XGBoost has trained, on both sides. */
async function measurePrediction(pair: Pair): Promise<void> {
  const shape = readShape(pair.folder);
  const seen: [growth: Growth, trees: number, what: PredictCommand['what'], rows: number][] = [
    [growths[0], 100, 'margins', shape.testRows],
    [growths[1], 100, 'margins', shape.testRows],
    [growths[0], 100, 'row', 1],
    [growths[0], 100, 'contributions', 2000],
    [growths[1], 300, 'contributions', 100],
  ];
  for (const [growth, trees, what, rows] of seen) {
    const model = join(scratch, `${growth.name}-${trees}.ubj`);
    const command: FitCommand = {
      do: 'fit',
      side: 'xgboost',
      quantised: false,
      rounds: trees,
      learningRate,
      subsample: 1,
      ...growth,
      threads: availableParallelism(),
      seed: 0,
      model,
      predictions: join(scratch, 'unused.f32'),
    };
    await pair.theirs.ask(command, 3 * limit);
    for (const count of what === 'row' ? [1] : threads) {
      const ask = async (side: Side, file: string): Promise<{ readonly seconds: number }> => {
        const predict: PredictCommand = {
          do: 'predict',
          what,
          model,
          rows: Math.min(rows, shape.testRows),
          threads: count,
          fill: values.quick ? 0.2 : 3,
          predictions: join(scratch, file),
        };
        return side.ask(predict, limit);
      };
      const ours = await ask(pair.ours, 'ours.f32');
      const theirs = await ask(pair.theirs, 'theirs.f32');
      const [a, b] = [readFloats(join(scratch, 'ours.f32')), readFloats(join(scratch, 'theirs.f32'))];
      if (a.length !== b.length) throw new Error(`${what}: ${a.length} numbers here, ${b.length} there`);
      const difference = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
      const cell = {
        what,
        growth: growth.name,
        trees,
        threads: count,
        rows,
        ours: ours.seconds,
        xgboost: theirs.seconds,
        difference,
      };
      predictions.push(cell);
      console.log(
        `${what} ${growth.name} x ${trees}, ${count} threads: verdict ${(rows / ours.seconds).toFixed(0)} rows/s   ` +
          `xgboost ${(rows / theirs.seconds).toFixed(0)} rows/s   ratio ${(theirs.seconds / ours.seconds).toFixed(2)}   ` +
          `greatest difference ${difference.toExponential(1)}`,
      );
      if (difference > 1e-4) throw new Error(`${what}: the two sides' answers differ by ${difference}`);
    }
  }
}

function scoresOrThrow(outcome: Outcome): Scores {
  if ('failure' in outcome) throw new Error(outcome.failure);
  return { auc: outcome.auc, logLoss: outcome.logLoss };
}

function scoreText({ auc, logLoss }: Scores): string {
  return `${auc.toFixed(5)} / ${logLoss.toFixed(5)}`;
}

/**
 * Mean scores of both sides over seeds. Without draws XGBoost's seeds give one model, whose luck would be taken for
 * its quality: so every round of both sides sees nine tenths of the rows.
 */
async function measureAccuracy(pair: Pair, job: Job, growth: Growth): Promise<void> {
  const found = { verdict: [] as Scores[], xgboost: [] as Scores[] };
  for (let seed = 0; seed < seeds; seed++) {
    for (const side of ['verdict', 'xgboost'] as const) {
      const options = { threads: Math.max(...threads), seed, subsample: 0.9 };
      found[side].push(scoresOrThrow(await fit(pair, side, growth, options)));
    }
  }
  const cell = { job: job.name, growth: growth.name, ours: found.verdict, xgboost: found.xgboost };
  accuracy.push(cell);
  const [ours, theirs] = [meanScores(cell.ours), meanScores(cell.xgboost)];
  console.log(
    `${job.name} ${growth.name}, ${seeds} seeds: verdict ${scoreText(ours)}   xgboost ${scoreText(theirs)}   ` +
      `difference ${(ours.auc - theirs.auc).toFixed(5)} / ${(ours.logLoss - theirs.logLoss).toFixed(5)}`,
  );
}

/** Where the time of one fit goes. */
async function measureProfile(pair: Pair, job: Job, growth: Growth, count: number): Promise<void> {
  const outcome = await fit(pair, 'verdict', growth, { threads: count, seed: 0, profile: true });
  if ('failure' in outcome) throw new Error(outcome.failure);
  const shares = (outcome.shares ?? []).filter(([, share]) => share >= 0.01);
  profiles.push({
    job: job.name,
    growth: growth.name,
    threads: count,
    seconds: outcome.seconds,
    cpu: outcome.cpu,
    shares,
  });
  const words = shares.map(([work, share]) => `${work} ${(100 * share).toFixed(0)} %`).join(', ');
  console.log(
    `${job.name} ${growth.name} ${count} threads: ${outcome.seconds.toFixed(2)} s, ${outcome.cpu.toFixed(2)} s of processors: ${words}`,
  );
}

/** Keeps what has been measured so far: after each cell, since whole tables can take an hour. */
function keep(): void {
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} threads, ${Math.round(totalmem() / 2 ** 30)} GB`;
  keepResults({ machine, versions, tables, cells, predictions, accuracy, profiles, npm });
}

const packages = ['ydf-training@0.0.1', 'ml-xgboost@1.1.2', 'decision-tree@1.0.0'];

/** npm's packages on every table, each for a minute at most. */
async function measureNpm(): Promise<void> {
  const folder = npmPackages(packages);
  for (const spec of packages) {
    const name = spec.split('@')[0];
    for (const job of chosenJobs) {
      const table = tableOf(job, values.python, scale);
      tables[job.name] = readShape(table).source;
      const file = join(scratch, 'npm.f32');
      const child = new Side(process.execPath, [
        '--max-old-space-size=8192',
        join(import.meta.dirname, 'npm-package.ts'),
        name,
        folder,
        table,
        file,
      ]);
      let outcome: NpmCell['outcome'];
      try {
        const { seconds } = await child.answer<{ readonly seconds: number }>(60);
        outcome = { seconds, ...scoresOf(readFloats(file), readFloats(join(table, 'test-labels.f32'))) };
      } catch (error) {
        outcome = { failure: error instanceof Error ? error.message : String(error) };
      }
      await child.end();
      npm.push({ job: job.name, package: spec, outcome });
      console.log(`${job.name} ${spec}: ${JSON.stringify(outcome)}`);
      if (values.save) keep();
    }
  }
}

console.error(
  `${cpus()[0].model.trim()}, ${availableParallelism()} threads, load ${loadavg()[0].toFixed(1)} before the start`,
);
try {
  for (const job of chosenJobs) {
    const wantsAccuracy = values.accuracy && ['dense', 'flights'].includes(job.name);
    const wantsPrediction = chosenParts.includes('prediction') && job.name === 'dense';
    if (!(chosenParts.includes('training') || wantsAccuracy || wantsPrediction || values.profile)) continue;
    const pair = await open(job);
    try {
      for (const growth of chosenGrowths) {
        if (wantsAccuracy) {
          await measureAccuracy(pair, job, growth);
          if (values.save) keep();
        }
        for (const count of values.profile ? threads : []) {
          await measureProfile(pair, job, growth, count);
          if (values.save) keep();
        }
        for (const count of chosenParts.includes('training') ? threads : []) {
          console.error(
            `${((performance.now() - started) / 60_000).toFixed(1)} min: ${job.name}, ${growth.name}, ${count} threads`,
          );
          cells.push(await measureCell(pair, job, growth, count));
          console.log(describe(cells[cells.length - 1]));
          if (values.save) keep();
        }
      }
      if (wantsPrediction) await measurePrediction(pair);
    } finally {
      await close(pair);
    }
  }
  if (chosenParts.includes('npm')) await measureNpm();
  if (values.save || (only.length === 0 && !values.quick && !values.accuracy && !values.profile)) keep();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
