// Steers boosted trees: a law that they must obey, a loss and a metric of one's own, a forest, and rounds that are
// added later.
//
//   node examples/steered-trees.ts
import { binMatrix, trainSync } from '@verdict/boost';
import type { Booster, CustomMetric, CustomObjective } from '@verdict/boost';
import { Random } from '@verdict/core';

// A made table of claims: they rise with mileage, and with power for young drivers; a few are absurdly high.
const random = new Random(11, 'steered');
const rowCount = 3000;
const mileage = Float32Array.from({ length: rowCount }, () => random.float() * 40);
const age = Float32Array.from({ length: rowCount }, () => 18 + random.integer(60));
const power = Float32Array.from({ length: rowCount }, () =>
  random.float() < 0.1 ? NaN : 40 + random.integer(200),
);
const claims = mileage.map((km, row) => {
  const young = age[row] < 25 && power[row] > 120 ? 6 : 0;
  const outlier = random.float() < 0.02 ? 100 * random.float() : 0;
  return 2 + 0.1 * km + young + random.normal() + outlier;
});
const matrix = {
  rowCount,
  columns: [mileage, age, power],
  featureNames: ['mileage', 'age', 'power'],
  featureTypes: ['q', 'int', 'q'],
} as const;
const rows = Uint32Array.from({ length: rowCount }, (_, row) => row);
const data = {
  binned: binMatrix(matrix),
  labels: claims,
  rows: rows.filter((row) => row % 4 !== 0),
  validationRows: rows.filter((row) => row % 4 === 0),
};
const regression = { objective: 'reg:squarederror', learning_rate: 0.1, max_depth: 4 } as const;

// A claim may never be expected to fall when mileage rises; age and power may meet, mileage stands alone.
const law = {
  monotone_constraints: { mileage: 1 },
  interaction_constraints: [['mileage'], ['age', 'power']],
};
const lawful = trainSync(data, { ...regression, ...law }, { rounds: 80 }).booster;

/** True if what the booster says never falls from a mileage to the next, for the driver of a row. */
function rises(booster: Booster, row: number): boolean {
  const steps = Array.from({ length: 41 }, (_, km) =>
    booster.predictRow(Float32Array.of(km, age[row], power[row])),
  );
  return steps.every((value, km) => km === 0 || value >= steps[km - 1]);
}
const free = trainSync(data, regression, { rounds: 80 }).booster;
const lawfulRows = rows.filter((row) => rises(lawful, row)).length;
const freeRows = rows.filter((row) => rises(free, row)).length;
console.log(`rises with mileage for ${lawfulRows} of ${rowCount} rows; without the law for ${freeRows}`);

// log(cosh(x)) weighs small errors like squares and absurd ones like distances.
const logCosh: CustomObjective = (margins, labels) => {
  const gradients = margins.map((margin, i) => Math.tanh(margin - labels[i]));
  return { gradients, hessians: gradients.map((g) => Math.max(1 - g * g, 0.05)) };
};
const median: CustomMetric = {
  name: 'median error',
  higherIsBetter: false,
  evaluate: (margins, labels) =>
    margins.map((margin, i) => Math.abs(margin - labels[i])).sort()[margins.length >> 1],
};
for (const [name, objective] of [
  ['squares', undefined],
  ['log cosh', logCosh],
] as const) {
  const { history, bestIteration } = trainSync(data, regression, {
    rounds: 400,
    metric: ['rmse', median],
    stopMetric: 'median error',
    earlyStoppingRounds: 30,
    ...(objective !== undefined && { objective }),
  });
  console.log(
    `${name}: median error ${history.validation?.[bestIteration].toFixed(3)} after ${bestIteration + 1} rounds`,
  );
}

// A forest of squares, and rounds of boosting that go on from it with the other loss.
const forest = trainSync(
  data,
  {
    ...regression,
    learning_rate: 1,
    num_parallel_tree: 30,
    subsample: 0.63,
    colsample_bynode: 0.7,
    max_depth: 8,
  },
  { rounds: 1, metric: median },
);
const boosted = trainSync(data, regression, {
  rounds: 20,
  initial: forest.booster,
  objective: logCosh,
  metric: median,
});
const [before, after] = [forest, boosted].map(({ history }) => history.validation?.at(-1)?.toFixed(3));
console.log(`forest of ${forest.booster.treeCount} trees: median error ${before}; 20 rounds later: ${after}`);
