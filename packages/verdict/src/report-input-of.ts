import type { TrainedModel } from '@verdict/learn';
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
  const { rule } = decision;
  return {
    target: metrics.target,
    data: metrics.data,
    findings: metrics.findings,
    headline: {
      source: headline.source,
      rows: headline.rows,
      positives: headline.positives,
      metrics: headline.metrics,
      intervals: headline.intervals,
      confusion: headline.confusion,
      curves: headline.curves,
      histogram: headline.histogram,
    },
    baselines: metrics.baselines,
    crossValidation,
    decision: {
      threshold: decision.threshold,
      rule: rule.rule,
      ...(rule.rule === 'cost' ? { costFp: rule.costFp, costFn: rule.costFn } : {}),
    },
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
