import { createHash } from 'node:crypto';
import type { FeedbackRecord, NewKey, NewRun, NewVersion, PredictionRecord } from '@verdict/store';

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function newVersion(changes: Partial<NewVersion> = {}): NewVersion {
  return {
    name: 'churn',
    artifact: hashOf('artifact'),
    runId: null,
    metrics: { roc_auc: { value: 0.91, low: 0.89, high: 0.93 } },
    signature: { columns: [{ name: 'plan', type: 'category', categories: ['basic', 'größer "A\\B"'] }] },
    decision: { threshold: 0.37, rule: 'mcc' },
    origin: { seed: 42, dataFingerprint: 'sha256:1' },
    by: 'ann',
    ...changes,
  };
}

export const newRun: NewRun = {
  kind: 'train',
  model: 'churn',
  by: 'ann',
  parameters: { folds: 5, drop: ['id'], thresholdRule: null },
  dataFingerprint: null,
  seed: 42,
  codeVersion: '0.1.0',
  lockHash: hashOf('lock'),
};

export function prediction(requestId: string, changes: Partial<PredictionRecord> = {}): PredictionRecord {
  return {
    requestId,
    at: 1_800_000_000_000,
    model: 'churn',
    version: 1,
    alias: 'champion',
    features: '{"tenure":4,"plan":"größer \\u0000"}',
    probability: 0.1 + 0.2,
    threshold: 1 / 3,
    prediction: 0,
    label: 'no',
    key: null,
    details: null,
    ...changes,
  };
}

export function feedback(
  id: string,
  requestId: string,
  changes: Partial<FeedbackRecord> = {},
): FeedbackRecord {
  return { id, requestId, outcome: 'yes', at: 1_800_000_100_000, by: 'crm', note: null, ...changes };
}

export function newKey(text: string, changes: Partial<NewKey> = {}): NewKey {
  return {
    name: 'shop',
    role: 'predict',
    hash: hashOf(text),
    prefix: text.slice(0, 8),
    expires: null,
    by: 'ann',
    ...changes,
  };
}

/** A clock that stands until it is moved. */
export function clock(start = 1_800_000_000_000): { now: () => number; set(to: number): void } {
  let time = start;
  return {
    now: () => time,
    set(to) {
      time = to;
    },
  };
}
