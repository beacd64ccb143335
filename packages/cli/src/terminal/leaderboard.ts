import { figure, plural } from './numbers.ts';
import { layoutTable, truncate } from './table.ts';

/** A trial as the leaderboard shows it. */
export interface LeaderboardRow {
  readonly trial: number;
  readonly score: number;
  /** Standard deviation over the folds. */
  readonly deviation: number;
  readonly rounds: number;
  /** What kind of model, and the parameters in short. */
  readonly learner: string;
  readonly params: Readonly<Record<string, number | string>>;
}

/** Where a search stands. */
export interface LeaderboardState {
  /** What the search is doing: `search`, `ensemble`, … */
  readonly stage: string;
  /** The figure that ranks: `log_loss`. */
  readonly metric: string;
  /** Best first. */
  readonly rows: readonly LeaderboardRow[];
  readonly complete: number;
  readonly pruned: number;
  /** Seconds since the beginning. */
  readonly elapsed: number;
  /** Seconds or trials that are granted; undefined if there is no bound. */
  readonly budget?: { readonly kind: 'seconds' | 'trials'; readonly total: number };
}

const SHOWN = 5;
const BAR = 24;

/** Names of parameters as they are written in a narrow column. */
const shortNames: Readonly<Record<string, string>> = {
  learning_rate: 'lr',
  max_depth: 'depth',
  max_leaves: 'leaves',
  min_child_weight: 'mcw',
  subsample: 'rows',
  colsample_bytree: 'cols',
  colsample_bylevel: 'cols/level',
  colsample_bynode: 'cols/node',
  num_parallel_tree: 'parallel',
  scale_pos_weight: 'spw',
  grow_policy: 'grow',
};

/**
 * The leaderboard as lines of at most `width` columns: how far the search has come, and the best five trials.
 * Always the same number of lines, so that it can be redrawn in its place.
 */
export function leaderboardLines(state: LeaderboardState, width = 80): string[] {
  const rows = state.rows.slice(0, SHOWN);
  const table = layoutTable(
    ['>#', '>trial', `>${state.metric}`, '>±', '>rounds', 'model'],
    rows.map(({ trial, score, deviation, rounds, learner, params }, i) => [
      String(i + 1),
      String(trial),
      figure(score),
      figure(deviation),
      String(rounds),
      [learner, paramsText(params)].filter((text) => text !== '').join('  '),
    ]),
    width,
  );
  const [heads, rule, ...lines] = table;
  const blank = Array.from({ length: SHOWN - rows.length }, () => '');
  return [progressLine(state, width), heads, rule, ...lines, ...blank].map((line) => truncate(line, width));
}

/** One line for a log: what has become the best. */
export function leaderLine({ rows, metric, complete, elapsed }: LeaderboardState): string {
  const [best] = rows;
  if (best === undefined) return `${clock(elapsed)}  ${plural(complete, 'trial')}, none complete`;
  return `${clock(elapsed)}  ${plural(complete, 'trial')}; best: trial ${best.trial}, ${metric} ${figure(best.score)} ± ${figure(best.deviation)}, ${plural(best.rounds, 'round')}`;
}

/** Parameters in short: `lr 0.05 depth 6`. */
function paramsText(params: LeaderboardRow['params']): string {
  return Object.entries(params)
    .map(([name, value]) => {
      const text = typeof value === 'number' ? String(Number(value.toPrecision(3))) : value;
      return `${Object.hasOwn(shortNames, name) ? shortNames[name] : name} ${text}`;
    })
    .join(' ');
}

function progressLine({ stage, complete, pruned, elapsed, budget }: LeaderboardState, width: number): string {
  const trials = `${plural(complete, 'trial')}${pruned === 0 ? '' : `, ${pruned} given up`}`;
  if (budget === undefined) return `${stage}  ${clock(elapsed)}  ${trials}`;
  const spent = budget.kind === 'seconds' ? elapsed : complete + pruned;
  const share = budget.total > 0 ? Math.min(1, Math.max(0, spent / budget.total)) : 1;
  const room = Math.min(BAR, Math.max(8, width - 50));
  const full = Math.round(share * room);
  const bar = `${'█'.repeat(full)}${'░'.repeat(room - full)}`;
  const of = budget.kind === 'seconds' ? ` of ${clock(budget.total)}` : '';
  const left = budget.kind === 'trials' ? ` of ${budget.total}` : '';
  return `${stage} ${bar} ${clock(elapsed)}${of}  ${trials}${left}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Seconds as `1:05` or `1:02:03`. */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
