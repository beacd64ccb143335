import type { Schema, TargetSchema } from '@verdict/core';
import type { ColumnProfile, Finding, Table } from '@verdict/data';
import type {
  ColumnImportance,
  CrossValidation,
  Decision,
  Headline,
  LearningCurves,
  LogisticBaseline,
  Metrics,
  TrainedModel,
} from '@verdict/learn';
import { version } from './version.ts';

/**
 * What `performance_metrics.json` holds; `docs/performance_metrics.schema.json` describes it. Figures that
 * the rows leave undefined are null in the file.
 */
export interface PerformanceMetrics {
  readonly formatVersion: 1;
  readonly verdictVersion: string;
  /** Where and how the training ran. Nothing in here is in the bundle. */
  readonly run: {
    readonly startedAt: string;
    readonly seconds: number;
    readonly cpuSeconds: number;
    readonly peakMemoryBytes: number;
    readonly threads: number;
    readonly node: string;
    readonly platform: string;
  };
  readonly data: {
    readonly file: string;
    readonly format: string;
    readonly files: number;
    readonly bytes: number;
    readonly rows: number;
    readonly labelledRows: number;
    readonly unlabelledRows: number;
    readonly positives: number;
    readonly fingerprint: string;
    readonly columns: readonly ColumnProfile[];
  };
  readonly target: TargetSchema;
  readonly findings: readonly Finding[];
  readonly headline: Headline;
  readonly baselines: {
    readonly majority: Metrics & { readonly share: number };
    readonly logistic: LogisticBaseline;
  };
  readonly crossValidation: CrossValidation & {
    readonly cv_accuracy_mean: number;
    readonly cv_accuracy_std: number;
    readonly cv_f1_mean: number;
    readonly cv_f1_std: number;
    readonly train_test_gap: number;
  };
  readonly decision: Pick<Decision, 'threshold' | 'rule' | 'blend' | 'calibration'>;
  readonly model: TrainedModel['model'];
  readonly importance: {
    readonly permutedRows: number;
    readonly columns: readonly ColumnImportance[];
  };
  readonly learning: LearningCurves;
  readonly options: TrainedModel['options'];
}

/** How a run went, for `performance_metrics.json`. */
export interface RunFacts {
  readonly startedAt: Date;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number;
}

/** Gathers everything that is known after training. */
export function performanceMetrics(
  file: string,
  table: Pick<Table, 'source' | 'profile' | 'findings'> & { readonly schema: Schema },
  positives: number,
  trained: TrainedModel,
  run: RunFacts,
): PerformanceMetrics {
  const { crossValidation } = trained;
  return {
    formatVersion: 1,
    verdictVersion: version,
    run: {
      ...run,
      startedAt: run.startedAt.toISOString(),
      threads: trained.options.threads,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
    data: { file, ...table.source, positives, columns: table.profile },
    target: table.schema.target,
    findings: table.findings,
    headline: trained.headline,
    baselines: trained.baselines,
    crossValidation: {
      ...crossValidation,
      cv_accuracy_mean: crossValidation.scores.accuracy.mean,
      cv_accuracy_std: crossValidation.scores.accuracy.standardDeviation,
      cv_f1_mean: crossValidation.scores.f1Weighted.mean,
      cv_f1_std: crossValidation.scores.f1Weighted.standardDeviation,
      train_test_gap: crossValidation.trainTestGap.accuracy,
    },
    decision: {
      threshold: trained.bundle.decision.threshold,
      rule: trained.bundle.decision.rule,
      blend: trained.bundle.decision.blend,
      calibration: trained.bundle.decision.calibration,
    },
    model: trained.model,
    importance: {
      permutedRows: trained.permutedRows,
      columns: trained.importance.toSorted(
        (a, b) => (b.permutation?.mean ?? -Infinity) - (a.permutation?.mean ?? -Infinity) || b.shap - a.shap,
      ),
    },
    learning: trained.learning,
    options: trained.options,
  };
}

/** A value as JSON can hold it: typed arrays as lists, numbers that are not finite as null. */
export function toPlain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, toPlain);
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toPlain(entry)]));
  }
  return value;
}
