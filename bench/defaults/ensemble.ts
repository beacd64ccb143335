// What an ensemble of other kinds of learners gains over the best single one, on training files alone: out-of-fold
// margins of the configurations of packages/learn/src/search/portfolio.ts on the same five folds, and the gain that
// cross-fitted selection has on rows that chose nothing.
//
//   VERDICT_DATA=FOLDER node bench/defaults/ensemble.ts [--sets churn,telco] [--seed 1]
//
// Prints, for each set, ROC AUC and log loss of each learner, then the choice.
import { parseArgs } from 'node:util';
import { binMatrix, trainSync } from '@verdict/boost';
import type { BinnedMatrix } from '@verdict/boost';
import { readTable } from '@verdict/data';
import {
  chooseEnsemble,
  fitLogistic,
  fitTransformFeatures,
  kindOf,
  labelsOf,
  linearDesignOf,
  logisticMargins,
  logLoss,
  portfolio,
  rocAuc,
  sigmoid,
  stratifiedFolds,
  takeDesignRows,
} from '@verdict/learn';
import type { Configuration, EnsembleMember } from '@verdict/learn';
import { readSets } from '../search/sets.ts';

const { values } = parseArgs({
  options: { sets: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const folder = process.env.VERDICT_DATA;
if (folder === undefined) {
  console.error('Set VERDICT_DATA to a folder of sets.');
  process.exit(1);
}
const seed = Number(values.seed);
const FOLDS = 5;

interface Split {
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
}

/** Out-of-fold margins after the same number of rounds in all folds, the best one for their mean. */
function outOfFold(
  configuration: Configuration,
  binned: BinnedMatrix,
  labels: Uint8Array,
  splits: readonly Split[],
): { margins: Float32Array; trees: number; rounds: number } {
  const { params, rounds, earlyStoppingRounds } = configuration;
  const fits = splits.map((split, fold) =>
    trainSync(
      { binned, labels, ...split },
      { ...params, seed: seed + fold },
      { rounds, keepAll: true, ...(earlyStoppingRounds === undefined ? {} : { earlyStoppingRounds }) },
    ),
  );
  const curves = fits.map(({ history }) => history.validation ?? new Float64Array(0));
  const length = Math.min(...curves.map((curve) => curve.length));
  let best = length - 1;
  const meanAt = (round: number): number => curves.reduce((sum, curve) => sum + curve[round], 0);
  if (earlyStoppingRounds !== undefined)
    for (let round = 0; round < length; round++) if (meanAt(round) < meanAt(best)) best = round;
  const margins = new Float32Array(labels.length);
  fits.forEach(({ booster }, fold) => {
    const { validationRows } = splits[fold];
    const own = booster.predictBinned(binned, validationRows, best + 1);
    validationRows.forEach((row, i) => (margins[row] = own[i]));
  });
  const trees = fits.reduce((sum, { booster }) => sum + booster.roundStarts[best + 1], 0);
  return { margins, trees, rounds: best + 1 };
}

const gains: number[] = [];
for (const set of readSets(folder)) {
  if (values.sets !== undefined && !values.sets.split(',').includes(set.name)) continue;
  const { target, positive, drop } = set;
  const { dataset, schema } = await readTable(set.train, { target, positive, drop: [...drop] });
  const labels = labelsOf(dataset, schema);
  const folds = stratifiedFolds(labels, { folds: FOLDS, seed });
  const { plan, matrix } = fitTransformFeatures(dataset, schema, { minimumCount: 5 }, labels);
  const binned = binMatrix(matrix);
  const all = Uint32Array.from(folds.keys());
  const splits = Array.from({ length: FOLDS }, (_, fold) => ({
    rows: all.filter((row) => folds[row] !== fold),
    validationRows: all.filter((row) => folds[row] === fold),
  }));
  const design = linearDesignOf(plan, matrix);
  const linear = new Float64Array(labels.length);
  for (const { rows, validationRows } of splits) {
    const own = Uint8Array.from(rows, (row) => labels[row]);
    const model = fitLogistic(takeDesignRows(design, rows), own, { c: 0.3 });
    const margins = logisticMargins(model, takeDesignRows(design, validationRows));
    validationRows.forEach((row, i) => (linear[row] = margins[i]));
  }
  console.log(`${set.name}: ${labels.length} rows, regression alone ${judge(labels, linear)}`);
  const members: EnsembleMember[] = portfolio(labels.length).map((configuration, trial) => {
    const start = performance.now();
    const { margins, trees, rounds } = outOfFold(configuration, binned, labels, splits);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `  ${trial} ${kindOf(configuration).padEnd(30)} ${judge(labels, margins)}   ${rounds} rounds, ${trees} trees, ${seconds} s`,
    );
    return { trial, kind: kindOf(configuration), margins, trees };
  });
  const start = performance.now();
  const choice = chooseEnsemble({ labels, folds, members, linear, seed });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  gains.push(choice.gain);
  const shares = choice.members.map(({ trial, weight }) => `${trial} x ${weight.toFixed(2)}`).join(', ');
  console.log(
    `  gain ${(choice.gain * 1e4).toFixed(1)} ± ${(choice.standardError * 1e4).toFixed(1)} (1e-4 of log loss), p ${choice.pValue.toFixed(3)}, ` +
      `${choice.kept ? 'kept' : 'not kept'}: ${choice.method} (${shares}); best single ${choice.single}; ` +
      `trees ${choice.treesSingle} against ${choice.treesEnsemble}; ${seconds} s`,
  );
}
console.log(
  `mean gain ${((gains.reduce((sum, gain) => sum + gain, 0) / gains.length) * 1e4).toFixed(1)} (1e-4 of log loss)`,
);

function judge(labels: Uint8Array, margins: ArrayLike<number>): string {
  const probabilities = Float64Array.from(margins, sigmoid);
  return `${rocAuc(labels, probabilities).toFixed(4)} / ${logLoss(labels, probabilities).toFixed(4)}`;
}
