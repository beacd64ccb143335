import { growths, jobs } from './jobs.ts';
import type { Cell, Outcome, PredictionCell, Results } from './record.ts';
import { meanScores, standardError } from './scores.ts';
import type { Scores } from './scores.ts';

/** The sides, ours first. */
export const sides = ['verdict', 'xgboost', 'lightgbm', 'lightgbm-quantised'] as const;

/** A side's time beside ours, as `1.23 s (0.45)`; the ratio is ours divided by theirs, below 1 is faster. */
function timeOf(cell: Cell, side: string): string {
  const outcome = cell.sides[side];
  if (outcome === undefined) return '–';
  if ('failure' in outcome) return outcome.failure;
  const ratio = ratioTo(cell, side);
  const text = `${seconds(outcome.seconds)} s`;
  if (ratio === undefined || side === 'verdict') return text;
  return `${text} (${ratio > 1 ? `**${ratio.toFixed(2)}**` : ratio.toFixed(2)})`;
}

/** Our time divided by that side's; undefined if either has none. */
export function ratioTo(cell: Cell, side: string): number | undefined {
  const [ours, theirs] = [cell.sides.verdict, cell.sides[side]];
  if (ours === undefined || theirs === undefined || 'failure' in ours || 'failure' in theirs)
    return undefined;
  return ours.seconds / theirs.seconds;
}

function scoreOf(outcome: Outcome | undefined): string {
  if (outcome === undefined || 'failure' in outcome) return '–';
  return `${outcome.auc.toFixed(4)} / ${outcome.logLoss.toFixed(4)}`;
}

