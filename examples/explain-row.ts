// Says why a row has the score that it has: exact TreeSHAP values in log-odds, which add up to the margin.
//
//   node examples/explain-row.ts [MODEL] [ROW]
import { fileURLToPath } from 'node:url';
import { explain } from 'verdict';

const explanation = await explain({
  file: fileURLToPath(new URL('../data/churn.csv', import.meta.url)),
  model: process.argv[2] ?? 'output/model',
  row: Number(process.argv[3] ?? 1),
});
if (explanation.kind !== 'row') throw new TypeError('a row was asked for');

const { row, prediction, probability, margin, bias, contributions } = explanation;
console.log(`row ${row}: ${prediction}, probability ${probability.toFixed(3)}`);
for (const { column, value, contribution } of contributions.slice(0, 5)) {
  const sign = contribution < 0 ? '' : '+';
  console.log(`  ${sign}${contribution.toFixed(3)}  ${column} = ${value ?? 'missing'}`);
}
const rest = contributions.slice(5).reduce((sum, { contribution }) => sum + contribution, 0);
console.log(`  ${rest < 0 ? '' : '+'}${rest.toFixed(3)}  all other columns`);
console.log(`  ${bias < 0 ? '' : '+'}${bias.toFixed(3)}  what all rows start from`);
console.log(`= ${margin.toFixed(3)}  log-odds`);
