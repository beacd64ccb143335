import type { CalibrationOption, Judgement } from '@verdict/learn';
import type { MadeModel, PerformanceMetrics } from './performance-metrics.ts';
import { reasonExamples } from './reason-examples.ts';
import type { ReportInput } from './report/index.ts';
import { validationSentences } from './validation-facts.ts';
import { searchReportOf } from './search-report.ts';

const memberNames = { trees: 'gradient-boosted trees', logistic: 'logistic regression' } as const;

/**
 * What the report says about a training run.
 * @param command the command that does the same again, for the report's last section
 */
export function reportInputOf(
  metrics: PerformanceMetrics,
  trained: MadeModel,
  command?: string,
): ReportInput {
  const { headline, crossValidation, decision, learning, importance, options } = metrics;
  return {
    target: metrics.target,
    data: metrics.data,
    findings: metrics.findings,
    headline: { ...headlineInput(headline), source: headline.source },
    baselines: metrics.baselines,
    crossValidation,
    // Names keep their own direction.
    validation: validationSentences(metrics.validation, (name) => `“\u2068${name}\u2069”`),
    decision: decisionInput(decision, options.calibration),
    importance: importance.columns,
    permutedRows: importance.permutedRows,
    contributions: { columns: trained.contributions.columns },
    ...trained.effects,
    reasons: reasonExamples(trained.bundle, trained.judged.dataset),
    weakSlices: metrics.weakSlices,
    ...(metrics.fairness === undefined ? {} : { fairness: metrics.fairness }),
    learning,
    model: {
      members: decision.blend.members.map(({ member, weight }) => ({ name: memberNames[member], weight })),
      trees: metrics.model.trees,
      features: metrics.model.features,
      ...(trained.search === undefined ? {} : { engineered: trained.search.engineered }),
      calibration: decision.calibration.kind,
      parameters: metrics.model.params,
    },
    ...(trained.search === undefined ? {} : { search: searchReportOf(trained.search) }),
    reproducibility: {
      seed: options.seed,
      versions: { verdict: metrics.verdictVersion, node: metrics.run.node },
      ...(command === undefined ? {} : { command }),
    },
  };
}

/** The figures that a report opens with; which rows they come from is for the caller to say. */
export function headlineInput(headline: Judgement): Omit<ReportInput['headline'], 'source'> {
  const { rows, positives, threshold, metrics, intervals, confusion, curves, histogram, worth } = headline;
  return {
    rows,
    positives,
    threshold,
    metrics,
    intervals,
    confusion,
    curves,
    histogram,
    ...(worth === undefined ? {} : { worth }),
  };
}

/**
 * The decision of a report and where it came from.
 * @param asked the calibration that was asked for
 */
export function decisionInput(
  { threshold, rule, calibration, chosenOn, calibrationChoice }: PerformanceMetrics['decision'],
  asked: CalibrationOption = 'none',
): ReportInput['decision'] {
  const { rule: name, ...settings } = rule;
  return {
    threshold,
    rule: name,
    ...settings,
    reached: chosenOn,
    ...(calibrationChoice === undefined
      ? {}
      : { calibration: { asked, kind: calibration.kind, ...calibrationChoice } }),
  };
}
