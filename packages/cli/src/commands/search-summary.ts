import type { PerformanceMetrics, SearchProgress } from 'verdict';
import { kindOf } from 'verdict';
import type { LeaderboardState } from '../terminal/leaderboard.ts';
import { figure, percent, plural } from '../terminal/numbers.ts';
import { layoutTable } from '../terminal/table.ts';

type Search = NonNullable<PerformanceMetrics['search']>;

/** How far a search has come, as the leaderboard shows it. */
export function leaderboardState(progress: SearchProgress): LeaderboardState {
  const { metric, ranking, elapsedSeconds, budgetSeconds, trials } = progress;
  const complete = ranking.filter(({ status }) => status === 'complete');
  return {
    stage: 'search',
    metric,
    rows: complete.map(({ number, score, deviation, rounds, configuration }) => ({
      trial: number,
      score,
      deviation,
      rounds,
      learner: configuration.name ?? kindOf(configuration),
      params: {},
    })),
    complete: complete.length,
    pruned: ranking.filter(({ status }) => status === 'pruned').length,
    elapsed: elapsedSeconds,
    ...(budgetSeconds === undefined ? {} : { budget: { kind: 'seconds', total: budgetSeconds } }),
    ...(budgetSeconds === undefined && trials !== undefined
      ? { budget: { kind: 'trials', total: trials } }
      : {}),
  };
}

const LISTED = 5;

/** What the search tried, and what it chose. */
export function searchLines({ search }: Pick<PerformanceMetrics, 'search'>): string[] {
  if (search === undefined) return [];
  const places = new Map(search.trials.map((trial) => [trial.number, trial]));
  const complete = search.trials.filter(({ status }) => status === 'complete').length;
  const others = (['pruned', 'stopped', 'failed'] as const).flatMap((status) => {
    const count = search.trials.filter((trial) => trial.status === status).length;
    return count === 0 ? [] : [`, ${count} ${endings[status]}`];
  });
  const leaders = search.ranking
    .map((number) => places.get(number)!)
    .filter(({ status }) => status === 'complete')
    .slice(0, LISTED);
  return [
    `${plural(complete, 'configuration')} tried on all folds${others.join('')}; ${
      complete === 0
        ? 'a larger --budget would let some end.'
        : 'scores are of the trees alone; they chose, so they are a little too good.'
    }`,
    ...(leaders.length === 0
      ? []
      : layoutTable(
          ['>trial', `>${search.metric}`, '>±', '>rounds', 'model'],
          leaders.map(({ number, score, deviation, rounds, configuration }) => [
            String(number),
            figure(score),
            figure(deviation),
            String(rounds),
            configuration.name ?? kindOf(configuration),
          ]),
        )),
    ...(complete > leaders.length && leaders.length > 0
      ? [`… and ${complete - leaders.length} more in trials.csv.`]
      : []),
    ...ensembleLines(search),
    ...hurryLines(search),
    modelLine(search),
    ...featureLines(search),
    ...nestedLines(search),
  ];
}

/** How a trial that is not complete ended, in words. */
const endings = {
  pruned: 'given up early',
  stopped: 'cut off when the time was up',
  failed: 'failed',
} as const;

function ensembleLines({ members, ensemble }: Search): string[] {
  const listed = members
    .map(({ trial, kind, weight }) =>
      trial === undefined
        ? `${percent(weight)} ${kind}, as plain training has it`
        : `${percent(weight)} ${kind} (trial ${trial})`,
    )
    .join(', ');
  if (ensemble === undefined) return [`It uses ${listed}.`];
  const gain = `its log loss a row is lower by ${figure(ensemble.gain)}, with 95 % confidence by at least ${figure(ensemble.atLeast)}`;
  const inTime = ensemble.limited ? ' that there was time to fit' : '';
  if (members.length > 1)
    return [`A blend is better than the best trial alone${inTime} (${gain}) and is used: ${listed}.`];
  if (ensemble.gain === 0) return [`No blend${inTime} does better than one alone: it uses ${listed}.`];
  return [
    `A blend${inTime} is not proven to be better than the best trial alone (${gain}): it uses ${listed}.`,
  ];
}

/** Where the best trial does not ship, as fitting it to all rows would have taken longer than there was. */
function hurryLines({ members, ranking }: Search): string[] {
  const [only] = members;
  if (members.length !== 1 || only.trial === undefined || only.trial === ranking[0]) return [];
  return [
    `Trial ${ranking[0]} scored better, but there was no time to fit it to all rows: a larger --budget would let it be used.`,
  ];
}

function featureLines({ families, engineered, selection, selectionSkipped }: Search): string[] {
  const lines: string[] = [];
  if (families.length > 0) {
    const named = (some: typeof families): string => some.map(({ family }) => family).join(', ');
    const kept = families.filter((family) => family.kept);
    const tried = families.filter(({ gain }) => Number.isFinite(gain));
    const untried = families.filter(({ gain }) => !Number.isFinite(gain));
    if (kept.length > 0)
      lines.push(`Engineered features that paid: ${named(kept)} (${plural(engineered.length, 'feature')}).`);
    else if (tried.length > 0)
      lines.push(`Engineered features (${named(tried)}) did not pay and are left out.`);
    if (untried.length > 0) lines.push(`There was no time to try engineered features: ${named(untried)}.`);
  }
  if (selection?.dropped.length === 0)
    lines.push(
      `All ${plural(selection.count, 'feature')} are used: fewer, ranked by ${selection.method}, do not do as well.`,
    );
  else if (selection !== undefined)
    lines.push(
      `Of ${plural(selection.count + selection.dropped.length, 'feature')} the best ${selection.count} are used (${selection.method}), which ${costWords(selection.cost.logLoss)}.`,
    );
  if (selectionSkipped !== undefined)
    lines.push(
      `All features are used: there was no time to select some by ${selectionSkipped}; a larger --budget would leave it.`,
    );
  return lines;
}

/** What a selection does to the log loss. */
function costWords(cost: number): string {
  const size = figure(Math.abs(cost));
  return cost > 0 ? `costs ${size} log loss` : `saves ${size} log loss`;
}

/** The model beside what training without a search makes of the same rows, both scored alike. */
function modelLine({ outOfFold, metric }: Search): string {
  return `With the regression and calibrated, the model reaches ${metric} ${figure(outOfFold.chosen)} out of fold; training without a search reaches ${figure(outOfFold.plain)} in the same way.`;
}

function nestedLines({ nested, metric }: Search): string[] {
  if (nested === undefined) return [];
  const { folds, inner, outer, plain, optimism, standardError } = nested;
  return [
    `On ${plural(folds, 'outer fold')}, which chose nothing, models of such searches reach ${metric} ${mean(outer)}, training without a search ${mean(plain.outer)}.`,
    `Out of fold on their own rows they reached ${mean(inner)} and ${mean(plain.inner)}: there a search looks ${figure(Math.abs(optimism))} ± ${figure(standardError)} ${optimism < 0 ? 'worse' : 'better'} than it is.`,
  ];
}

function mean(values: readonly number[]): string {
  return figure(values.reduce((sum, value) => sum + value, 0) / values.length);
}
