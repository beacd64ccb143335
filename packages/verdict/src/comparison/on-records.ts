import { InvalidModel } from '@verdict/core';
import type { MetricName } from '@verdict/learn';
import { metricName } from '../report/metric-names.ts';
import { described, rank } from './contender.ts';
import type { Contender, Judgements } from './contender.ts';
import type { RecordedFigures } from './recorded-figures.ts';
import { unpairedDifferences } from './unpaired-difference.ts';

/** Compares by the figures that the bundles carry. */
export function compareOnRecords(contenders: readonly Contender[], metric: MetricName): Judgements {
  const judged = contenders.map((contender) => {
    const { recorded, model } = contender;
    if (recorded === undefined || Number.isNaN(recorded.metrics[metric])) {
      throw new InvalidModel({
        file: model,
        problem: `the bundle does not say what ${metricName(metric).label} it reached.`,
        hint: 'Compare on rows with known outcomes: --data FILE.',
      });
    }
    const { metrics, intervals, source, rows } = recorded;
    return {
      ...contender,
      recorded,
      compared: { ...described(contender), metrics, intervals, recorded: { source, rows } },
    };
  });
  const ranked = rank(judged, metric);
  const [best, ...others] = ranked;
  return {
    judged: ranked,
    tests: others.map((other) => {
      const differences = unpairedDifferences(best.compared, other.compared);
      const { difference, low, high, pValue } = differences[metric];
      return { differences, test: { method: 'unpaired', difference, low, high, pValue } };
    }),
    notes: recordNotes(ranked.map(({ recorded }) => recorded)),
  };
}

/** What has to be known about figures that were not computed side by side. */
function recordNotes(recorded: readonly RecordedFigures[]): string[] {
  const [{ source, rows, rowsFingerprint }] = recorded;
  const same = recorded.every(
    (other) =>
      rowsFingerprint !== undefined && other.rowsFingerprint === rowsFingerprint && other.source === source,
  );
  const known = recorded.every((other) => other.rowsFingerprint !== undefined);
  const sources = new Set(recorded.map((other) => other.source));
  return [
    same
      ? `All were judged on the same ${rows} rows (${source}). The bundles hold no predictions row by row, so the intervals are those of rows drawn apart, wider than need be: --data FILE compares row by row.`
      : known
        ? 'They were judged on different rows, so a part of any difference is the luck of the rows, which the intervals allow for: --data FILE compares them on the same rows.'
        : 'Whether they were judged on the same rows is not known; the intervals are those of rows drawn apart: --data FILE compares them on the same rows.',
    ...(sources.has('cross-validation')
      ? [
          'Figures from cross-validation are a little too good: the same rows chose rounds, blend and threshold, and after a search its parameters and features too.',
        ]
      : []),
    ...(sources.has('sample')
      ? ['Figures of an imported model come from its sample, which it may have learnt from.']
      : []),
  ];
}
