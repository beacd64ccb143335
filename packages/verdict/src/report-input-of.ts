import type { Judgement, TrainedModel } from '@verdict/learn';
import type { PerformanceMetrics } from './performance-metrics.ts';
import type { ReportInput } from './report/index.ts';

const memberNames = { trees: 'gradient-boosted trees', logistic: 'logistic regression' } as const;

/**
 * What the report says about a training run.
 * @param command the command that does the same again, for the report's last section
 */
export function reportInputOf(
  metrics: PerformanceMetrics,
  trained: TrainedModel,
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
    decision: decisionInput(decision),
    importance: importance.columns,
    permutedRows: importance.permutedRows,
    contributions: { columns: trained.contributions.columns },
    learning,
    model: {
      members: decision.blend.members.map(({ member, weight }) => ({ name: memberNames[member], weight })),
      trees: metrics.model.trees,
      features: metrics.model.features,
      calibration: decision.calibration.kind,
      parameters: metrics.model.params,
    },
    reproducibility: {
      seed: options.seed,
      versions: { verdict: metrics.verdictVersion, node: metrics.run.node },
      ...(command === undefined ? {} : { command }),
    },
  };
}

/** The figures that a report opens with; which rows they come from is for the caller to say. */
export function headlineInput(headline: Judgement): Omit<ReportInput['headline'], 'source'> {
  const { rows, positives, metrics, intervals, confusion, curves, histogram } = headline;
  return { rows, positives, metrics, intervals, confusion, curves, histogram };
}

/** The threshold of a report and where it came from. */
export function decisionInput({
  threshold,
  rule,
}: Pick<PerformanceMetrics['decision'], 'threshold' | 'rule'>): ReportInput['decision'] {
  return {
    threshold,
    rule: rule.rule,
    ...(rule.rule === 'cost' ? { costFp: rule.costFp, costFn: rule.costFn } : {}),
  };
}
