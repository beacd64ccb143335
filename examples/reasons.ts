// Says in words why a row has the score that it has and what would flip its decision, then how the model treats groups.
//
//   node examples/reasons.ts [MODEL] [ROW]
import { fileURLToPath } from 'node:url';
import { evaluate, explain } from 'verdict';

const file = fileURLToPath(new URL('../data/churn.csv', import.meta.url));
const model = process.argv[2] ?? 'output/model';

const explanation = await explain({
  file,
  model,
  row: Number(process.argv[3] ?? 1),
  counterfactual: true,
  freeze: ['state', 'area_code'],
});
if (explanation.kind !== 'row') throw new TypeError('a row was asked for');
const { reasons, counterfactuals } = explanation;
for (const { words } of [...reasons.raising, ...reasons.lowering]) console.log(`- ${words}`);
for (const { changes, probability } of counterfactuals?.found ?? []) {
  const list = changes.map(({ column, from, to }) => `${column} ${from} -> ${to}`).join(', ');
  console.log(`${counterfactuals?.wanted} if ${list}: probability ${probability.toFixed(3)}`);
}

// These rows trained the model, so its figures flatter it; give later ones.
const { weakSlices, fairness = [] } = await evaluate({ file, model, fairness: ['area_code'] });
console.log(`${weakSlices.slices.length} weak slices of ${weakSlices.looked}`);
for (const { group, rows, selectionRate } of fairness[0].groups) {
  console.log(`${group}: ${rows} rows, ${(100 * selectionRate.value).toFixed(1)} % called yes`);
}
