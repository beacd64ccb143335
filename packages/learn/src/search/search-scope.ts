import { createHash } from 'node:crypto';
import type { BinnedMatrix } from '@verdict/boost';
import { canonicalJson } from '../json/canonical-json.ts';
import { version } from '../version.ts';
import type { FoldsData } from './folds-data.ts';
import type { JournalScope } from './journal.ts';
import type { SearchMetric } from './metric.ts';
import type { Strategy } from './strategy.ts';

/** What the trials of a search depend on: how many there are, and on how many threads, is no part of it. */
export interface SearchIdentity {
  readonly data: FoldsData;
  readonly strategy: Strategy;
  readonly metric: SearchMetric;
  readonly seed: number;
  /** Grid, or space and portfolio. */
  readonly searched: unknown;
}

/** The same as texts, with the data and what is searched as SHA-256. */
export function scopeOf({ data, strategy, metric, seed, searched }: SearchIdentity): JournalScope {
  return {
    'Verdict version': version,
    strategy,
    metric,
    seed: String(seed),
    'search space': createHash('sha256').update(canonicalJson(searched)).digest('hex'),
    data: fingerprintOf(data),
  };
}

function fingerprintOf({ labels, weights, folds }: FoldsData): string {
  const hash = createHash('sha256');
  const add = (array: Uint8Array | Uint32Array | Float32Array | Int32Array): void => {
    hash.update(`${array.length},`);
    hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  };
  add(labels);
  if (weights !== undefined) add(weights);
  const seen: BinnedMatrix[] = [];
  for (const { binned, rows, validationRows } of folds) {
    add(rows);
    add(validationRows);
    hash.update(`matrix ${seen.includes(binned) ? seen.indexOf(binned) : seen.length},`);
    if (seen.includes(binned)) continue;
    seen.push(binned);
    hash.update(canonicalJson([binned.featureNames, binned.featureTypes, binned.places]));
    for (const { cuts, codes, codeStarts } of binned.columns) [cuts, codes, codeStarts].forEach(add);
    for (const { bins } of binned.storage) add(bins);
  }
  return hash.digest('hex');
}
