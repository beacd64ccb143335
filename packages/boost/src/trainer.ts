import { Interrupted, Random } from '@verdict/core';
import { Booster } from './booster.ts';
import { ColumnSampler } from './column-sampler.ts';
import { Grower } from './grower.ts';
import { marginOf, startingProbability } from './intercept.ts';
import { findMetric, rowLoss } from './metrics.ts';
import type { Metric } from './metrics.ts';
import { findObjective } from './objective.ts';
import type { Objective } from './objective.ts';
import { resolveParams } from './params.ts';
import type { Params, ParamsInput } from './params.ts';
import { planSpace, TrainingSpace } from './training-space.ts';
import { checkOptions, selectRows } from './training-data.ts';
import type { SelectedRows, TrainingData, TrainingOptions } from './training-data.ts';
import type { Tree } from './tree.ts';
import { Workspace } from './workspace.ts';

/** What training found. */
export interface TrainingResult {
  /** All trees; with early stopping those up to the best round, unless `keepAll`. */
  readonly booster: Booster;
  /** The best round by early stopping, from 0; the last round without it. */
  readonly bestIteration: number;
  /** The metric after every round that was trained. */
  readonly history: { readonly training?: Float64Array; readonly validation?: Float64Array };
  /** Margins after round `bestIteration`, aligned with `validationRows`. */
  readonly validationMargins?: Float32Array;
}

/**
 * Trains on the calling thread.
 *
 * @throws InvalidOption, InvalidValue, InsufficientData, OutOfResources, Interrupted
 * @example
 * const binned = binMatrix(matrix);
 * const { booster } = trainSync({ binned, labels }, { max_depth: 4, learning_rate: 0.1 }, { rounds: 100 });
 */
export function trainSync(data: TrainingData, params: ParamsInput, options: TrainingOptions): TrainingResult {
  const resolved = resolveParams(params);
  checkOptions(data, options);
  const rows = selectRows(data, resolved, options);
  if (options.signal?.aborted === true) throw new Interrupted();
  const plan = planSpace(data.binned, rows.labels.length, rows.validationRows.length, resolved);
  return Workspace.use(plan.bytes, (workspace) => {
    const space = new TrainingSpace(workspace, plan, data.binned, data.rows, rows.validationRows);
    return new Trainer(workspace, space, data, rows, resolved, options).run();
  });
}

/** One training job. */
class Trainer {
  readonly #workspace: Workspace;
  readonly #space: TrainingSpace;
  readonly #data: TrainingData;
  readonly #rows: SelectedRows;
  readonly #params: Params;
  readonly #options: TrainingOptions;
  readonly #objective: Objective;

  constructor(
    workspace: Workspace,
    space: TrainingSpace,
    data: TrainingData,
    rows: SelectedRows,
    params: Params,
    options: TrainingOptions,
  ) {
    this.#workspace = workspace;
    this.#space = space;
    this.#data = data;
    this.#rows = rows;
    this.#params = params;
    this.#options = options;
    this.#objective = findObjective(params);
  }

