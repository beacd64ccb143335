import { requireCount } from './checks.ts';

/**
 * P-values corrected for having asked several questions (Holm 1979): whoever calls those below 0.05 real is
 * wrong anywhere with a probability of at most 0.05, however the questions hang together.
 *
 * @param family how many questions there were; default: as many as p-values. A larger number than that is
 * right where the questions with the given p-values were picked by a look at the data.
 * @returns corrected p-values in the order given, at most 1; NaN stays NaN and counts as a question
 * @throws InvalidOption for a family smaller than the p-values are many
 */
export function holmAdjust(pValues: readonly number[], family = pValues.length): number[] {
  requireCount('family', family, pValues.length);
  const adjusted = pValues.map(() => NaN);
  const order = [...pValues.keys()]
    .filter((index) => !Number.isNaN(pValues[index]))
    .sort((a, b) => pValues[a] - pValues[b]);
  let most = 0;
  for (const [place, index] of order.entries()) {
    most = Math.max(most, Math.min(1, pValues[index] * (family - place)));
    adjusted[index] = most;
  }
  return adjusted;
}
