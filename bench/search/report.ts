import type { GridResult } from './grid.ts';
import { mean } from './scores.ts';
import type { Difference, Scores } from './scores.ts';
import type { TuneCell } from './tuning.ts';

/** One line of the table of searches: a set, or the mean of all. */
export interface TuneRow {
  readonly name: string;
  readonly ours: Scores;
  readonly theirs: Scores;
  readonly hindsight: Scores;
  readonly auc: Difference;
  readonly logLoss: Difference;
}

/** All that a run has found. */
export interface Results {
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly grid?: GridResult;
  readonly tuning?: {
    readonly budget: number;
    readonly seeds: number;
    readonly metric: string;
    readonly rows: readonly TuneRow[];
    readonly cells: readonly TuneCell[];
  };
}

/** The line of several cells: means over seeds within sets, then over sets. */
export function rowOf(
  name: string,
  cells: readonly TuneCell[],
  hindsight: readonly Scores[],
  differences: Readonly<Record<'auc' | 'logLoss', Difference>>,
): TuneRow {
  const sets = [...new Set(cells.map(({ set }) => set))];
  const sideOf = (side: 'ours' | 'theirs'): Scores => {
    const figure = (score: keyof Scores): number =>
      mean(
        sets.map((set) => mean(cells.filter((cell) => cell.set === set).map((cell) => cell[side][score]))),
      );
    return { auc: figure('auc'), logLoss: figure('logLoss') };
  };
  return {
    name,
    ours: sideOf('ours'),
    theirs: sideOf('theirs'),
    hindsight: {
      auc: mean(hindsight.map(({ auc }) => auc)),
      logLoss: mean(hindsight.map(({ logLoss }) => logLoss)),
    },
    ...differences,
  };
}

/** The page of a run. */
export function renderPage({ machine, versions, grid, tuning }: Results): string {
  const sections = [
    '# Searching for a model beside the peers',
    `\`npm run bench:search\`. ${machine}; ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ];
  if (grid !== undefined) sections.push(...gridSection(grid));
  if (tuning !== undefined) sections.push(...tuningSection(tuning));
  return `${sections.join('\n\n')}\n`;
}

function gridSection(grid: GridResult): string[] {
  const [ours, theirs, whole] = [grid.ours, grid.theirs, grid.whole].map((seconds) => Math.min(...seconds));
  return [
    "## The brief's grid",
    `${grid.configurations} configurations x ${grid.folds} folds on the first ${grid.rows} rows of the mixed set; the same rows and folds for both sides, in ` +
      'turn, on all cores. Our time is that of the whole command, with the model that ships and its report, without ' +
      'engineered features, ensemble and calibration, which the peer has not; theirs is that of `GridSearchCV.fit` with ' +
      'the refit. The least of the repeats counts.',
    table(
      ['', 'verdict tune', 'GridSearchCV'],
      [
        ['seconds', ours.toFixed(1), `${theirs.toFixed(1)} (${(ours / theirs).toFixed(3)})`],
        ['with all that is done by default', whole.toFixed(1), ''],
        ['scores reported', grid.ourScores, grid.theirScores],
        ['best mean weighted F1', grid.ourBest.mean.toFixed(4), grid.theirBest.mean.toFixed(4)],
        ['of', paramsOf(grid.ourBest.params), paramsOf(grid.theirBest.params)],
      ],
    ),
    `Winner against winner, paired over the folds: ${signed(grid.difference)}, standard error ${grid.standardError.toFixed(4)}. ` +
      `Goals: a tenth of the time (${ours / theirs <= 0.1 ? 'reached' : 'missed'}), the best mean at least theirs minus ` +
      `0.002 (${grid.ourBest.mean >= grid.theirBest.mean - 0.002 ? 'reached' : 'missed'}).`,
  ];
}

function tuningSection({ budget, seeds, metric, rows, cells }: NonNullable<Results['tuning']>): string[] {
  const seconds = (side: 'ours' | 'theirs'): string => {
    const taken = cells.map((cell) => cell[side].seconds);
    const ends = [Math.min(...taken), Math.max(...taken)].map((end) => end.toFixed(1));
    return `${mean(taken).toFixed(1)} s (${ends.join(' to ')}), ${mean(cells.map((cell) => cell[side].trials)).toFixed(0)} trials`;
  };
  return [
    `## ${budget} seconds on one core`,
    `\`verdict tune --budget ${budget} --threads 1\` beside Optuna's TPE over XGBoost (native categories, five stratified ` +
      `folds with early stopping, by ${metric}, best parameters fitted on all rows in time that is not counted). Test ` +
      `files, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, ROC AUC / log loss computed by one program for both sides. ` +
      'Differences are ours minus theirs with 95 % intervals of a bootstrap over test rows and seeds. The last columns ' +
      'are the best of the known peers of each set, chosen with hindsight, and our distance from it.',
    table(
      [
        'set',
        'verdict',
        'Optuna',
        'difference in AUC',
        'in log loss',
        'best peer',
        'AUC beyond it',
        'log loss',
      ],
      rows.map(({ name, ours, theirs, hindsight, auc, logLoss }) => [
        name,
        scores(ours),
        scores(theirs),
        interval(auc),
        interval(logLoss),
        scores(hindsight),
        signed(ours.auc - hindsight.auc),
        signed(ours.logLoss - hindsight.logLoss),
      ]),
    ),
    `Mean time (least to most) and trials: verdict ${seconds('ours')} (the whole command); Optuna ${seconds('theirs')} (with the refit).`,
    keptBudget(
      budget,
      cells.map(({ ours }) => ours.seconds),
    ),
    'The test files are scored anew at each recording, and the code has changed between them: ' +
      '`git log bench/results/search.json` has all recordings, with their figures. Nothing is chosen by these scores; what ' +
      'is chosen by scores is chosen on training files alone, by the scripts of `bench/defaults` and `rungs.ts` of `bench/search`.',
  ];
}

/** Wanted: the budget is kept within five percent. */
function keptBudget(budget: number, taken: readonly number[]): string {
  const late = taken.filter((seconds) => seconds > 1.05 * budget).length;
  const early = taken.filter((seconds) => seconds < 0.95 * budget).length;
  return (
    `The budget, which is to be kept within 5 %: ${taken.length - late - early} of ${taken.length} commands kept it, ` +
    `${late} ended later and ${early} earlier.`
  );
}

function paramsOf(params: Readonly<Record<string, number>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function scores({ auc, logLoss }: Scores): string {
  return `${auc.toFixed(4)} / ${logLoss.toFixed(4)}`;
}

function interval({ difference, low, high }: Difference): string {
  return `${signed(difference)} (${signed(low)} to ${signed(high)})`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}
