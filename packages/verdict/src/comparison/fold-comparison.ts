import { correctedResampledTTest } from '@verdict/learn';
import type { FoldTest } from './comparison.ts';
import type { RecordedFolds } from './recorded-figures.ts';

/**
 * Compares the cross-validations of two bundles by the corrected resampled t-test, if both dealt the same rows
 * to the same folds.
 */
export function compareFolds(a: RecordedFolds | undefined, b: RecordedFolds | undefined): FoldTest {
  const reason = whyNot(a, b);
  if (reason !== undefined || a === undefined || b === undefined) {
    return { comparable: false, reason: reason ?? '' };
  }
  return {
    comparable: true,
    folds: a.count,
    ...correctedResampledTTest(a.values, b.values, { testToTrain: 1 / (a.count - 1) }),
  };
}

/** Why the folds of two bundles say nothing about their difference; undefined if they do. */
function whyNot(a: RecordedFolds | undefined, b: RecordedFolds | undefined): string | undefined {
  if (a === undefined || b === undefined) return 'a bundle holds no scores by fold';
  if (a.count < 2 || a.count !== b.count || a.values.length !== b.values.length) {
    return `they have ${a.count} and ${b.count} folds`;
  }
  if (a.fingerprint === undefined || b.fingerprint === undefined) {
    return 'a bundle does not say which rows were in which fold; it was made by an older version';
  }
  if (a.fingerprint !== b.fingerprint) {
    return 'they dealt other rows to their folds: other training rows, another seed, or other groups of rows';
  }
  if (![...a.values, ...b.values].every(Number.isFinite)) return 'a fold leaves the figure undefined';
  return undefined;
}
