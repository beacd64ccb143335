import type { SearchSummary } from './search-summary.ts';

/** What a search has chosen on its rows, beyond what every training chooses on them. */
export function chosenBySearch({
  families,
  selection,
  trials,
  ensemble,
}: Pick<SearchSummary, 'families' | 'selection' | 'ensemble'> & {
  readonly trials: readonly Pick<SearchSummary['trials'][number], 'status'>[];
}): string[] {
  const compared = trials.filter(({ status }) => status === 'complete' || status === 'pruned');
  return [
    // Without time for any of them nothing was compared.
    ...(families.some(({ gain }) => !Number.isNaN(gain)) ? ['engineered features'] : []),
    ...(selection === undefined ? [] : ['selected features']),
    ...(compared.length > 1 ? ['parameters'] : []),
    ...(ensemble === undefined ? [] : ['ensemble']),
  ];
}
