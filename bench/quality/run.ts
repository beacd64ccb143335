// How good plain `verdict train` is on real sets: the test files are scored by the model trained on the
// training files, beside what peers reached on the same split.
//
//   VERDICT_DATA=FOLDER npm run bench:quality
//
// FOLDER holds one folder for each set with train.csv, test.csv and reference.json (target, positive label, and
// the peers' figures). Nothing is chosen here: defaults come from bench/defaults, which never sees a test file.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTable } from '@verdict/data';
import { logLoss, rocAuc } from '@verdict/learn';

const folder = process.env.VERDICT_DATA;
if (folder === undefined) {
  console.error('Set VERDICT_DATA to a folder of sets (each with train.csv, test.csv and reference.json).');
  process.exit(1);
}

interface Reference {
  readonly target: string;
  readonly positive: string;
  readonly peers: Record<string, { auc: number; logloss: number }>;
}

/** Columns that are no features by the sets' own description. */
const dropped: Record<string, string[]> = { cells: ['case'] };
const scratch = mkdtempSync(join(tmpdir(), 'verdict-quality-'));
const verdict = (...args: string[]): void => {
  execFileSync(process.execPath, ['packages/cli/bin/verdict.js', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

/** Every row's probability of the positive class, and its label, in the order of the file. */
async function scored(
  test: string,
  predictions: string,
  { target, positive }: Reference,
): Promise<[Uint8Array, Float64Array]> {
  const { dataset } = await readTable(test, { target, positive });
  const column = dataset.columns.find(({ name }) => name === target);
  if (column?.kind !== 'code') throw new Error(`${test}: no target column`);
  const lines = readFileSync(predictions, 'utf8').trim().split('\n').slice(1);
  return [
    Uint8Array.from(column.codes, (code) => (column.levels[code] === positive ? 1 : 0)),
    Float64Array.from(lines, (line) => Number(line.split(',')[0])),
  ];
}

const peers = ['xgboost_default_onehot', 'xgboost_early_stopping', 'xgboost_bag_of_5'];
const rows: { set: string; seconds: number; auc: number; logloss: number; reference: Reference }[] = [];
try {
  for (const set of readdirSync(folder).sort()) {
    const path = (file: string): string => join(folder, set, file);
    if (!existsSync(path('reference.json'))) continue;
    const reference: Reference = JSON.parse(readFileSync(path('reference.json'), 'utf8'));
    const { target, positive } = reference;
    const out = join(scratch, set);
    const drops = (dropped[set] ?? []).flatMap((column) => ['--drop', column]);
    const start = performance.now();
    verdict(
      'train',
      path('train.csv'),
      '--target',
      target,
      '--positive',
      positive,
      '--seed',
      '7',
      '--out',
      out,
      ...drops,
    );
    const seconds = (performance.now() - start) / 1000;
    const predictions = join(out, 'predictions.csv');
    verdict('predict', path('test.csv'), '--model', join(out, 'model'), '--out', predictions);
    const [labels, probabilities] = await scored(path('test.csv'), predictions, reference);
    rows.push({
      set,
      seconds,
      auc: rocAuc(labels, probabilities),
      logloss: logLoss(labels, probabilities),
      reference,
    });
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const cell = (auc: number, loss: number): string => `${auc.toFixed(4)} / ${loss.toFixed(4)}`;
const lines = [
  `| set | verdict | ${peers.map((peer) => peer.replaceAll('_', ' ')).join(' | ')} | seconds |`,
  `| --- | --- | ${peers.map(() => '---').join(' | ')} | --- |`,
  ...rows.map(
    (row) =>
      `| ${row.set} | ${cell(row.auc, row.logloss)} | ${peers.map((peer) => cell(row.reference.peers[peer].auc, row.reference.peers[peer].logloss)).join(' | ')} | ${row.seconds.toFixed(1)} |`,
  ),
  `| **mean** | **${cell(mean(rows.map((row) => row.auc)), mean(rows.map((row) => row.logloss)))}** | ${peers
    .map((peer) =>
      cell(
        mean(rows.map((row) => row.reference.peers[peer].auc)),
        mean(rows.map((row) => row.reference.peers[peer].logloss)),
      ),
    )
    .join(' | ')} | ${mean(rows.map((row) => row.seconds)).toFixed(1)} |`,
];
console.log(`ROC AUC / log loss on test files\n\n${lines.join('\n')}`);
writeFileSync(
  join(import.meta.dirname, '..', 'results', 'quality.md'),
  `# Quality of plain \`verdict train\`\n\nROC AUC / log loss on test files that chose nothing; \`VERDICT_DATA=FOLDER npm run bench:quality\`.\n\n${lines.join('\n')}\n`,
);
