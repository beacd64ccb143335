import type { CodeColumn, Column, NumberColumn } from '@verdict/core';
import type { Finding } from './table.ts';

/** A single column with an AUC from here up is suspected to know the answer. */
const suspicious = 0.995;
const sampleLimit = 20_000;
const fewestOfAClass = 10;
const parts = 5;

/**
 * Columns that alone tell the classes apart almost perfectly (AUC of at least 0.995 in either direction).
 *
 * A number column is ranked as it is, missing values below or above all others. A category is ranked by the
 * share of positives that its level has in the other four fifths of the rows, so that a level which few rows
 * have tells nothing about them. Looks at 20,000 evenly spaced rows first and confirms on all; needs ten rows
 * of either class.
 */
export function findLeakage(features: readonly Column[], target: Int32Array): Finding[] {
  const all = Uint32Array.from(target.keys());
  const stride = Math.ceil(target.length / sampleLimit);
  const sample = stride <= 1 ? all : Uint32Array.from({ length: Math.floor(target.length / stride) }, (_, i) => i * stride);
  const findings: Finding[] = [];
  for (const column of features) {
    let auc = columnAuc(column, target, sample);
    if (auc < suspicious) continue;
    if (sample !== all) auc = columnAuc(column, target, all);
    if (auc < suspicious) continue;
    findings.push({
      code: 'SUSPECTED_LEAKAGE',
      severity: 'warning',
      column: column.name,
      message: `"${column.name}" alone predicts the target almost perfectly (AUC ${auc.toFixed(4)}): check that it is known before the outcome, or drop it.`,
      details: { auc, threshold: suspicious },
    });
  }
  return findings;
}

function columnAuc(column: Column, target: Int32Array, rows: Uint32Array): number {
  return column.kind === 'number' ? numberAuc(column, target, rows) : categoryAuc(column, target, rows);
}

function numberAuc({ values }: NumberColumn, target: Int32Array, rows: Uint32Array): number {
  let best = 0;
  const missing = rows.some((row) => Number.isNaN(values[row]));
  for (const placeholder of missing ? [-Infinity, Infinity] : [0]) {
    const auc = aucOf((row) => (Number.isNaN(values[row]) ? placeholder : values[row]), target, rows);
    best = Math.max(best, auc, 1 - auc);
  }
  return best;
}

function categoryAuc({ codes, levels }: CodeColumn, target: Int32Array, rows: Uint32Array): number {
  const width = levels.length + 1;
  const counts = new Float64Array(width * parts);
  const positives = new Float64Array(width * parts);
  let total = 0;
  for (const [index, row] of rows.entries()) {
    const cell = (codes[row] + 1) * parts + (index % parts);
    counts[cell] += 1;
    positives[cell] += target[row];
    total += target[row];
  }
  const prior = total / rows.length;
  const scores = new Float64Array(width * parts);
  for (let level = 0; level < width; level++) {
    let levelCount = 0;
    let levelPositives = 0;
    for (let part = 0; part < parts; part++) {
      levelCount += counts[level * parts + part];
      levelPositives += positives[level * parts + part];
    }
    for (let part = 0; part < parts; part++) {
      const cell = level * parts + part;
      scores[cell] = (levelPositives - positives[cell] + prior) / (levelCount - counts[cell] + 1);
    }
  }
  const places = new Uint32Array(rows.length);
  for (const [index, row] of rows.entries()) places[index] = (codes[row] + 1) * parts + (index % parts);
  const auc = aucOf((_, index) => scores[places[index]], target, rows);
  return auc;
}

/** Area under the ROC curve with ties counted half; 0.5 if a class has fewer than ten rows. */
function aucOf(score: (row: number, index: number) => number, target: Int32Array, rows: Uint32Array): number {
  const positives = new Float64Array(rows.length);
  const negatives = new Float64Array(rows.length);
  let p = 0;
  let n = 0;
  for (const [index, row] of rows.entries()) {
    if (target[row] === 1) positives[p++] = score(row, index);
    else negatives[n++] = score(row, index);
  }
  if (p < fewestOfAClass || n < fewestOfAClass) return 0.5;
  const high = positives.subarray(0, p).sort();
  const low = negatives.subarray(0, n).sort();
  let wins = 0;
  let below = 0;
  let upTo = 0;
  for (const value of high) {
    while (below < n && low[below] < value) below += 1;
    if (upTo < below) upTo = below;
    while (upTo < n && low[upTo] <= value) upTo += 1;
    wins += below + (upTo - below) / 2;
  }
  return wins / (p * n);
}
