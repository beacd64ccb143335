import type { Chart, ChartSettings, Json } from './chart.ts';
import {
  dotEntries,
  emptyChart,
  headHeight,
  lineEntries,
  makeChart,
  makeFrame,
  makeGrid,
  valueAxis,
} from './frame.ts';
import { formatCount, formatMetric, isKnown } from './number-format.ts';
import type { SearchTrialsInput, TrialPoint } from './search-inputs.ts';
import { lineSeries, pointSeries } from './series.ts';

const name = 'optimisation_history';

/** Scores further from the best than this many times the distance of the middle trial are drawn at the edge. */
const reach = 6;

interface Scored extends TrialPoint {
  readonly score: number;
}

/**
 * Score of each trial in the order of the search, and the best so far; pruned and other incomplete trials are grey
 * rings. Scores that are far worse than most lie at the edge, so that differences near the best can be seen.
 */
export function optimisationHistoryChart(input: SearchTrialsInput, settings: ChartSettings = {}): Chart {
  const frame = makeFrame(settings, [760, 500], [400, 340]);
  const { theme } = frame;
  const scored = input.trials
    .filter((trial): trial is Scored => isKnown(trial.score))
    .toSorted((a, b) => a.number - b.number);
  const complete = scored.filter(({ status }) => status === 'complete');
  if (complete.length === 0) {
    return emptyChart(frame, { name, title: 'Course of the search' }, 'No trial was completed.');
  }
  const sign = input.higherIsBetter ? 1 : -1;
  const better = (a: number, b: number): boolean => sign * (a - b) > 0;
  let best = complete[0];
  const soFar: [number, number][] = [];
  for (const trial of complete) {
    if (better(trial.score, best.score)) best = trial;
    soFar.push([trial.number, best.score]);
  }
  const last = scored[scored.length - 1].number;
  if (last > soFar[soFar.length - 1][0]) soFar.push([last, best.score]);

  const baseline = isKnown(input.baselineScore) ? input.baselineScore : undefined;
  const edge = edgeOf(
    scored.map(({ score }) => score),
    baseline,
    best.score,
    sign,
  );
  const shown = (score: number): number => (better(edge, score) ? edge : score);
  const beyond = scored.filter(({ score }) => better(edge, score)).length;
  const points = (trials: readonly Scored[]): Json =>
    trials.map(({ number, score }) => [number, shown(score)]);
  const partial = scored.filter(({ status }) => status !== 'complete');
  const counts = [
    `${formatCount(complete.length)} complete`,
    ...(partial.length === 0 ? [] : [`${formatCount(partial.length)} given up early`]),
  ].join(', ');
  const edgeNote = beyond === 0 ? '' : ` ${formatCount(beyond)} far worse ones lie at the edge.`;
  const said = `Trial ${best.number} reaches ${input.metric} ${formatMetric(best.score, 4)}`;
  const words = {
    name,
    title: `Course of the search: trial ${best.number} of ${formatCount(input.trials.length)} is best`,
    subtitle: `${said}; ${counts}.${edgeNote}`,
    description: `Score of each trial in order, and the best so far. ${said}; ${counts}.${edgeNote}`,
  };
  const entries = [
    ...dotEntries('Complete', ...(partial.length > 0 ? ['Given up'] : [])),
    ...lineEntries('Best so far', ...(baseline === undefined ? [] : ['Trial 0'])),
  ];
  const first = scored[0].number;
  return makeChart(
    frame,
    words,
    {
      grid: makeGrid(frame, headHeight(frame, words, true), { left: 68 }),
      xAxis: valueAxis(frame, 'Trial', 30, {
        min: first - 0.5,
        max: Math.max(last, first + 1) + 0.5,
        minInterval: 1,
        splitLine: { show: false },
        axisLine: { show: true, onZero: false, lineStyle: { color: theme.axis } },
        axisLabel: { showMinLabel: false, showMaxLabel: false },
      }),
      yAxis: valueAxis(frame, `${input.metric}, mean over the folds`, 54, { scale: true }),
      series: [
        ...(baseline === undefined
          ? []
          : [
              lineSeries(
                'Trial 0',
                [
                  [first - 0.5, shown(baseline)],
                  [Math.max(last, first + 1) + 0.5, shown(baseline)],
                ],
                { color: theme.secondary, width: 1.5, dash: [5, 4] },
              ),
            ]),
        {
          ...pointSeries('Given up', points(partial), theme.missing, theme.missing, 6),
          itemStyle: { color: 'transparent', borderColor: theme.missing, borderWidth: 1.5 },
          z: 3,
        },
        {
          ...pointSeries('Complete', points(complete), theme.primary, theme.surface, 8),
          itemStyle: { color: theme.primary, borderColor: theme.surface, borderWidth: 1 },
          z: 4,
        },
        lineSeries('Best so far', soFar, { color: theme.text, width: 1.75 }, { step: 'end', z: 5 }),
        pointSeries('Best', points([best]), theme.chosen, theme.surface, 12, { z: 6 }),
      ],
    },
    entries,
  );
}

/** The worst score that has a place of its own. */
function edgeOf(scores: readonly number[], baseline: number | undefined, best: number, sign: number): number {
  const losses = scores.map((score) => sign * (best - score)).toSorted((a, b) => a - b);
  const middle = losses[Math.floor(losses.length / 2)];
  const worst = Math.max(0, losses[losses.length - 1]);
  const wanted = Math.max(baseline === undefined ? 0 : sign * (best - baseline), reach * middle);
  return best - sign * (wanted > 0 ? Math.min(worst, wanted) : worst);
}
