// Makes a model of Verdict from a file that XGBoost could have written: what `verdict import` does, from a program.
//
//   node examples/import-model.ts [OUT]
//
// OUT is `output/imported` if it is not given.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binMatrix, train } from '@verdict/boost';
import { importModel, loadScorer } from 'verdict';

const table = fileURLToPath(new URL('../data/churn.csv', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'verdict-model-'));
const file = join(folder, 'model.json');
writeFileSync(file, await dataScientistsModel());

// Columns are matched by the names in the file. What the sample has beyond them is left out.
const { model, metrics } = await importModel({
  model: file,
  sample: table,
  target: 'churn',
  out: process.argv[2] ?? 'output/imported',
});
rmSync(folder, { recursive: true });

const { imported, headline, decision } = metrics;
console.log(`${imported.format}, ${imported.rounds} rounds, objective ${imported.objective}`);
console.log(`ROC AUC ${headline.metrics.rocAuc.toFixed(3)} on the sample, which may hold its training rows`);
console.log(`threshold ${decision.threshold.toFixed(3)}`);

const scorer = await loadScorer(model);
const { probability, label } = scorer.scoreRow({
  total_day_minutes: 310,
  total_intl_calls: 2,
  number_customer_service_calls: 5,
});
console.log(`churn: ${label}, probability ${probability.toFixed(3)}`);

/** Stands for what a data scientist brings: a model of three columns, in XGBoost's format. */
async function dataScientistsModel(): Promise<string> {
  const [head, ...rows] = readFileSync(table, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const names = ['total_day_minutes', 'total_intl_calls', 'number_customer_service_calls'];
  const matrix = {
    rowCount: rows.length,
    columns: names.map((name) => Float32Array.from(rows, (row) => Number(row[head.indexOf(name)]))),
    featureNames: names,
    featureTypes: names.map(() => 'q' as const),
  };
  const labels = Uint8Array.from(rows, (row) => (row[head.indexOf('churn')] === 'yes' ? 1 : 0));
  const { booster } = await train({ binned: binMatrix(matrix), labels }, { max_depth: 4 }, { rounds: 30 });
  return booster.toJson();
}
