import { formatCount, formatMetric, formatNumber, isKnown } from '@verdict/charts';
import { html, nameHtml } from './html.ts';
import type { Html, HtmlValue } from './html.ts';
import { leaderboard } from './search-input.ts';
import type { ReportTrial, SearchReportInput } from './search-input.ts';
import { tableHtml } from './table.ts';
import type { Heading } from './table.ts';

/** How many of the best trials, and parameters of a trial, are listed. */
const listedTrials = 20;
const listedParams = 24;
/** The most that the cells of all trials take: some 1,800 of them. A report of ten thousand stays below 5 MB. */
const mostBytes = 1_000_000;

/** The best of the complete trials. */
export function bestTrials(search: SearchReportInput): Html | undefined {
  const trials = leaderboard(search);
  if (trials.length === 0) return undefined;
  const shown = trials.slice(0, listedTrials);
  return html`<h3>Best trials</h3>
    ${tableHtml(
      `The ${shown.length === trials.length ? `${formatCount(shown.length)} complete trials` : `first ${shown.length} of ${formatCount(trials.length)} complete trials`}, best first, by their trees alone; optimistic, since they chose`,
      [
        { text: 'Trial' },
        ...scoreHeadings(search),
        { text: 'Rounds', number: true },
        { text: 'From' },
        { text: 'Parameters' },
      ],
      shown.map((trial): HtmlValue[] => [
        numberHtml(trial),
        ...scoreCells(trial),
        formatCount(trial.rounds),
        trial.source,
        paramsHtml(trial),
      ]),
    )}`;
}

/** Every trial in the order in which they began, folded; nothing where the best ones are all. */
export function allTrials(search: SearchReportInput): Html | undefined {
  const { trials } = search;
  if (trials.length === Math.min(leaderboard(search).length, listedTrials)) return undefined;
  const rows: HtmlValue[][] = [];
  let room = mostBytes;
  for (const trial of trials.toSorted((a, b) => a.number - b.number)) {
    const row = [
      numberHtml(trial),
      trial.status,
      ...scoreCells(trial),
      formatCount(trial.rounds),
      formatNumber(trial.seconds),
      trial.source,
      paramsHtml(trial),
    ];
    room -= Buffer.byteLength(html`${row}`.text);
    if (room < 0) break;
    rows.push(row);
  }
  const all = formatCount(trials.length);
  const which =
    rows.length === trials.length
      ? `All ${all} trials`
      : `The first ${formatCount(rows.length)} of ${all} trials; trials.csv has all`;
  return html`<details>
    <summary>${which}</summary>
    <p class="note">
      By their trees alone; optimistic, since they chose. Scores of trials that did not complete are of the
      rounds that they got to.
    </p>
    ${tableHtml(
      `${which}, in the order in which they began`,
      [
        { text: 'Trial' },
        { text: 'Ended' },
        ...scoreHeadings(search),
        { text: 'Rounds', number: true },
        { text: 'Seconds', number: true },
        { text: 'From' },
        { text: 'Parameters' },
      ],
      rows,
    )}
  </details>`;
}

function scoreHeadings({ metric }: SearchReportInput): Heading[] {
  return [
    { text: metric, number: true },
    { text: '± over folds', number: true },
  ];
}

function scoreCells({ score, deviation }: ReportTrial): string[] {
  return [score, deviation].map((figure) => (isKnown(figure) ? formatMetric(figure, 4) : '–'));
}

function numberHtml({ number, best }: ReportTrial): Html {
  return html`${number}${best ? html` <span class="better">chosen</span>` : undefined}`;
}

function paramsHtml({ params }: ReportTrial): Html {
  const all = Object.entries(params);
  const listed = all.slice(0, listedParams).map(([name, value], i) => {
    const text = typeof value === 'number' ? formatNumber(value) : value;
    return html`${i === 0 ? '' : ', '}${nameHtml(name)} ${nameHtml(text)}`;
  });
  return html`<span class="params">${listed}${all.length > listedParams ? ', …' : ''}</span>`;
}