  run(): TrainingResult {
    const { earlyStoppingRounds, evaluateTraining, keepAll, onRound, rounds, signal } = this.#options;
    const { featureNames, featureTypes } = this.#data.binned;
    const probability = this.#start();
    const metric = findMetric(this.#options.metric ?? 'logloss');
    const n = this.#rows.labels.length;
    const m = this.#rows.validationRows.length;
    const validationMargins = this.#workspace.floats(this.#space.margins + n * 4, m);
    const sampler = new ColumnSampler(this.#params, featureNames.length);
    const grower = new Grower(this.#workspace, this.#space, this.#params, sampler);
    const random = new Random(this.#params.seed, 'rounds');
    const trees: Tree[] = [];
    const training: number[] = [];
    const validation: number[] = [];
    let best = 0;
    let bestMargins = validationMargins.slice();
    for (let round = 0; round < rounds; round++) {
      if (signal?.aborted === true) throw new Interrupted();
      trees.push(this.#round(grower, random, round));
      if (evaluateTraining === true) {
        training.push(this.#evaluate(metric, 0, this.#rows.labels, this.#rows.weights));
      }
      if (m > 0) {
        const { validationLabels, validationWeights } = this.#rows;
        const value = this.#evaluate(metric, n, validationLabels, validationWeights);
        validation.push(value);
        const better = metric.ascending ? value > validation[best] : value < validation[best];
        if (earlyStoppingRounds !== undefined && (better || round === 0)) {
          best = round;
          bestMargins.set(validationMargins);
        }
      }
      const goOn = onRound?.({
        round,
        ...(evaluateTraining === true && { training: training[round] }),
        ...(m > 0 && { validation: validation[round] }),
        bestIteration: earlyStoppingRounds === undefined ? round : best,
      });
      if (goOn === false) break;
      if (earlyStoppingRounds !== undefined && round - best >= earlyStoppingRounds) break;
    }
    if (earlyStoppingRounds === undefined) {
      best = trees.length - 1;
      bestMargins = validationMargins.slice();
    }
    const kept = keepAll === true ? trees : trees.slice(0, best + 1);
    const booster = Booster.fromTrees(kept, {
      featureNames,
      featureTypes,
      baseOutput: probability,
      ...(earlyStoppingRounds !== undefined && { bestIteration: best }),
    });
    return {
      booster,
      bestIteration: best,
      history: {
        ...(evaluateTraining === true && { training: Float64Array.from(training) }),
        ...(m > 0 && { validation: Float64Array.from(validation) }),
      },
      ...(m > 0 && { validationMargins: bestMargins }),
    };
  }

  /** The metric of the training rows (`first` 0) or of the validation rows, which follow them. */
  #evaluate(metric: Metric, first: number, labels: Float32Array, weights: Float32Array | undefined): number {
    const count = labels.length;
    const margins = this.#workspace.floats(this.#space.margins + first * 4, count);
    if (metric.name !== 'logloss') return metric.evaluate(margins, labels, weights);
    const [marginsAt, labelsAt, weightsAt] = [
      this.#space.margins,
      this.#space.lossLabels,
      this.#space.lossWeights,
    ].map((offset) => offset + first * 4);
    const whole = count - (count % 4);
    let sum = this.#workspace.kernels.logisticLoss(marginsAt, labelsAt, weightsAt, whole);
    let total = 0;
    for (let i = whole; i < count; i++) {
      sum += (weights === undefined ? 1 : weights[i]) * rowLoss(margins[i], labels[i]);
    }
    for (let i = 0; i < count; i++) total += weights === undefined ? 1 : weights[i];
    return sum / total;
  }

  /** Fills labels, weights and first margins; returns the starting probability. */
  #start(): number {
    const { labels, weights, validationRows } = this.#rows;
    const n = labels.length;
    const space = this.#space;
    const padded = Math.ceil(n / 4) * 4;
    this.#workspace.floats(space.labels, padded).fill(0).set(labels);
    const { validationLabels, validationWeights } = this.#rows;
    const all = n + validationRows.length;
    const lossLabels = this.#workspace.floats(space.lossLabels, all);
    lossLabels.set(labels);
    lossLabels.set(validationLabels, n);
    const lossWeights = this.#workspace.floats(space.lossWeights, all).fill(1);
    if (weights !== undefined) lossWeights.set(weights);
    if (validationWeights !== undefined) lossWeights.set(validationWeights, n);
    const scaled = this.#workspace.floats(space.weights, padded).fill(0);
    for (let i = 0; i < n; i++) {
      const w = weights === undefined ? 1 : weights[i];
      scaled[i] = labels[i] === 1 ? w * this.#params.scale_pos_weight : w;
    }
    const margins = this.#workspace
      .floats(space.margins, Math.max(n + validationRows.length, padded))
      .fill(0);
    const { baseMargin, rows } = this.#data;
    if (baseMargin !== undefined) {
      for (let i = 0; i < n; i++) margins[i] = baseMargin[rows === undefined ? i : rows[i]];
      for (let i = 0; i < validationRows.length; i++) margins[n + i] = baseMargin[validationRows[i]];
      return 0.5;
    }
    const probability = startingProbability(labels, weights, this.#params);
    margins.fill(marginOf(probability), 0, n + validationRows.length);
    return probability;
  }

  /** Gradients, their rounding, the draw of rows, one tree. */
  #round(grower: Grower, random: Random, round: number): Tree {
    const space = this.#space;
    const { kernels } = this.#workspace;
    const n = this.#rows.labels.length;
    const m = this.#rows.validationRows.length;
    const roundingSeed = random.uint32();
    const rowSeed = random.uint32();
    const { margins, labels, weights, gradients, sums: room } = space;
    const frame = { workspace: this.#workspace, rows: n, margins, labels, weights, gradients, sums: room };
    const sums = this.#objective.computeGradients(frame);
    const gradientScale = integerScale(sums.gradient, n);
    const hessianScale = integerScale(sums.hessian, n);
    kernels.quantiseGradients(
      space.gradients,
      Math.ceil(n / 4) * 4,
      gradientScale,
      hessianScale,
      roundingSeed,
      space.packed,
    );
    const identity = this.#workspace.words(space.identity, n + m);
    const index = this.#workspace.words(space.index, n + m);
    const passengers = this.#workspace.words(space.passengers, n + m);
    const threshold = Math.round(this.#params.subsample * 4294967296);
    let drawn = n;
    if (threshold < 4294967296) {
      drawn = kernels.sampleRows(n, rowSeed, threshold, space.index, space.passengers);
      // A draw without a single row would waste the round: then all rows are used.
      if (drawn === 0) drawn = n;
    }
    if (drawn === n) index.set(identity.subarray(0, n));
    passengers.set(identity.subarray(n), n - drawn);
    return grower.grow({
      round,
      drawn,
      passengers: n - drawn + m,
      contiguous: drawn === n,
      gradientScale,
      hessianScale,
    });
  }
}

/** A power of two by which values of that sum become integers whose sum stays below 2^31, rounding included. */
function integerScale(sum: number, rows: number): number {
  if (!(sum > 0)) return 1;
  const limit = 2147483647 - rows;
  let exponent = Math.max(-120, Math.min(120, Math.floor(Math.log2(limit / sum))));
  while (exponent > -120 && sum * 2 ** exponent > limit) exponent--;
  return 2 ** exponent;
}
