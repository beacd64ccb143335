// Trains boosted trees by themselves, on arrays, with early stopping, and hands the model to XGBoost's format.
//
//   node examples/boosted-trees.ts [OUT.ubj]
import { writeFileSync } from 'node:fs';
import { binMatrix, Booster, train } from '@verdict/boost';
import { Random } from '@verdict/core';

// A made table: the label hangs on a product of two numbers and on a category; some numbers are missing.
const random = new Random(7, 'example');
const rowCount = 4000;
const x = Float32Array.from({ length: rowCount }, () =>
  random.float() < 0.1 ? NaN : random.float() * 2 - 1,
);
const y = Float32Array.from({ length: rowCount }, () => random.float() * 2 - 1);
const kind = Float32Array.from({ length: rowCount }, () => random.integer(6));
const labels = Uint8Array.from(x, (value, row) => {
  const margin = 4 * (Number.isNaN(value) ? 0.5 : value) * y[row] + (kind[row] % 2 === 0 ? 1 : -1);
  return random.float() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
});
const matrix = {
  rowCount,
  columns: [x, y, kind],
  featureNames: ['x', 'y', 'kind'],
  featureTypes: ['q', 'q', 'c'],
} as const;

// Bins do not look at labels, so one binned table serves all folds and trials.
const rows = Uint32Array.from({ length: rowCount }, (_, row) => row);
const { booster, bestIteration, history } = await train(
  {
    binned: binMatrix(matrix),
    labels,
    rows: rows.filter((row) => row % 5 !== 0),
    validationRows: rows.filter((row) => row % 5 === 0),
  },
  { learning_rate: 0.1, max_depth: 4 },
  { rounds: 500, earlyStoppingRounds: 30 },
);
console.log(`${bestIteration + 1} rounds, log loss ${history.validation?.[bestIteration].toFixed(4)}`);

// Contributions of each feature, and the bias last; they add up to the margin.
const contributions = booster.contributionsRow(Float32Array.of(0.8, 0.9, 0));
console.log(
  [...matrix.featureNames, 'bias'].map((name, i) => `${name} ${contributions[i].toFixed(3)}`).join(', '),
);

const bytes = booster.toUbj();
writeFileSync(process.argv[2] ?? 'trees.ubj', bytes);
const same = Booster.fromUbj(bytes).predictMargin(matrix);
console.log(`${bytes.length} bytes that XGBoost loads; margin of row 1 is ${same[0].toFixed(3)} there too`);
