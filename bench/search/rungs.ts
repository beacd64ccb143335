// When trials may be given up: how well their order after some progress (rounds times learning rate) tells their
// final order, on training files alone. Prints for each progress Spearman's correlation, and how many of the four best
// trials were in the worse half there.
//
//   VERDICT_DATA=FOLDER node bench/search/rungs.ts [--trials 40] [--sets churn,telco]
//
// FOLDER holds one folder for each set with train.csv and reference.json, of which only target and positive label
// are read.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { binMatrix } from '@verdict/boost';
import { readTable } from '@verdict/data';
import {
  fitTransformFeatures,
  labelsOf,
  openPool,
  searchTrials,
  share,
  stratifiedFolds,
} from '@verdict/learn';
import type { FoldsData, Trial } from '@verdict/learn';

const { values } = parseArgs({
  options: { trials: { type: 'string', default: '40' }, sets: { type: 'string' } },
});
const folder = process.env.VERDICT_DATA;
if (folder === undefined) {
  console.error('Set VERDICT_DATA to a folder of sets.');
  process.exit(1);
}
const FOLDS = 5;
const progresses = [1, 2, 3, 4.5, 6, 9, 13.5, 20];
const dropped: Record<string, string[]> = { cells: ['case'] };

async function foldsOf(path: string, set: string): Promise<FoldsData> {
  const { target, positive } = JSON.parse(readFileSync(join(path, 'reference.json'), 'utf8'));
  const drop = dropped[set] ?? [];
  const { dataset, schema } = await readTable(join(path, 'train.csv'), { target, positive, drop });
  const labels = share(labelsOf(dataset, schema));
  const binned = binMatrix(fitTransformFeatures(dataset, schema, { minimumCount: 5 }, labels).matrix);
  const foldOf = stratifiedFolds(labels, { folds: FOLDS, seed: 42 });
  const rowsOf = (test: (fold: number) => boolean): Uint32Array =>
    share(Uint32Array.from(foldOf.keys()).filter((row) => test(foldOf[row])));
  const folds = Array.from({ length: FOLDS }, (_, fold) => ({
    binned,
    rows: rowsOf((other) => other !== fold),
    validationRows: rowsOf((other) => other === fold),
  }));
  return { labels, folds };
}

/** The rank of each number, from 0. */
function ranksOf(numbers: readonly number[]): number[] {
  const order = numbers.map((_, i) => i).sort((a, b) => numbers[a] - numbers[b]);
  const ranks: number[] = [];
  order.forEach((i, rank) => (ranks[i] = rank));
  return ranks;
}

function valueAt({ curve, configuration }: Trial, progress: number): number {
  const rounds = Math.ceil(progress / (configuration.params.learning_rate ?? 0.3));
  return Math.min(...curve.slice(0, Math.max(1, rounds)));
}

const pool = openPool(2);
const wanted = values.sets?.split(',');
for (const set of readdirSync(folder).sort()) {
  const path = join(folder, set);
  if (!existsSync(join(path, 'reference.json')) || (wanted !== undefined && !wanted.includes(set))) continue;
  const { trials } = await searchTrials({
    data: await foldsOf(path, set),
    pool,
    strategy: 'random',
    portfolio: [],
    trials: Number(values.trials),
    seed: 1,
    now: () => performance.now(),
  });
  const final = ranksOf(trials.map(({ score }) => score));
  const cells = progresses.map((progress) => {
    const ranks = ranksOf(trials.map((trial) => valueAt(trial, progress)));
    const n = ranks.length;
    const squares = ranks.reduce((sum, rank, i) => sum + (rank - final[i]) ** 2, 0);
    const lost = ranks.filter((rank, i) => final[i] < 4 && rank >= n / 2).length;
    return `${progress}: ${(1 - (6 * squares) / (n * (n * n - 1))).toFixed(2)} (${lost})`;
  });
  console.log(set.padEnd(14), cells.join('   '));
}
await pool.close();
