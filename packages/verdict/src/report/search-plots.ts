import type { PlotsInput } from '../render/index.ts';
import { higherIsBetter } from './search-input.ts';
import type { SearchReportInput } from './search-input.ts';

type SearchPlots = Pick<
  PlotsInput,
  'optimisationHistory' | 'parallelCoordinates' | 'parameterImportance' | 'selectionCurve'
>;

/** What the plots of a search show. */
export function searchPlots(search: SearchReportInput | undefined): SearchPlots {
  if (search === undefined) return {};
  const { metric, baselineScore, importance, selection } = search;
  const trials = { metric, higherIsBetter: higherIsBetter(search), trials: search.trials };
  const several = search.trials.length > 1;
  const known = (importance ?? []).filter(({ share }) => Number.isFinite(share));
  return {
    ...(several
      ? {
          optimisationHistory: { ...trials, ...(baselineScore === undefined ? {} : { baselineScore }) },
          parallelCoordinates: {
            ...trials,
            order: known
              .toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0))
              .map(({ parameter }) => parameter),
          },
        }
      : {}),
    ...(known.length > 0 ? { parameterImportance: { metric, items: known } } : {}),
    ...(selection === undefined || selection.curve.length === 0
      ? {}
      : {
          selectionCurve: {
            method: selection.method,
            curve: selection.curve,
            kept: selection.kept,
          },
        }),
  };
}
