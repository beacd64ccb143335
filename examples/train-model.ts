// Trains a model of customers' churn and reads its figures: what `verdict train` does, from a program.
//
//   node examples/train-model.ts [OUT]
//
// OUT is `output/example` if it is not given, so that the results of your own trainings stay.
import { fileURLToPath } from 'node:url';
import { predict, train } from 'verdict';

const table = fileURLToPath(new URL('../data/churn.csv', import.meta.url));
const { out, model, metrics } = await train({
  file: table,
  target: 'churn',
  out: process.argv[2] ?? 'output/example',
  onProgress: ({ stage, done, total }) => process.stderr.write(`\r${stage} ${done}/${total}   `),
});
process.stderr.write('\n');

const { rocAuc, logLoss } = metrics.headline.metrics;
const { low, high } = metrics.headline.intervals.rocAuc;
console.log(
  `ROC AUC ${rocAuc.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), log loss ${logLoss.toFixed(3)}`,
);
console.log(`on ${metrics.headline.rows} rows of a ${metrics.headline.source}`);
console.log(`the report is ${out}/report.html`);

// Scores a whole file in bounded memory; the ending of `out` says the format.
const { rows } = await predict({ file: table, model, out: `${out}/predictions.parquet` });
console.log(`${rows} rows scored`);
