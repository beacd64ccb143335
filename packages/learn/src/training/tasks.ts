// What worker threads do. Inputs are plain data, large arrays on shared memory; each task is a pure function.
import type { BinnedMatrix, Params } from '@verdict/boost';
import { trainSync } from '@verdict/boost';
import type { LinearDesign, LogisticModel } from '../linear/index.ts';
import { fitLogistic, logisticMargins, takeDesignRows } from '../linear/index.ts';
import { trainLockstep } from '../search/lockstep.ts';
import { judgeSubset as judge, rankInFold as rank } from '../selection/index.ts';
import {
  contributionsOf,
  interactionSizesOf,
  probabilitiesOverGrid,
  shuffleColumns,
} from './explanation-tasks.ts';
import { resample } from './resampling.ts';
import { task } from './task.ts';

/** Boost on some rows, stop by others. */
export interface TreeFit {
  readonly binned: BinnedMatrix;
  readonly labels: Uint8Array;
  readonly weights: Float32Array | undefined;
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
  readonly params: Partial<Params>;
  readonly rounds: number;
  /** Default: all rounds are kept. */
  readonly earlyStoppingRounds: number | undefined;
}

export const fitTrees = task((input: TreeFit) => {
  const { binned, labels, weights, rows, validationRows, params, rounds, earlyStoppingRounds } = input;
  const { booster, bestIteration, history } = trainSync(
    { binned, labels, rows, validationRows, ...(weights === undefined ? {} : { weights }) },
    params,
    {
      rounds,
      ...(earlyStoppingRounds === undefined ? {} : { earlyStoppingRounds }),
      evaluateTraining: true,
    },
  );
  return {
    model: booster.toUbj(),
    rounds: bestIteration + 1,
    history,
    validationMargins: booster.predictBinned(binned, validationRows),
    trainingMargins: booster.predictBinned(binned, rows),
  };
});

/** Distance from the optimum, in standard errors of the coefficients, that is close enough. */
const LINEAR_TOLERANCE = 1e-5;

/** Fit a logistic regression on some rows and score others. */
export interface LinearFit {
  readonly design: LinearDesign;
  readonly labels: Uint8Array;
  readonly weights: Float64Array | undefined;
  readonly rows: Uint32Array;
  readonly validationRows: Uint32Array;
  /** Inverse strength of the penalty. */
  readonly c: number;
  /** Where to start: a fit of neighbouring rows. */
  readonly start: LogisticModel | undefined;
}

export const fitLinear = task((input: LinearFit) => {
  const { design, labels, weights, rows, validationRows, c, start } = input;
  const training = takeDesignRows(design, rows);
  const model = fitLogistic(
    training,
    Uint8Array.from(rows, (row) => labels[row]),
    {
      c,
      tolerance: LINEAR_TOLERANCE,
      ...(weights === undefined ? {} : { weights: Float64Array.from(rows, (row) => weights[row]) }),
      ...(start === undefined ? {} : { start }),
    },
  );
  return {
    model,
    validationMargins: logisticMargins(model, takeDesignRows(design, validationRows)),
    trainingMargins: logisticMargins(model, training),
  };
});

export const permute = task(shuffleColumns);

export const contribute = task(contributionsOf);

export const interact = task(interactionSizesOf);

export const overGrid = task(probabilitiesOverGrid);

export const draw = task(resample);

export const evaluateTrial = task(trainLockstep);

export const judgeSubset = task(judge);

export const rankInFold = task(rank);
