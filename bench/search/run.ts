// Searching for a model beside its peers: the brief's grid beside GridSearchCV, and a minute of one core beside Optuna.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { canPin } from './command.ts';
import { compareGrid } from './grid.ts';
import { renderPage, rowOf } from './report.ts';
import type { Results, TuneRow } from './report.ts';
import { differencesOf } from './scores.ts';
import { readSets } from './sets.ts';
import { compareTuning } from './tuning.ts';
import type { TuneCell, TunePredictions } from './tuning.ts';

const help = `VERDICT_DATA=FOLDER npm run bench:search [-- OPTIONS]

Runs "verdict tune" and its Python peers in turn and prints times, scores and differences with intervals.

  --only grid|tune   one of the two parts
  --sets A,B         only these sets (default: all of FOLDER)
  --seeds N          seeds of the tuning part (default: 5)
  --budget S         seconds for each side (default: 60)
  --peer-metric M    what Optuna follows: log_loss (default) or auc
  --apart            the two sides one after the other on one core; default: at the same time on a core each
  --repeats N        of the grid (default: 1)
  --rows N           rows of the grid (default: 10000)
  --grid FILE        another grid than examples/brief-grid.json
  --quick            one seed, 10 seconds, 1,000 rows of the grid
  --save             keep the results in bench/results/search.json and search.md (a run of everything always does)
  --help

FOLDER holds mixed/mixed.csv.gz, and a folder for each set with train.csv, test.csv and reference.json. The command's
defaults were chosen on train.csv files alone (bench/defaults); the test files are only scored here.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sets: { type: 'string' },
    seeds: { type: 'string' },
    budget: { type: 'string' },
    'peer-metric': { type: 'string', default: 'log_loss' },
    apart: { type: 'boolean', default: false },
    repeats: { type: 'string', default: '1' },
    rows: { type: 'string' },
    grid: {
      type: 'string',
      default: join(import.meta.dirname, '..', '..', 'examples', 'brief-grid.json'),
    },
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    python: { type: 'string', default: process.env.VERDICT_SEARCH_PEERS ?? 'python3' },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}

function refuse(problem: string): never {
  console.error(problem);
  console.error(help);
  process.exit(2);
}

function number(text: string, name: string): number {
  const value = Number(text);
  return value > 0 && Number.isFinite(value) ? value : refuse(`--${name} ${text} is not a number above 0.`);
}

const folder = process.env.VERDICT_DATA ?? refuse('Set VERDICT_DATA to a folder of sets.');
const seeds = number(values.seeds ?? (values.quick ? '1' : '5'), 'seeds');
const budget = number(values.budget ?? (values.quick ? '10' : '60'), 'budget');
const repeats = number(values.repeats, 'repeats');
const gridRows = number(values.rows ?? (values.quick ? '1000' : '10000'), 'rows');
const metric = values['peer-metric'];
if (metric !== 'log_loss' && metric !== 'auc') refuse(`--peer-metric ${metric} is neither log_loss nor auc.`);
if (values.only !== undefined && !['grid', 'tune'].includes(values.only))
  refuse(`--only knows no "${values.only}".`);
const allSets = readSets(folder);
const wanted = values.sets?.split(',') ?? allSets.map(({ name }) => name);
const strange = wanted.find((name) => !allSets.some((set) => set.name === name));
if (strange !== undefined) refuse(`${folder} has no set "${strange}".`);
const sets = allSets.filter(({ name }) => wanted.includes(name));
const mixed = join(folder, 'mixed', 'mixed.csv.gz');
const scratch = mkdtempSync(join(tmpdir(), 'verdict-search-'));
const started = performance.now();
const { python } = values;

/** Of what is compared; asked first, so that missing peers are noticed before anything is searched. */
function readVersions(): Record<string, string> {
  const script = `
