// Searches for a good model of the customers' churn and says what was tried and what was chosen.
//
//   node examples/tune-model.ts OUT TRIALS
import { fileURLToPath } from 'node:url';
import { tune } from 'verdict';

const [out = 'tuned', trials = '12'] = process.argv.slice(2);
const { metrics } = await tune({
  file: fileURLToPath(new URL('../data/churn.csv', import.meta.url)),
  target: 'churn',
  out,
  trials: Number(trials),
  engineering: 'none',
  onTrial: ({ number, status, score }) => console.log(`trial ${number}: ${status}, ${score.toFixed(4)}`),
});

const { search, headline } = metrics;
for (const { trial, kind, weight } of search?.members ?? [])
  console.log(`${(100 * weight).toFixed(0)} % ${kind} (trial ${trial})`);
console.log(`ROC AUC ${headline.metrics.rocAuc.toFixed(4)} on rows that chose nothing`);
