import type { LoadedScorer } from '@verdict/learn';
import type { Row } from './table.ts';

/** How long one row takes in process, features included, in microseconds. */
export interface OneRow {
  readonly median: number;
  readonly p99: number;
  readonly trees: number;
}

const WARM = 5_000;
const MEASURED = 20_000;

/** Scores different rows one after another, each by the clock. */
export function timeOneRow(scorer: LoadedScorer, rows: readonly Row[]): OneRow {
  let sum = 0;
  for (let i = 0; i < WARM; i++) sum += scorer.scoreRow(rows[i % rows.length]).probability;
  const times = new Float64Array(MEASURED);
  for (let i = 0; i < MEASURED; i++) {
    const begin = process.hrtime.bigint();
    sum += scorer.scoreRow(rows[i % rows.length]).probability;
    times[i] = Number(process.hrtime.bigint() - begin) / 1000;
  }
  if (!(sum > 0)) throw new Error('nothing was scored');
  times.sort();
  return {
    median: times[MEASURED / 2],
    p99: times[(MEASURED * 99) / 100],
    trees: scorer.bundle.booster?.treeCount ?? 0,
  };
}
