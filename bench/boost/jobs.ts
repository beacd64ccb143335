import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Growth } from './commands.ts';
import { makeDense, makeMixed, makeNormal, makeOneHot } from './made-tables.ts';

/** Where prepared tables and the packages compared with are kept between runs. */
const cache = join(import.meta.dirname, '..', '..', '.cache', 'boost');

/** A table to train on. */
export interface Job {
  readonly name: string;
  readonly what: string;
  /** Puts the table into a folder; `scale` is 1, or less for a quick look. */
  prepare(folder: string, python: string, scale: number): void;
}

/** A folder of given tables (dense-train-X.npy or make_dense.py, mixed/mixed.csv.gz) used in place of made ones. */
const given = process.env.VERDICT_DATA ?? '';

export const jobs: readonly Job[] = [
  {
    name: 'dense',
    what: '1,000,000 x 28 floats',
    prepare(folder, python, scale) {
      const arrays = givenDense(python, scale);
      if (arrays !== undefined) return prepare(python, ['dense', arrays, folder]);
      return makeDense(folder, 1_000_000 * scale, 100_000 * scale);
    },
  },
  {
    name: 'flights',
    what: '2,400,000 x 6, two of 300 categories',
    prepare(folder, python, scale) {
      const file = join(packed('vega-datasets@3.2.1'), 'data', 'flights-3m.parquet');
      prepare(python, ['flights', file, folder, String(Math.round(1 / scale))]);
    },
  },
  {
    name: 'mixed',
    what: '100,000 x 20, 8 of them categories',
    prepare(folder, python, scale) {
      const files = ['mixed.csv.gz', 'mixed-drifted.csv.gz'].map((file) => join(given, 'mixed', file));
      if (scale === 1 && given !== '' && files.every((file) => existsSync(file))) {
        return prepare(python, ['mixed', ...files, folder]);
      }
      return makeMixed(folder, 100_000 * scale, 100_000 * scale);
    },
  },
  {
    name: 'small',
    what: '1,000 x 20 floats',
    prepare: (folder) => makeNormal(folder, 1000, 10_000, 20, 20264),
  },
  {
    name: 'wide',
    what: '5,000 x 5,000 floats',
    prepare: (folder, _python, scale) => makeNormal(folder, 5000, 2000, 5000 * scale, 20265),
  },
  {
    name: 'one-hot',
    what: '500,000 x 500, 4 % ones',
    prepare: (folder, _python, scale) => makeOneHot(folder, 500_000 * scale, 50_000 * scale),
  },
];

export const growths: readonly Growth[] = [
  { name: 'depth-6', depth: 6, leaves: 0, lossGuided: false },
  { name: 'depth-10', depth: 10, leaves: 0, lossGuided: false },
  { name: 'leaves-255', depth: 0, leaves: 255, lossGuided: true },
];

/** The folder that holds a job's table, which is prepared the first time. */
export function tableOf(job: Job, python: string, scale: number): string {
  const source = given === '' ? 'made' : 'given';
  const folder = join(cache, 'tables', `${job.name}-${source}${scale === 1 ? '' : '-quick'}`);
  if (!existsSync(folder)) {
    console.error(`preparing the table "${job.name}" …`);
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    job.prepare(unfinished, python, scale);
    renameSync(unfinished, folder);
  }
  return folder;
}

function prepare(python: string, args: readonly string[]): void {
  execFileSync(python, [join(import.meta.dirname, 'prepare.py'), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** The folder of the given dense arrays, made by the given script if they are not there; undefined without either. */
function givenDense(python: string, scale: number): string | undefined {
  if (scale !== 1 || given === '') return undefined;
  if (existsSync(join(given, 'dense-train-X.npy'))) return given;
  const script = join(given, 'make_dense.py');
  if (!existsSync(script)) return undefined;
  const folder = join(cache, 'dense-arrays');
  if (!existsSync(join(folder, 'dense-test-y.npy'))) {
    mkdirSync(folder, { recursive: true });
    execFileSync(python, [script, folder], { stdio: 'inherit' });
  }
  return folder;
}

/** The folder of a package of npm's, fetched without being installed. */
function packed(spec: string): string {
  const folder = join(cache, spec);
  if (!existsSync(folder)) {
    console.error(`fetching ${spec} …`);
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    const tarball = execFileSync('npm', ['pack', '--silent', spec], {
      cwd: unfinished,
      encoding: 'utf8',
    }).trim();
    execFileSync('tar', ['-xzf', tarball, '--strip-components=1'], { cwd: unfinished });
    renameSync(unfinished, folder);
  }
  return folder;
}

/** A folder with the packages that a Node user finds today, installed without scripts and without being depended on. */
export function npmPackages(specs: readonly string[]): string {
  const folder = join(cache, 'npm');
  if (!specs.every((spec) => existsSync(join(folder, 'node_modules', spec.split('@')[0])))) {
    console.error(`fetching ${specs.join(', ')} …`);
    mkdirSync(folder, { recursive: true });
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent', '--prefix', folder];
    execFileSync('npm', ['install', ...options, ...specs], { cwd: folder, stdio: 'inherit' });
  }
  return folder;
}
