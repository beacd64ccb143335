import type { ImportedModel } from '@verdict/learn';
import type { ImportedMetrics } from './imported-metrics.ts';
import { formatText, roundsText } from './origin-text.ts';
import { reasonExamples } from './reason-examples.ts';
import { decisionInput, headlineInput } from './report-input-of.ts';
import type { ReportInput } from './report/index.ts';

/**
 * What the report says about an imported model.
 * @param command the command that does the same again, for the report's last section
 */
export function importedReport(metrics: ImportedMetrics, model: ImportedModel, command: string): ReportInput {
  const { imported, importance } = metrics;
  return {
    target: metrics.target,
    data: metrics.data,
    findings: metrics.findings,
    headline: { ...headlineInput(metrics.headline), source: 'sample' },
    baselines: metrics.baselines,
    decision: decisionInput(metrics.decision),
    importance: importance.columns,
    permutedRows: importance.permutedRows,
    contributions: { columns: model.contributions.columns },
    ...model.effects,
    reasons: reasonExamples(model.bundle, model.judged.dataset),
    weakSlices: metrics.weakSlices,
    model: {
      members: [{ name: 'gradient-boosted trees' }],
      trees: metrics.model.trees,
      features: metrics.model.features,
      calibration: metrics.decision.calibration.kind,
      imported: {
        file: imported.file,
        format: formatText(imported),
        objective: imported.objective,
        rounds: roundsText(imported),
        sha256: imported.sha256,
      },
    },
    reproducibility: {
      seed: metrics.options.seed,
      versions: { verdict: metrics.verdictVersion, node: metrics.run.node },
      command,
    },
  };
}