import json, optuna, sklearn, sys, xgboost
print(json.dumps({'Python': sys.version.split()[0], 'XGBoost': xgboost.__version__,
                  'scikit-learn': sklearn.__version__, 'Optuna': optuna.__version__}))`;
  const { status, stdout } = spawnSync(python, ['-c', script], { encoding: 'utf8' });
  if (status === 0) return { 'Node.js': process.version, ...JSON.parse(stdout) };
  console.error(
    `${python} has not the packages of bench/search/peers.txt; npm run bench:search installs them.`,
  );
  process.exit(1);
}

/** All cells of all sets, one after the other; what they predict is needed for the intervals. */
async function tuneAll(): Promise<Results['tuning']> {
  const cells: TuneCell[] = [];
  const predictions: TunePredictions[] = [];
  const together = !values.apart && canPin && availableParallelism() > 1;
  for (let seed = 1; seed <= seeds; seed++) {
    for (const set of sets) {
      // Cores are not alike (interrupts, neighbours), so the sides change places.
      const [a, b] = together && (seed + cells.length) % 2 === 0 ? [1, 0] : [0, together ? 1 : 0];
      const found = await compareTuning(set, seed, {
        python,
        scratch,
        budget,
        metric: metric === 'auc' ? 'auc' : 'log_loss',
        cores: [a, b],
      });
      cells.push(found.cell);
      predictions.push(found.predictions);
      const { ours, theirs } = found.cell;
      console.log(
        `${minutes()} ${set.name}, seed ${seed}: verdict ${ours.auc.toFixed(4)} / ${ours.logLoss.toFixed(4)} ` +
          `(${ours.seconds.toFixed(1)} s, ${ours.trials} trials), Optuna ${theirs.auc.toFixed(4)} / ` +
          `${theirs.logLoss.toFixed(4)} (${theirs.seconds.toFixed(1)} s, ${theirs.trials} trials)`,
      );
    }
  }
  const rowsOf = (names: readonly string[], title: string): TuneRow => {
    const own = [...cells.keys()].filter((i) => names.includes(cells[i].set));
    const chosen = own.map((i) => cells[i]);
    const differences = differencesOf(
      chosen,
      own.map((i) => predictions[i]),
    );
    const hindsight = sets.filter(({ name }) => names.includes(name)).map((set) => set.hindsight);
    return rowOf(title, chosen, hindsight, differences);
  };
  const names = sets.map(({ name }) => name);
  const rows = names.map((name) => rowsOf([name], name));
  if (names.length > 1) rows.push(rowsOf(names, '**mean**'));
  return { budget, seeds, metric, rows, cells };
}

function minutes(): string {
  return `${((performance.now() - started) / 60_000).toFixed(1)} min:`;
}

const versions = readVersions();
console.error(
  `${cpus()[0].model.trim()}, ${availableParallelism()} threads, load ${loadavg()[0].toFixed(1)} before the start`,
);
try {
  const wantsGrid = values.only !== 'tune';
  const wantsTuning = values.only !== 'grid';
  if (wantsGrid && !existsSync(mixed)) refuse(`${mixed} is not there.`);
  const grid = wantsGrid
    ? await compareGrid(mixed, { python, scratch, repeats, rows: gridRows, grid: values.grid })
    : undefined;
  const tuning = wantsTuning ? await tuneAll() : undefined;
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} threads, ${Math.round(totalmem() / 2 ** 30)} GB`;
  const results: Results = {
    machine,
    versions,
    ...(grid !== undefined && { grid }),
    ...(tuning !== undefined && { tuning }),
  };
  const page = renderPage(results);
  console.log(`\n${page}`);
  const everything = !values.quick && values.only === undefined && values.sets === undefined;
  if (values.save || everything) {
    const kept = join(import.meta.dirname, '..', 'results');
    const file = join(kept, 'search.json');
    const before: Results | undefined = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    // The other part stays if it was measured on the same machine with the same versions.
    const same = before?.machine === machine && JSON.stringify(before.versions) === JSON.stringify(versions);
    const merged = { ...(same && before), ...results };
    writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
    writeFileSync(join(kept, 'search.md'), renderPage(merged));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
