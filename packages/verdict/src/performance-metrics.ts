import { basename } from 'node:path';
import type { TargetSchema } from '@verdict/core';
import { peakMemory } from '@verdict/core/peak-memory';
import type { ColumnProfile, Finding, Table } from '@verdict/data';
import type {
  CalibrationChoice,
  ColumnImportance,
  CrossValidation,
  Decision,
  Fairness,
  Headline,
  InteractionMatrix,
  LearningCurves,
  LogisticBaseline,
  Metrics,
  SearchSummary,
  PartialDependence,
  ThresholdChoice,
  TrainedModel,
  WeakSlices,
} from '@verdict/learn';
import { labelsOf } from '@verdict/learn';
import { calibrationFindings, decisionFindings } from './decision-findings.ts';
import { validationFacts } from './validation-facts.ts';
import type { ValidationFacts } from './validation-facts.ts';
import { version } from './version.ts';
import { weakSlicesOf } from './weak-slices.ts';

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
  readonly decision: Pick<Decision, 'threshold' | 'rule' | 'blend' | 'calibration'> & {
    /** What the rule reaches on the rows that chose the threshold, which makes it a little too good. */
    readonly chosenOn: Pick<ThresholdChoice, 'score' | 'confusion' | 'attained'>;
    /** Mean log loss by kind on left-out rows, where a calibration was asked for. */
    readonly calibrationChoice?: Pick<CalibrationChoice, 'logLoss' | 'gains'>;
  };
  readonly model: TrainedModel['model'];
  readonly importance: {
    readonly permutedRows: number;
    readonly columns: readonly ColumnImportance[];
    /** Left out for models of more features than exact interactions are computed for. */
    readonly interactions?: InteractionMatrix;
    readonly partialDependence: readonly PartialDependenceFigures[];
  };
  readonly learning: LearningCurves;
  /** Subgroups of the headline's rows on which the model is worse than elsewhere. */
  readonly weakSlices: WeakSlices;
  /** Fairness on the headline's rows by the columns that were asked for. */
  readonly fairness?: readonly Fairness[];
  readonly options: TrainedModel['options'];
  /** How rows were parted into those that train and those that judge. */
  readonly validation: ValidationFacts;
  /** What a search has tried and chosen; of a plain training there is none. */
  readonly search?: SearchSummary;
}

/** A model, and the search for it if there was one. */
export type MadeModel = TrainedModel & { readonly search?: SearchSummary };
/** Partial dependence without the curves of single rows. */
export type PartialDependenceFigures = Omit<PartialDependence, 'curves'> & {
  /** Rows that the figures are means over. */
  readonly rows: number;
};

/** How a run went, for `performance_metrics.json`. */
export interface RunFacts {
  readonly startedAt: Date;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number;
}

/**
 * Starts to measure a run; `read` says how it went until then.
 *
 * @param start when it began, by `performance.now()`
 */
export function startClock(start = performance.now()): { read(): RunFacts } {
  const startedAt = new Date(performance.timeOrigin + start);
  const cpu = process.cpuUsage();
  return {
    read() {
      const { user, system } = process.cpuUsage(cpu);
      return {
        startedAt,
        seconds: (performance.now() - start) / 1000,
        cpuSeconds: (user + system) / 1e6,
        peakMemoryBytes: peakMemory(),
      };
    },
  };
}

/** What is known of a run once all else is written: its time has the drawing in it. */
export function withRun<M extends { readonly run: PerformanceMetrics['run'] }>(metrics: M, run: RunFacts): M {
  return { ...metrics, run: { ...metrics.run, ...run, startedAt: run.startedAt.toISOString() } };
}

/** The table of a run, with the number of its positive rows. */
export interface JudgedTable extends Pick<Table, 'source' | 'profile' | 'findings' | 'schema'> {
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly positives: number;
}

/** What is said of a table that was read to judge a model. */
export function judgedTable(file: string, table: Table): JudgedTable {
  const positives = labelsOf(table.dataset, table.schema).reduce((sum, label) => sum + label, 0);
  return { ...table, file: basename(file), positives };
}

/** What is said of every model in the same way, wherever it comes from. */
export type SharedMetrics = Pick<
  PerformanceMetrics,
  'formatVersion' | 'verdictVersion' | 'run' | 'data' | 'target' | 'findings' | 'decision' | 'importance'
>;

/** Gathers what is said of every model. */
export function sharedMetrics(
  { file, positives, source, profile, findings, schema }: JudgedTable,
  model: Pick<TrainedModel, 'bundle' | 'importance' | 'permutedRows' | 'effects'> & {
    readonly chosen: Pick<TrainedModel['chosen'], 'threshold'>;
  },
  threads: number,
  run: RunFacts,
): SharedMetrics {
  const { threshold, rule, blend, calibration } = model.bundle.decision;
  const { score, confusion, attained } = model.chosen.threshold;
  const { interactions, partialDependence } = model.effects;
  return {
    formatVersion: 1,
    verdictVersion: version,
    run: {
      ...run,
      startedAt: run.startedAt.toISOString(),
      threads,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
    data: { file, ...source, positives, columns: profile },
    target: schema.target,
    findings,
    decision: { threshold, rule, blend, calibration, chosenOn: { score, confusion, attained } },
    importance: {
      permutedRows: model.permutedRows,
      columns: model.importance.toSorted(
        (a, b) => (b.permutation?.mean ?? -Infinity) - (a.permutation?.mean ?? -Infinity) || b.shap - a.shap,
      ),
      ...(interactions === undefined ? {} : { interactions }),
      partialDependence: partialDependence.map(({ curves, ...figures }) => ({
        ...figures,
        rows: curves.length,
      })),
    },
  };
}

/** A table with findings about what was made of it, which go first. */
export function withFindings(table: JudgedTable, findings: readonly Finding[]): JudgedTable {
  return { ...table, findings: [...findings, ...table.findings] };
}

/**
 * Gathers everything that is known after training.
 * @param fairness by the columns that were asked for
 */
export function performanceMetrics(
  table: JudgedTable,
  trained: MadeModel,
  run: RunFacts,
  fairness: readonly Fairness[] = [],
): PerformanceMetrics {
  const { crossValidation, chosen, options } = trained;
  const { logLoss, gains } = chosen.calibration;
  const shared = sharedMetrics(
    withFindings(table, [
      ...decisionFindings(options.thresholdRule, chosen.threshold, 'out-of-fold predictions'),
      ...calibrationFindings(trained.bundle.decision.calibration, trained.judged.probabilities),
    ]),
    trained,
    options.threads,
    run,
  );
  return {
    ...shared,
    decision: {
      ...shared.decision,
      ...(options.calibration === 'none' ? {} : { calibrationChoice: { logLoss, gains } }),
    },
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
    model: trained.model,
    learning: trained.learning,
    weakSlices: weakSlicesOf(trained.bundle, trained.judged),
    ...(fairness.length === 0 ? {} : { fairness }),
    options,
    validation: validationFacts(table.schema, trained),
    ...(trained.search === undefined ? {} : { search: trained.search }),
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
