// A real bundle over a small made table of mixed columns: does a customer of a shop leave?
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binMatrix, trainSync } from '@verdict/boost';
import { Random } from '@verdict/core';
import type { Dataset, Schema } from '@verdict/core';
import { fitTransformFeatures, profileOf } from '@verdict/learn';
import type { Bundle } from '@verdict/learn';
import { afterAll } from 'vitest';

const plans = ['basic', 'plus', 'family', 'team'];

const shopSchema: Schema = {
  columns: [
    { name: 'customer', type: 'identifier', role: 'ignored', optional: false, reason: 'An identifier.' },
    { name: 'tenure', type: 'integer', role: 'feature', optional: false },
    { name: 'spend', type: 'numeric', role: 'feature', optional: true },
    { name: 'plan', type: 'category', role: 'feature', optional: false },
    { name: 'newsletter', type: 'boolean', role: 'feature', optional: false, words: ['no', 'yes'] },
    { name: 'since', type: 'datetime', role: 'feature', optional: true },
    { name: 'left', type: 'boolean', role: 'target', optional: false, words: ['stays', 'leaves'] },
  ],
  target: { name: 'left', positive: 'leaves', negative: 'stays' },
};

/** A row that has everything. */
export const goodRow = { tenure: 4, spend: 31.5, plan: 'basic', newsletter: true, since: '2024-03-01' };

/** @param seed another one gives another model */
export function shopBundle(seed = 1): Bundle {
  const random = new Random(seed, 'shop');
  const rowCount = 400;
  const tenure = new Float64Array(rowCount);
  const spend = new Float64Array(rowCount);
  const plan = new Int32Array(rowCount);
  const newsletter = new Float64Array(rowCount);
  const since = new Float64Array(rowCount);
  const labels = new Uint8Array(rowCount);
  for (let i = 0; i < rowCount; i++) {
    tenure[i] = random.integer(60);
    spend[i] = random.float() < 0.1 ? NaN : 20 + 10 * random.normal();
    plan[i] = random.integer(plans.length);
    newsletter[i] = random.integer(2);
    since[i] = random.float() < 0.1 ? NaN : Date.UTC(2020 + random.integer(5), random.integer(12), 1);
    labels[i] = random.normal() + (30 - tenure[i]) / 20 + (plan[i] === 0 ? 1 : -0.5) > 0 ? 1 : 0;
  }
  const dataset: Dataset = {
    rowCount,
    columns: [
      { kind: 'number', name: 'tenure', values: tenure },
      { kind: 'number', name: 'spend', values: spend },
      { kind: 'code', name: 'plan', codes: plan, levels: plans },
      { kind: 'number', name: 'newsletter', values: newsletter },
      { kind: 'number', name: 'since', values: since },
    ],
  };
  const { plan: featurePlan, matrix } = fitTransformFeatures(dataset, shopSchema, { seed }, labels);
  const { booster } = trainSync(
    { binned: binMatrix(matrix), labels },
    { learning_rate: 0.3, max_depth: 4, seed },
    { rounds: 12 },
  );
  return {
    verdictVersion: '0.1.0',
    seed,
    dataFingerprint: 'a'.repeat(64),
    schema: shopSchema,
    plan: featurePlan,
    booster,
    decision: {
      blend: { members: [{ member: 'trees', weight: 1 }], offset: 0 },
      calibration: { kind: 'none' },
      threshold: 0.37,
      rule: { rule: 'mcc' },
      labels: { positive: 'leaves', negative: 'stays' },
    },
    metrics: { rocAuc: 0.9 },
    profile: profileOf(dataset, shopSchema, Float64Array.from(labels)),
    card: '# Who leaves\n',
  };
}

/** A folder for the tests of one file, removed after them. */
export function scratchFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'verdict-server-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
