import { InvalidOption } from '@verdict/core';
import { holmAdjust, metricNames } from '@verdict/learn';
import type { MetricName } from '@verdict/learn';
import type { ComparedPair, Comparison } from './comparison.ts';
import { conclude } from './conclusion.ts';
import { compareFolds } from './fold-comparison.ts';
import { compareOnRecords } from './on-records.ts';
import { compareOnRows, requireRereadable } from './on-rows.ts';
import { openModels } from './opened-models.ts';
import { recordedFigures } from './recorded-figures.ts';

export interface CompareJob {
  /** Folders of two or more bundles, or of outputs that hold them. */
  readonly models: readonly string[];
  /**
   * A table with the target, whose rows all models are judged on: a path or a glob. Default: none; then the
   * figures that the bundles carry are compared.
   */
  readonly file?: string;
  /** The figure that ranks the models and is tested; default `rocAuc`. */
  readonly metric?: MetricName;
  /** Seed of the bootstrap; default 42. */
  readonly seed?: number;
  readonly threads?: number;
  /** Bytes of memory that may be used; default: what the machine can free. */
  readonly memory?: number;
  readonly signal?: AbortSignal;
  /** Called with the number of rows read so far, by all models together. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Says which of several models is better, by how much, and how sure that is. With a file, all models score its
 * labelled rows, each by its own schema, and are compared row by row; without, by the figures that their bundles
 * carry. All are compared with the best one; p-values are corrected for all pairs (Holm), since the best was picked
 * by the same figures.
 *
 * @throws InvalidOption for fewer than two folders or models that answer different questions; InsufficientData
 * where the rows leave the figure undefined; what reading the bundles and the file throw
 */
export async function compare(job: CompareJob): Promise<Comparison> {
  const { models, file, metric = 'rocAuc' } = job;
  if (!metricNames.includes(metric)) {
    throw new InvalidOption({ option: 'metric', got: metric, expected: `one of ${metricNames.join(', ')}` });
  }
  if (file !== undefined) await requireRereadable(file);
  const contenders = (await openModels(models)).map((opened) => ({
    ...opened,
    recorded: recordedFigures(opened.bundle.metrics, metric),
  }));
  const found =
    file === undefined
      ? compareOnRecords(contenders, metric)
      : await compareOnRows(contenders, file, metric, job);
  const { judged, tests } = found;
  const [best, ...others] = judged;
  const folds = others.map((other) => compareFolds(best.recorded?.folds, other.recorded?.folds));
  // The best was picked among all by the same figures, so that every pair counts as a question that was asked.
  const family = (judged.length * (judged.length - 1)) / 2;
  const ofTest = adjusted(
    tests.map(({ test }) => test.pValue),
    family,
  );
  const ofDecisions = adjusted(
    tests.map(({ mcnemar }) => mcnemar?.pValue),
    family,
  );
  const ofFolds = adjusted(
    folds.map((found) => (found.comparable ? found.pValue : undefined)),
    family,
  );
  const pairs = others.map((other, i): ComparedPair => {
    const { test, mcnemar, ...rest } = tests[i];
    const compared = folds[i];
    const real = ofTest[i] < 0.05 && (test.low > 0 || test.high < 0);
    return {
      best: best.model,
      other: other.model,
      ...rest,
      ...(mcnemar === undefined ? {} : { mcnemar: { ...mcnemar, adjustedPValue: ofDecisions[i] } }),
      test: { ...test, adjustedPValue: ofTest[i] },
      outcome: real ? 'better' : 'no difference found',
      crossValidation: compared.comparable ? { ...compared, adjustedPValue: ofFolds[i] } : compared,
    };
  });
  const comparison = {
    target: best.bundle.schema.target,
    metric,
    basis: file === undefined ? ('recorded' as const) : ('rows' as const),
    ...(found.rows === undefined ? {} : { rows: found.rows }),
    models: judged.map(({ compared }) => compared),
    pairs,
    warnings: found.warnings ?? [],
    notes: found.notes,
  };
  return { ...comparison, sentences: conclude(comparison) };
}

/** P-values after Holm's correction, NaN where there is none. */
function adjusted(pValues: readonly (number | undefined)[], family: number): number[] {
  const places = [...pValues.keys()].filter((i) => pValues[i] !== undefined);
  const corrected = holmAdjust(
    places.map((i) => pValues[i] ?? NaN),
    family,
  );
  const result = new Array<number>(pValues.length).fill(NaN);
  places.forEach((i, nth) => (result[i] = corrected[nth]));
  return result;
}
