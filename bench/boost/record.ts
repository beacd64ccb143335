import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FitCost } from './commands.ts';
import type { Shares } from './profile.ts';
import { renderFigures, renderHighlights, renderRecord } from './report.ts';
import type { Scores } from './scores.ts';

/** A side's best run of a cell, or why there is none. */
export type Outcome = (FitCost & Scores) | { readonly failure: string };

/** One line of the table: a job, a way of growing, a number of threads; every side's outcome. */
export interface Cell {
  readonly job: string;
  readonly growth: string;
  readonly threads: number;
  /** How often each side was run, in turn; the least time counts. */
  readonly repeats: number;
  readonly sides: Readonly<Record<string, Outcome>>;
}

/** A speed of prediction with the same trees on both sides. */
export interface PredictionCell {
  readonly what: 'margins' | 'row' | 'contributions';
  readonly growth: string;
  readonly trees: number;
  readonly threads: number;
  readonly rows: number;
  /** Seconds for all rows. */
  readonly ours: number;
  readonly xgboost: number;
  /** Greatest difference of any number that the two sides answer. */
  readonly difference: number;
}

/** The scores of several seeds of the same job. */
export interface AccuracyCell {
  readonly job: string;
  readonly growth: string;
  readonly ours: readonly Scores[];
  readonly xgboost: readonly Scores[];
}

/** Where the time of our side's coordinating thread went. */
export interface ProfileCell {
  readonly job: string;
  readonly growth: string;
  readonly threads: number;
  readonly seconds: number;
  /** Seconds of all processors. */
  readonly cpu: number;
  readonly shares: Shares;
}

/** A package of npm's on a job. */
export interface NpmCell {
  readonly job: string;
  readonly package: string;
  readonly outcome: (Scores & { readonly seconds: number }) | { readonly failure: string };
}

/** All that is known, as `bench/results/boost.json` keeps it. */
export interface Results {
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, string>>;
  readonly cells: readonly Cell[];
  readonly predictions: readonly PredictionCell[];
  readonly accuracy: readonly AccuracyCell[];
  readonly profiles?: readonly ProfileCell[];
  readonly npm: readonly NpmCell[];
}

const folder = join(import.meta.dirname, '..', 'results');
/** The package's pages that show figures too, and what stands between their marks. */
const pages: readonly (readonly [file: string, render: (results: Results) => string])[] = [
  ['README.md', renderHighlights],
  [join('docs', 'comparison.md'), renderFigures],
];

/**
 * Keeps results, as data and as pages. What was measured before on the same machine with the same versions stays, unless it was measured
 * again; results of another machine or version are dropped, since they must not stand in one table.
 */
export function keepResults(found: Results): void {
  const file = join(folder, 'boost.json');
  const before: Results | undefined = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  const same =
    before !== undefined &&
    before.machine === found.machine &&
    JSON.stringify(before.versions) === JSON.stringify(found.versions);
  const merged: Results = same
    ? {
        ...found,
        tables: { ...before.tables, ...found.tables },
        cells: merge(before.cells, found.cells, (c) => [c.job, c.growth, c.threads]),
        predictions: merge(before.predictions, found.predictions, (c) => [c.what, c.growth, c.threads]),
        accuracy: merge(before.accuracy, found.accuracy, (c) => [c.job, c.growth]),
        profiles: merge(before.profiles ?? [], found.profiles ?? [], (c) => [c.job, c.growth, c.threads]),
        npm: merge(before.npm, found.npm, (c) => [c.job, c.package]),
      }
    : found;
  writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
  writeFileSync(join(folder, 'boost.md'), renderRecord(merged));
  for (const [name, render] of pages) writeFigures(name, render(merged));
}

function writeFigures(name: string, figures: string): void {
  const file = join(import.meta.dirname, '..', '..', 'packages', 'boost', name);
  const page = readFileSync(file, 'utf8');
  const marked = /(<!-- figures[^>]*-->\n)[^]*(<!-- end of figures -->)/;
  if (!marked.test(page)) throw new Error(`${file} has no place for the figures`);
  // By a function, since a dollar sign in a text of replacement has a meaning.
  writeFileSync(
    file,
    page.replace(marked, (_, begin: string, end: string) => `${begin}\n${figures}\n\n${end}`),
  );
}

/** New items in the place of old ones of the same key; others at the end. */
function merge<T>(before: readonly T[], now: readonly T[], key: (item: T) => unknown[]): T[] {
  const items = new Map([...before, ...now].map((item) => [JSON.stringify(key(item)), item]));
  return [...items.values()];
}
