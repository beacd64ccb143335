import { formatCount, formatMetric, formatNumber, formatShare, isKnown } from '@verdict/charts';
import { html, nameHtml } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import type { ReportInput } from './report-input.ts';
import { leaderboard } from './search-input.ts';
import type { SearchReportInput } from './search-input.ts';
import { tableHtml } from './table.ts';
import { allTrials, bestTrials } from './trial-tables.ts';

/** How many dropped features are listed. */
const listedFeatures = 200;

/** What the search tried and chose, and what that is worth. */
export function searchSection({ search }: ReportInput, figures: ReadonlyMap<string, Html>): Html | undefined {
  if (search === undefined) return undefined;
  const { ensemble, features, selection, selectionSkipped } = search;
  return html`<section id="search" aria-labelledby="search-heading">
    <h2 id="search-heading">The search</h2>
    ${summary(search)} ${models(search)} ${optimism(search)}
    <div class="charts">${figures.get('optimisation_history')}${figures.get('parameter_importance')}</div>
    ${bestTrials(search)} ${allTrials(search)}
    <div class="charts">${figures.get('parallel_coordinates')}</div>
    ${ensemble === undefined ? undefined : ensembleHtml(ensemble)}
    ${features === undefined || features.families.length === 0 ? undefined : familiesHtml(features.families)}
    ${selection === undefined ? undefined : selectionHtml(selection, figures)}
    ${selectionSkipped === undefined ? undefined : skippedHtml(selectionSkipped)}
  </section>`;
}

function summary(search: SearchReportInput): Html {
  const { trials, strategy, metric, baselineScore } = search;
  const [best] = leaderboard(search);
  const complete = trials.filter(({ status }) => status === 'complete').length;
  const pruned = trials.filter(({ status }) => status === 'pruned').length;
  const seconds = trials.reduce((sum, trial) => sum + (isKnown(trial.seconds) ? trial.seconds : 0), 0);
  const others = trials.length - complete - pruned;
  const ends = [
    `${formatCount(complete)} complete`,
    ...(pruned > 0 ? [`${formatCount(pruned)} given up early because they could not win`] : []),
    ...(others > 0 ? [`${formatCount(others)} unfinished`] : []),
  ];
  return html`<p>
    The search (${nameHtml(strategy)}) tried ${formatCount(trials.length)} configurations on the same folds:
    ${ends.join(', ')}; ${formatNumber(seconds)} seconds of work.
    ${
      best === undefined
        ? undefined
        : html`The score of a trial is that of its trees alone, the mean over the folds. The best, trial
          ${best.number}, reaches ${nameHtml(metric)}
          ${formatMetric(best.score, 4)}${
            isKnown(baselineScore) && best.number !== 0
              ? html`; trial 0, which has the parameters of training without a search,
                ${formatMetric(baselineScore, 4)}`
              : undefined
          }.`
    }
  </p>`;
}

/** The model beside what training without a search makes of the same rows. */
function models({ outOfFold, metric }: SearchReportInput): Html | undefined {
  if (outOfFold === undefined) return undefined;
  return html`<p>
    Blended with the regression and calibrated, the model that was searched for reaches ${nameHtml(metric)}
    <strong>${formatMetric(outOfFold.chosen, 4)}</strong> out of fold; training without a search reaches
    ${formatMetric(outOfFold.plain, 4)} in the same way on the same folds, each of which has chosen its rounds
    on its own rows there.
  </p>`;
}

/** How much too good the search looks. */
function optimism({ nested, metric }: SearchReportInput): Html {
  const mark = html`<span class="tag">optimistic</span>`;
  if (nested === undefined) {
    return html`<p>
      ${mark} The scores in this section chose the winner, so they are a little too good. The key figures
      above come from rows that chose nothing, or say that they do not.
    </p>`;
  }
  const { folds, inner, outer, plainInner, plainOuter, standardError } = nested;
  const size = `${formatMetric(Math.abs(nested.optimism), 4)} ${nested.optimism < 0 ? 'worse' : 'better'}`;
  return html`<p>
    ${mark} The scores in this section chose the winner. On ${formatCount(folds)} outer folds, which chose
    nothing, the models of such searches reach ${nameHtml(metric)}
    <strong>${formatMetric(outer, 4)}</strong>, training without a search ${formatMetric(plainOuter, 4)}. Out
    of fold on their own rows these models reached ${formatMetric(inner, 4)} and
    ${formatMetric(plainInner, 4)}: there a search looks ${size} than it is (standard error
    ${formatMetric(standardError, 4)}).
  </p>`;
}

