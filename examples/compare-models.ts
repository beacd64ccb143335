// Trains a second model without the customers' calls to the service, and says whether that makes it worse: on rows
// that neither model has seen, and fold by fold.
//
//   node examples/compare-models.ts FIRST SECOND ROWS
import { fileURLToPath } from 'node:url';
import { compare, train } from 'verdict';

const [first = 'output', second = 'second', rows] = process.argv.slice(2);
await train({
  file: fileURLToPath(new URL('../data/churn.csv', import.meta.url)),
  target: 'churn',
  drop: ['number_customer_service_calls'],
  out: second,
});

// By the figures in the bundles, or on the rows of a file.
const { sentences, pairs } = await compare({
  models: [first, second],
  ...(rows === undefined ? {} : { file: rows }),
});
const [{ best, outcome, test, crossValidation }] = pairs;
console.log(`best: ${best} (${outcome}, ${test.method})`);
console.log(`difference in ROC AUC ${test.low.toFixed(4)} … ${test.high.toFixed(4)}`);
if (crossValidation.comparable) console.log(`fold by fold: p = ${crossValidation.pValue.toFixed(4)}`);
for (const sentence of sentences) console.log(sentence);
