import { growths, jobs } from './jobs.ts';
import type { AccuracyCell, Cell, NpmCell, Outcome, PredictionCell, ProfileCell, Results } from './record.ts';
import { meanScores, standardError } from './scores.ts';
import type { Scores } from './scores.ts';

/** The sides, ours first. */
export const sides = ['verdict', 'xgboost', 'lightgbm', 'lightgbm-quantised'] as const;

const sideNames = {
  verdict: 'verdict',
  xgboost: 'XGBoost',
  lightgbm: 'LightGBM',
  'lightgbm-quantised': 'LightGBM, quantised',
};

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

const speedNames = { margins: 'scoring through', row: 'one row through', contributions: 'TreeSHAP of' };

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

/** What most of our time goes into in a cell that misses a goal. */
function missLine(cell: Cell, profiles: readonly ProfileCell[]): string {
  const profile = profiles.find(
    ({ job, growth, threads }) => job === cell.job && growth === cell.growth && threads === cell.threads,
  );
  const largest = profile?.shares.toSorted((a, b) => b[1] - a[1]).slice(0, 2) ?? [];
  const shares = largest.map(([work, share]) => `${work} ${(100 * share).toFixed(0)} %`).join(', ');
  const where = `${cell.job}, ${cell.growth}, ${cell.threads} ${cell.threads === 1 ? 'thread' : 'threads'}`;
  return `- ${where}, ${misses(cell).join(' and ')}: ${shares === '' ? 'not profiled' : `largest shares ${shares}`}.`;
}

/** Where our time goes; nothing if it was not measured. */
function profileSection({ profiles = [], cells }: Results): string[] {
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
    ...missLines(cells, profiles),
  ];
}

function missLines(cells: readonly Cell[], profiles: readonly ProfileCell[]): string[] {
  const lines = inOrder(cells)
    .filter((cell) => misses(cell).length > 0)
    .map((cell) => missLine(cell, profiles));
  return lines.length === 0 ? [] : ['In the cells that miss a goal:', lines.join('\n')];
}

/** In the order of jobs, packages as they came. */
function byJob(a: NpmCell, b: NpmCell): number {
  const [first, second] = [a, b].map((cell) => jobs.findIndex(({ name }) => name === cell.job));
  return first - second;
}

