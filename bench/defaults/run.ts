// How the defaults were chosen: repeated cross-validation of the whole pipeline on training files alone. Each
// outer fold plays the test file; everything else (folds, early stopping, penalty, blend) happens inside.
//
//   VERDICT_DATA=FOLDER node bench/defaults/run.ts [--repeats 1] [--sets churn,telco]
//
// FOLDER holds one folder for each set with train.csv and reference.json, of which only target and positive label
// are read. Prints ROC AUC / log loss of each set and their mean, to be compared between two versions of
// packages/learn/src/training/defaults.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { takeRows } from '@verdict/core';
import { readTable } from '@verdict/data';
import { createScorer, labelsOf, logLoss, rocAuc, stratifiedFolds, trainModel } from '@verdict/learn';

const { values } = parseArgs({
  options: { repeats: { type: 'string', default: '1' }, sets: { type: 'string' } },
});
const folder = process.env.VERDICT_DATA;
if (folder === undefined) {
  console.error('Set VERDICT_DATA to a folder of sets.');
  process.exit(1);
}
const OUTER = 4;
const dropped: Record<string, string[]> = { cells: ['case'] };
const wanted = values.sets?.split(',');
const mean = (numbers: number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

const all: { auc: number; loss: number }[] = [];
for (const set of readdirSync(folder).sort()) {
  if (!existsSync(join(folder, set, 'reference.json')) || (wanted !== undefined && !wanted.includes(set)))
    continue;
  const { target, positive } = JSON.parse(readFileSync(join(folder, set, 'reference.json'), 'utf8'));
  const { dataset, schema } = await readTable(join(folder, set, 'train.csv'), {
    target,
    positive,
    drop: dropped[set] ?? [],
  });
  const labels = labelsOf(dataset, schema);
  const cells: { auc: number; loss: number }[] = [];
  const start = performance.now();
  let blend = '';
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    const folds = stratifiedFolds(labels, { folds: OUTER, seed: 100 + repeat });
    for (let fold = 0; fold < OUTER; fold++) {
      const rows = Uint32Array.from(folds.keys());
      const train = takeRows(
        dataset,
        rows.filter((row) => folds[row] !== fold),
      );
      const test = takeRows(
        dataset,
        rows.filter((row) => folds[row] === fold),
      );
      const { bundle, learning } = await trainModel(
        { dataset: train, schema },
        { seed: 7 + repeat, testSize: 0, explain: false },
      );
      const own = labelsOf(test, schema);
      const { probabilities } = createScorer(bundle).scoreBatch(test);
      cells.push({ auc: rocAuc(own, probabilities), loss: logLoss(own, probabilities) });
      blend = `${bundle.decision.blend.members.map(({ weight }) => weight.toFixed(2)).join(' + ')}, rounds ${learning.rounds.join(' ')}`;
    }
  }
  all.push({ auc: mean(cells.map(({ auc }) => auc)), loss: mean(cells.map(({ loss }) => loss)) });
  const { auc, loss } = all[all.length - 1];
  console.log(
    `${set.padEnd(14)} ${auc.toFixed(4)} / ${loss.toFixed(4)}   ${((performance.now() - start) / 1000).toFixed(0)} s   (last: ${blend})`,
  );
}
console.log(
  `${'mean'.padEnd(14)} ${mean(all.map(({ auc }) => auc)).toFixed(4)} / ${mean(all.map(({ loss }) => loss)).toFixed(4)}`,
);