/** The members beside what they cost when the model serves. */
function ensembleHtml({
  members,
  gain,
  atLeast,
  kept,
  limited,
  treesBefore,
  treesAfter,
}: NonNullable<SearchReportInput['ensemble']>): Html {
  const bound = isKnown(atLeast)
    ? `, with 95 % confidence by at least ${formatMetric(atLeast, 4)} (one-sided)`
    : '';
  const cost = treesBefore > 0 ? ` (${formatNumber(treesAfter / treesBefore)} times as many)` : '';
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  const inTime = limited ? ' that there was time to fit' : '';
  // Without a blend in any fold there is nothing to compare.
  const comparison =
    gain === 0 && treesAfter === treesBefore
      ? html`No blend${inTime} did better than one trial alone.`
      : html`In predictions that chose nothing, with the regression on both sides, its log loss of a row is
        lower than that of the best single trial${inTime} by ${formatMetric(gain, 4)}${bound}. It walks
        ${formatCount(treesAfter)} trees for a row instead of ${formatCount(treesBefore)}${cost}.`;
  return html`<h3>Ensemble</h3>
    <p>
      ${
        kept
          ? html`The model that ships is an <strong>ensemble</strong>.`
          : html`An ensemble was tried and <strong>not kept</strong>: one trial ships alone, the
              best${inTime}.`
      }
      ${comparison}
    </p>
    ${
      members.length === 0
        ? undefined
        : tableHtml(
            'Members of the ensemble',
            [
              { text: 'Member' },
              { text: 'Trial', number: true },
              { text: 'Weight', number: true },
              { text: 'Share', number: true },
            ],
            members
              .toSorted((a, b) => b.weight - a.weight)
              .map(({ trial, kind, weight }): HtmlValue[] => [
                nameHtml(kind),
                trial === undefined ? '–' : String(trial),
                formatNumber(weight),
                total > 0 ? formatShare(weight / total) : '–',
              ]),
          )
    }`;
}

function familiesHtml(families: NonNullable<SearchReportInput['features']>['families']): Html {
  return html`<h3>Engineered features</h3>
    ${tableHtml(
      'Families of features, and by how much each makes the log loss of the whole model fall out of fold',
      [
        { text: 'Family' },
        { text: 'Features', number: true },
        { text: 'Log loss saved', number: true },
        { text: 'Standard error', number: true },
        { text: 'Kept' },
      ],
      families.map(({ family, count, gain, standardError, kept }): HtmlValue[] => [
        nameHtml(family),
        formatCount(count),
        isKnown(gain) ? formatMetric(gain, 5) : '–',
        isKnown(standardError) ? formatMetric(standardError, 5) : '–',
        kept ? html`<span class="better">kept</span>` : isKnown(gain) ? 'dropped' : 'no time to try',
      ]),
    )}`;
}

/** That nothing was dropped, for lack of time. */
function skippedHtml(method: string): Html {
  return html`<h3>Selection of features</h3>
    <p>All features are used: the budget left no time to select some by ${nameHtml(method)}.</p>`;
}

/** What was dropped, and what that cost. */
function selectionHtml(
  { method, curve, kept, dropped }: NonNullable<SearchReportInput['selection']>,
  figures: ReadonlyMap<string, Html>,
): Html {
  const at = curve.find(({ count }) => count === kept);
  const all = curve.reduce<(typeof curve)[number] | undefined>(
    (most, point) => (most === undefined || point.count > most.count ? point : most),
    undefined,
  );
  const cost =
    at !== undefined && all !== undefined && at !== all && isKnown(at.mean) && isKnown(all.mean)
      ? html` Modest trees of these reach a log loss of ${formatMetric(at.mean, 4)}, of all
        ${formatCount(all.count)} ${formatMetric(all.mean, 4)}.`
      : undefined;
  const more =
    dropped.length > listedFeatures ? `, and ${formatCount(dropped.length - listedFeatures)} more` : '';
  return html`<h3>Selection of features</h3>
    <p>
      Features were ranked by ${nameHtml(method)} inside each fold; how many are used was chosen by
      validation: <strong>${formatCount(kept)}</strong>, the fewest whose log loss exceeds the best one by at
      most one standard error of their difference.${cost}
    </p>
    <div class="charts">${figures.get('selection_curve')}</div>
    ${
      dropped.length === 0
        ? html`<p>None was dropped.</p>`
        : html`<details>
            <summary>The ${formatCount(dropped.length)} that were dropped</summary>
            <p>
              ${dropped.slice(0, listedFeatures).map((name, i) => html`${i === 0 ? '' : ', '}${nameHtml(name)}`)}${more}
            </p>
          </details>`
    }`;
}