function seconds(value: number): string {
  return value < 0.1 ? value.toFixed(4) : value < 10 ? value.toFixed(2) : value.toFixed(1);
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function place(cell: Cell): number {
  const job = jobs.findIndex(({ name }) => name === cell.job);
  const growth = growths.findIndex(({ name }) => name === cell.growth);
  return (job * growths.length + growth) * 1000 + cell.threads;
}

/** Cells in the order of jobs, ways of growing and threads, however they were gathered. */
function inOrder(cells: readonly Cell[]): Cell[] {
  return cells.toSorted((a, b) => place(a) - place(b));
}

/** What the goals say of a cell; empty if all are met. */
function misses(cell: Cell): string[] {
  const goals: [side: string, limit: number][] = sides.slice(1).map((side) => [side, 1]);
  if (cell.job === 'dense') goals.push(['xgboost', 0.5], ['lightgbm-quantised', 0.7]);
  if (cell.job === 'mixed') goals.push(['xgboost', 0.4]);
  const strictest = new Map<string, number>();
  for (const [side, limit] of goals) strictest.set(side, Math.min(limit, strictest.get(side) ?? Infinity));
  return [...strictest]
    .filter(([side, limit]) => (ratioTo(cell, side) ?? 0) > limit)
    .map(([side, limit]) => `${ratioTo(cell, side)?.toFixed(2)} of ${side} (goal ${limit})`);
}

const names = { margins: 'margins, rows/s', row: 'one row, µs', contributions: 'TreeSHAP, rows/s' };

function predictionRow(cell: PredictionCell): (string | number)[] {
  const figure = (time: number): string =>
    cell.what === 'row' ? (time * 1e6).toFixed(1) : Math.round(cell.rows / time).toLocaleString('en');
  return [
    names[cell.what],
    `${cell.trees} trees, ${cell.growth}`,
    cell.threads,
    figure(cell.ours),
    figure(cell.xgboost),
    `${(cell.xgboost / cell.ours).toFixed(2)}x`,
    cell.difference.toExponential(1),
  ];
}

/** Times of all sides, cell by cell. */
function trainingTable(cells: readonly Cell[]): string {
  return table(
    [
      'table',
      'trees',
      'threads',
      'verdict',
      'of it binning',
      'XGBoost',
      'LightGBM',
      'LightGBM, quantised',
      'repeats',
    ],
    cells.map((cell) => [
      cell.job,
      cell.growth,
      cell.threads,
      timeOf(cell, 'verdict'),
      'failure' in cell.sides.verdict ? '–' : `${seconds(cell.sides.verdict.binning)} s`,
      ...sides.slice(1).map((side) => timeOf(cell, side)),
      cell.repeats,
    ]),
  );
}

/** Prediction with the same trees; nothing if it was not measured. */
function predictionSection(results: Results): string[] {
  if (results.predictions.length === 0) return [];
  return [
    '## Prediction',
    'The same trees on both sides: trained and saved by XGBoost on the dense table, loaded by both. Margins by ' +
      "XGBoost's `inplace_predict`, one row likewise from Python, and `pred_contribs`.",
    table(
      ['what', 'model', 'threads', 'verdict', 'XGBoost', 'faster', 'greatest difference'],
      results.predictions.map(predictionRow),
    ),
  ];
}

/** Where our time goes; nothing if it was not measured. */
function profileSection({ profiles = [] }: Results): string[] {
  if (profiles.length === 0) return [];
  return [
    '## Where our time goes',
    '`npm run bench:boost -- --profile`: shares of the thread that coordinates, from reading the labels to the last ' +
      'prediction, by what a thread was asked to do; below 1 % is left out. With two threads the other one does as ' +
      'much, and `waiting for threads` is what is lost by waiting for it. Seconds of processors tell how much slower ' +
      'each thread is beside another: the histograms of two threads share caches and memory.',
    table(
      ['table', 'trees', 'threads', 'seconds', 'of processors', 'shares'],
      profiles.map(({ job, growth, threads, seconds: wall, cpu, shares }) => [
        job,
        growth,
        threads,
        seconds(wall),
        seconds(cpu),
        shares.map(([work, share]) => `${work} ${(100 * share).toFixed(0)} %`).join(', '),
      ]),
    ),
  ];
}

/** The packages of npm; nothing if they were not measured. */
function npmSection(results: Results): string[] {
  if (results.npm.length === 0) return [];
  return [
    '## What npm offers today',
    '100 rounds of depth 6 at most, with each package in a process of its own; the time is that of its training call.',
    table(
      ['table', 'package', 'seconds', 'AUC / log loss'],
      results.npm.map(({ job, package: name, outcome }) =>
        'failure' in outcome
          ? [job, name, outcome.failure.replaceAll('|', '\\|'), '–']
          : [
              job,
              name,
              seconds(outcome.seconds),
              `${outcome.auc.toFixed(4)} / ${outcome.logLoss.toFixed(4)}`,
            ],
      ),
    ),
  ];
}

/** The figures for the page that compares the package with others. */
export function renderFigures(results: Results): string {
  return [
    describe(results),
    trainingTable(inOrder(results.cells)),
    ...[...predictionSection(results), ...npmSection(results)].map((text) => text.replace(/^## /, '### ')),
  ].join('\n\n');
}

/** The machine, the versions and the settings. */
function describe({ machine, versions }: Results): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${machine}; ${list.join(', ')}. 100 rounds, learning rate 0.1, up to 256 bins a column, L2 1, least hessian of a child 1.`;
}

/** The results as a page. */
export function renderRecord(results: Results): string {
  const cells = inOrder(results.cells);
  const missed = cells.flatMap((cell) => misses(cell).map((text) => [cell, text] as const));
  const sections = [
    '# Boosted trees beside their peers',
    `\`npm run bench:boost\`. ${describe(results)}`,
    'All sides are run in turn, each in a process that already holds the table: float32 columns for `@verdict/boost`, a ' +
      'float32 array of rows for the peers; where the table is one-hot, sparse columns and a CSR matrix. The time is binning plus ' +
      'training; the least of the repeats counts. In brackets: our time divided by theirs, below 1 is faster; what is ' +
      'above 1 is bold. Lines come from several runs, between which the speed of such a machine varies up to twofold, so ' +
      'seconds compare within a line only. LightGBM gets as many leaves as the depth allows, no least number of rows in a leaf, and otherwise ' +
      'its defaults.',
    `Tables: ${Object.entries(results.tables)
      .map(([name, source]) => `${name}: ${jobs.find((job) => job.name === name)?.what} (${source})`)
      .join('; ')}.`,
    '## Training',
    trainingTable(cells),
    '## Accuracy and memory of the same runs',
    'ROC AUC / log loss on the same test rows, computed by one program for all sides. Memory is the greatest resident ' +
      'memory during the fit beyond that before it, in megabytes.',
    table(
      [
        'table',
        'trees',
        'threads',
        'verdict',
        'XGBoost',
        'LightGBM',
        'LightGBM, quantised',
        'MB verdict',
        'MB XGBoost',
        'MB LightGBM',
      ],
      cells.map((cell) => [
        cell.job,
        cell.growth,
        cell.threads,
        ...sides.map((side) => scoreOf(cell.sides[side])),
        ...sides.slice(0, 3).map((side) => {
          const outcome = cell.sides[side];
          return outcome === undefined || 'failure' in outcome ? '–' : Math.round(outcome.megabytes);
        }),
      ]),
    ),
    '## Cells that miss a goal',
    missed.length === 0
      ? 'None.'
      : table(
          ['table', 'trees', 'threads', 'our time'],
          missed.map(([cell, text]) => [cell.job, cell.growth, cell.threads, text]),
        ),
  ];
  if (results.accuracy.length > 0) {
    sections.push(
      '## Accuracy, mean over seeds',
      'Every round of both sides sees nine tenths of the rows, so that seeds differ on both; in brackets the standard error of the mean. Wanted: AUC within 0.0005, log loss within 0.001.',
      table(
        [
          'table',
          'trees',
          'seeds',
          'AUC verdict',
          'AUC XGBoost',
          'difference',
          'log loss verdict',
          'log loss XGBoost',
          'difference',
        ],
        results.accuracy.map(({ job, growth, ours, xgboost }) => {
          const [mine, theirs] = [meanScores(ours), meanScores(xgboost)];
          const part = (key: keyof Scores): string[] => [
            `${mine[key].toFixed(5)} (${standardError(ours, key).toFixed(5)})`,
            `${theirs[key].toFixed(5)} (${standardError(xgboost, key).toFixed(5)})`,
            (mine[key] - theirs[key]).toFixed(5),
          ];
          return [job, growth, ours.length, ...part('auc'), ...part('logLoss')];
        }),
      ),
    );
  }
  sections.push(...profileSection(results), ...predictionSection(results), ...npmSection(results));
  return `${sections.join('\n\n')}\n`;
}
