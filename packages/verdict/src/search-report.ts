import { parameterImportance } from '@verdict/learn';
import type { SearchSummary, TrialSummary } from '@verdict/learn';
import type { ReportTrial, SearchReportInput } from './report/index.ts';

/** What the report says of a search. */
export function searchReportOf(search: SearchSummary): SearchReportInput {
  const {
    metric,
    strategy,
    trials,
    members,
    families,
    selection,
    selectionSkipped,
    ensemble,
    nested,
    outOfFold,
  } = search;
  const reported = reportedTrials(search);
  const complete = reported.filter(({ status }) => status === 'complete');
  const importance = parameterImportance(
    complete.map(({ params, score }) => ({ params, score: score ?? Number.NaN })),
  );
  const first = trials.find(({ source, status }) => source === 'portfolio' && status === 'complete');
  return {
    metric,
    strategy,
    trials: reported,
    ...(importance.shares.length === 0 ? {} : { importance: importance.shares }),
    ...(first?.number === 0 ? { baselineScore: first.score } : {}),
    outOfFold,
    ...(nested === undefined ? {} : { nested: nestedOf(nested) }),
    ...(ensemble === undefined
      ? {}
      : {
          ensemble: {
            members: members.map(({ trial, kind, weight }) => ({
              kind,
              weight,
              ...(trial === undefined ? {} : { trial }),
            })),
            gain: ensemble.gain,
            atLeast: ensemble.atLeast,
            kept: ensemble.kept,
            limited: ensemble.limited,
            treesBefore: ensemble.treesSingle,
            treesAfter: ensemble.treesEnsemble,
          },
        }),
    ...(families.length === 0 ? {} : { features: { families } }),
    ...(selection === undefined
      ? {}
      : {
          selection: {
            method: selection.method,
            curve: selection.curve,
            kept: selection.count,
            dropped: selection.dropped.map(({ name }) => name),
          },
        }),
    ...(selectionSkipped === undefined ? {} : { selectionSkipped }),
  };
}

/** All trials, for the table of the outputs and the report. */
export function reportedTrials({ trials, members }: SearchSummary): ReportTrial[] {
  const chosen = new Set<number | undefined>(members.map(({ trial }) => trial));
  return trials.map((trial) => ({
    number: trial.number,
    source: trial.source,
    status: trial.status,
    score: trial.score,
    deviation: trial.deviation,
    rounds: trial.rounds,
    seconds: trial.seconds,
    params: shownParams(trial),
    best: chosen.has(trial.number),
  }));
}

/** Numbers and names; lists of constraints are no columns of a table. */
function shownParams({ configuration }: TrialSummary): Record<string, number | string> {
  const shown: Record<string, number | string> = {};
  for (const [name, value] of Object.entries(configuration.params)) {
    if (typeof value === 'number' || typeof value === 'string') shown[name] = value;
  }
  return shown;
}

function nestedOf({
  folds,
  inner,
  outer,
  plain,
  optimism,
  standardError,
}: NonNullable<SearchSummary['nested']>): NonNullable<SearchReportInput['nested']> {
  return {
    folds,
    inner: average(inner),
    outer: average(outer),
    plainInner: average(plain.inner),
    plainOuter: average(plain.outer),
    optimism,
    standardError,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
