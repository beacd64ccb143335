import type { PredictReply, RowReply } from '@verdict/contracts';
import type { PredictionRecord } from '@verdict/store';
import type { Features } from '../scoring/feature-check.ts';
import type { Resolved } from '../scoring/model-table.ts';
import type { Scored, ServedModel } from '../scoring/served-model.ts';

/** The reply about one row. */
export function predictReply(
  { score, warnings }: Scored,
  served: ServedModel,
  requestId: string,
): PredictReply {
  const { probability } = score;
  const reply: PredictReply = {
    prediction: score.decision,
    label: score.label,
    probability: [1 - probability, probability],
    confidence: probability > 0.5 ? probability : 1 - probability,
    threshold: served.threshold,
    model: served.model,
    version: served.version,
    requestId,
  };
  if (warnings !== undefined) reply.warnings = warnings;
  return reply;
}

/** The reply about a row of a batch. */
export function rowReply({ score, warnings }: Scored, requestId: string): RowReply {
  const { probability } = score;
  const reply: RowReply = {
    prediction: score.decision,
    label: score.label,
    probability: [1 - probability, probability],
    confidence: probability > 0.5 ? probability : 1 - probability,
    requestId,
  };
  if (warnings !== undefined) reply.warnings = warnings;
  return reply;
}

/** What is kept of a scored row. */
export function logRecord(
  scored: Scored,
  { served, alias }: Resolved,
  row: {
    readonly requestId: string;
    readonly at: number;
    readonly key: string | null;
    readonly features: Features;
  },
): PredictionRecord {
  const { score, warnings } = scored;
  return {
    requestId: row.requestId,
    at: row.at,
    model: served.model,
    version: served.versionNumber,
    alias,
    features: JSON.stringify(row.features),
    probability: score.probability,
    threshold: served.threshold,
    prediction: score.decision,
    label: score.label,
    key: row.key,
    details: warnings === undefined ? null : JSON.stringify({ warnings }),
  };
}