/** The packages of npm; nothing if they were not measured. */
function npmSection(results: Results): string[] {
  if (results.npm.length === 0) return [];
  return [
    '## What npm offers today',
    '100 rounds of depth 6 at most, with each package in a process of its own that may take a minute, reading the table included; the time is that of ' +
      'its training call.',
    table(
      ['table', 'package', 'seconds', 'AUC / log loss'],
      results.npm
        .toSorted(byJob)
        .map(({ job, package: name, outcome }) =>
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

/** Greatest differences that are wanted. */
const wanted: Readonly<Record<keyof Scores, number>> = { auc: 0.0005, logLoss: 0.001 };
const scoreNames: Readonly<Record<keyof Scores, string>> = { auc: 'AUC', logLoss: 'log loss' };

/** By which of the wanted bounds a cell is off, in whose favour, and how many standard errors of the difference that is. */
function offWanted({ ours, xgboost }: AccuracyCell): string[] {
  return (['auc', 'logLoss'] as const).flatMap((key) => {
    const difference = meanScores(ours)[key] - meanScores(xgboost)[key];
    if (Math.abs(difference) <= wanted[key]) return [];
    const error = Math.hypot(standardError(ours, key), standardError(xgboost, key));
    const better = key === 'auc' ? difference > 0 : difference < 0;
    const errors = (Math.abs(difference) / error).toFixed(1);
    return [`${scoreNames[key]} ${better ? 'better' : 'worse'} than wanted, ${errors} standard errors`];
  });
}

/** Accuracy over seeds; nothing if it was not measured. */
function accuracySection({ accuracy }: Results): string[] {
  if (accuracy.length === 0) return [];
  const ofCategories = new Set(jobs.filter(({ what }) => /categories/.test(what)).map(({ name }) => name));
  const off = accuracy.filter((cell) => ofCategories.has(cell.job) && offWanted(cell).length > 0);
  return [
    '## Accuracy, mean over seeds',
    'Every round of both sides sees nine tenths of the rows, so that seeds differ on both; in brackets the standard error ' +
      `of the mean. Wanted: AUC within ${wanted.auc}, log loss within ${wanted.logLoss}; what is off by more is said in ` +
      'the last column, in standard errors of the difference.',
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
        'beside what is wanted',
      ],
      accuracy.map((cell) => {
        const { job, growth, ours, xgboost } = cell;
        const [mine, theirs] = [meanScores(ours), meanScores(xgboost)];
        const part = (key: keyof Scores): string[] => [
          `${mine[key].toFixed(5)} (${standardError(ours, key).toFixed(5)})`,
          `${theirs[key].toFixed(5)} (${standardError(xgboost, key).toFixed(5)})`,
          (mine[key] - theirs[key]).toFixed(5),
        ];
        const words = offWanted(cell).join('; ');
        return [
          job,
          growth,
          ours.length,
          ...part('auc'),
          ...part('logLoss'),
          words === '' ? 'within' : words,
        ];
      }),
    ),
    ...(off.length === 0
      ? []
      : [
          `Trees on the categories of ${[...new Set(off.map(({ job }) => job))].join(' and ')} differ from XGBoost's in ` +
            'one known way: levels that a node has not seen go with the majority here, and stand among the sorted ones ' +
            'with a weight of 0 there ([guide](../../packages/boost/docs/guide.md#how-it-decides)).',
        ]),
  ];
}

/** What the package's first page shows: one thread of ours beside one of XGBoost's; what was not measured is left out. */
export function renderHighlights({ cells, predictions, accuracy, versions }: Results): string {
  const times = (name: string, job: string, growth: string): string[][] =>
    cells
      .filter((cell) => cell.job === job && cell.growth === growth && cell.threads === 1)
      .map((cell) => [name, timeOf(cell, 'verdict'), timeOf(cell, 'xgboost').replace(/ \(.*/, '')]);
  const scores = accuracy
    .filter(({ job, growth }) => job === 'dense' && growth === 'depth-6')
    .map(({ ours, xgboost }) => {
      const [mine, theirs] = [meanScores(ours), meanScores(xgboost)].map(
        ({ auc, logLoss }) => `${auc.toFixed(4)} / ${logLoss.toFixed(4)}`,
      );
      return [`test AUC / log loss of the first, mean of ${ours.length} seeds`, mine, theirs];
    });
  const speeds = predictions
    .filter(({ threads }) => threads === 1)
    .map((cell) => {
      const figure = (time: number): string => {
        if (cell.what === 'row') return `${(time * 1e6).toFixed(0)} µs`;
        return `${Math.round(cell.rows / time).toLocaleString('en')} rows/s`;
      };
      const name = `${speedNames[cell.what]} ${cell.trees} trees of ${cell.growth.replace('-', ' ')}`;
      return [name, figure(cell.ours), figure(cell.xgboost) + (cell.what === 'row' ? ' from Python' : '')];
    });
  const figures = table(
    ['job', '@verdict/boost', `XGBoost ${versions.XGBoost.split('.').slice(0, 2).join('.')}`],
    [
      ...times('1,000,000 x 28, depth 6: binning and training', 'dense', 'depth-6'),
      ...times('the same, depth 10', 'dense', 'depth-10'),
      ...scores,
      ...times('2,400,000 x 6 with two columns of 300 categories, depth 6', 'flights', 'depth-6'),
      ...times('1,000 x 20, depth 6', 'small', 'depth-6'),
      ...speeds,
    ],
  );
  return `${figures}\n\n${slowerThan(cells)}`;
}

/** Where a peer is faster, whatever the way of growing. */
function slowerThan(cells: readonly Cell[]): string {
  const lost = sides.slice(1).flatMap((side) => {
    const slower = inOrder(cells).filter((cell) => (ratioTo(cell, side) ?? 0) > 1);
    const where = new Set(
      slower.map(({ job, threads }) => `${job} on ${threads === 1 ? 'one thread' : `${threads} threads`}`),
    );
    return where.size === 0 ? [] : [`${sideNames[side]} (${[...where].join(', ')})`];
  });
  if (lost.length === 0) return 'No peer is faster on any table.';
  return `Faster on some tables, in at least one way of growing: ${lost.join('; ')}.`;
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
  sections.push(...accuracySection(results));
  sections.push(...profileSection(results), ...predictionSection(results), ...npmSection(results));
  return `${sections.join('\n\n')}\n`;
}
