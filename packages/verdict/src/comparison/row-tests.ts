import { delongTest, mcnemarTest, pairedBootstrap } from '@verdict/learn';
import type { DeLongResult, McNemarResult, MetricName, PairedDifference } from '@verdict/learn';
import type { MetricTest } from './comparison.ts';

/** A model's probabilities of the positive label for the rows, and from where on it says so. */
export interface ScoredRows {
  readonly probabilities: Float64Array;
  readonly threshold: number;
}

/** What the same rows say about two models; differences are a - b. */
export interface RowTests {
  readonly differences: Record<MetricName, PairedDifference>;
  readonly delong?: DeLongResult;
  readonly mcnemar?: McNemarResult;
  readonly test: Omit<MetricTest, 'adjustedPValue'>;
}

const MOST_REPLICATES = 2000;
const FEWEST_REPLICATES = 200;
/** Rows drawn in all replicates together; more rows need fewer replicates for a steady interval. */
const DRAWN_ROWS = 20_000_000;

/**
 * Tests two models on the same rows: every figure by the paired bootstrap, the area under the ROC curve by
 * DeLong's test and the decisions by McNemar's, which know no weights and are left out where rows have them.
 *
 * @param metric whose test decides
 */
export function testOnRows(
  labels: Uint8Array,
  a: ScoredRows,
  b: ScoredRows,
  metric: MetricName,
  { seed, weights }: { readonly seed: number; readonly weights: Float64Array | undefined },
): RowTests {
  const differences = pairedBootstrap(labels, a.probabilities, b.probabilities, a.threshold, b.threshold, {
    seed,
    replicates: replicateCount(labels.length),
    ...(weights === undefined ? {} : { weights }),
  }) as Record<MetricName, PairedDifference>;
  const { difference, low, high, pValue } = differences[metric];
  const bootstrapped = { method: 'paired bootstrap', difference, low, high, pValue } as const;
  if (weights !== undefined) return { differences, test: bootstrapped };
  const delong = delongTest(labels, a.probabilities, b.probabilities);
  return {
    differences,
    delong,
    mcnemar: mcnemarTest(labels, decisions(a), decisions(b)),
    // Without two rows of each class there is no standard error.
    test:
      metric === 'rocAuc' && Number.isFinite(delong.standardError)
        ? {
            method: 'DeLong',
            difference: delong.difference,
            low: delong.low,
            high: delong.high,
            pValue: delong.pValue,
          }
        : bootstrapped,
  };
}

function replicateCount(rows: number): number {
  return Math.min(MOST_REPLICATES, Math.max(FEWEST_REPLICATES, Math.floor(DRAWN_ROWS / rows)));
}

function decisions({ probabilities, threshold }: ScoredRows): Uint8Array {
  return Uint8Array.from(probabilities, (probability) => (probability >= threshold ? 1 : 0));
}
