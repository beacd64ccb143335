import type { ImportedFeature, ImportedModel, ModelOrigin, ThresholdRule, WeakSlices } from '@verdict/learn';
import { decisionFindings } from './decision-findings.ts';
import { sharedMetrics, withFindings } from './performance-metrics.ts';
import type { JudgedTable, RunFacts, SharedMetrics } from './performance-metrics.ts';
import { weakSlicesOf } from './weak-slices.ts';

/** How the codes of a category came about. */
export type CategorySource = 'model' | 'caller' | 'sorted' | 'codes';

/**
 * What `performance_metrics.json` holds after an import; `docs/performance_metrics.schema.json` describes it.
 * Figures that the rows leave undefined are null in the file.
 */
export interface ImportedMetrics extends SharedMetrics {
  /** Where the model comes from, and which column each of its features is read from. */
  readonly imported: ModelOrigin & {
    readonly features: readonly {
      readonly name: string;
      readonly column: string;
      readonly categories?: CategorySource;
    }[];
  };
  readonly headline: ImportedModel['headline'];
  readonly baselines: ImportedModel['baselines'];
  readonly model: ImportedModel['model'];
  /** Subgroups of the sample on which the model is worse than elsewhere. */
  readonly weakSlices: WeakSlices;
  readonly options: {
    readonly seed: number;
    readonly threads: number;
    readonly thresholdRule: ThresholdRule;
  };
}

/** Gathers everything that is known after an import. */
export function importedMetrics(
  table: JudgedTable,
  imported: ImportedModel,
  features: readonly ImportedFeature[],
  options: ImportedMetrics['options'],
  run: RunFacts,
): ImportedMetrics {
  const { origin, headline, baselines, model } = imported;
  return {
    ...sharedMetrics(
      withFindings(table, decisionFindings(options.thresholdRule, imported.chosen.threshold, 'the sample')),
      imported,
      options.threads,
      run,
    ),
    imported: {
      ...origin,
      features: features.map(({ name, column, order }) => ({
        name,
        column,
        ...(order === undefined ? {} : { categories: order.kind === 'levels' ? order.by : order.kind }),
      })),
    },
    headline,
    baselines,
    model,
    weakSlices: weakSlicesOf(imported.bundle, imported.judged),
    options,
  };
}
