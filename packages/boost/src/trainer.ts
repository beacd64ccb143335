import { Interrupted, Random } from '@verdict/core';
import { Booster } from './booster.ts';
import { eachChunk } from './chunks.ts';
import { ColumnSampler } from './column-sampler.ts';
import { Crew } from './crew.ts';
import type { Helpers } from './crew.ts';
import { resolveConstraints } from './constraints.ts';
import type { Constraints } from './constraints.ts';
import { customObjective } from './custom-objective.ts';
import { Evaluation, findMetrics } from './evaluation.ts';
import type { MetricHistory, RowSet } from './evaluation.ts';
import { Grower } from './grower.ts';
import { startingOutput } from './intercept.ts';
import { linkOf } from './link.ts';
import { rowLoss } from './metrics.ts';
import type { Metric } from './metrics.ts';
import { findObjective } from './objective.ts';
import type { Objective } from './objective.ts';
import { resolveParams } from './params.ts';
import type { Params, ParamsInput } from './params.ts';
import { mayBlock } from './pool-platform.ts';
import { allowedThreads } from './pool.ts';
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
  /** The metrics after every round that was trained. */
  readonly history: MetricHistory;
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
  checkOptions(data, options);
  const resolved = resolveParams(params);
  const threads = mayBlock ? usefulThreads(data, options, allowedThreads(options.threads ?? 1)) : 1;
  return trainWith(threads, data, resolved, options);
}

/** Trains with that many threads, or with the helpers that are given. */
export function trainWith(
  threads: number | Helpers,
  data: TrainingData,
  params: Params,
  options: TrainingOptions,
): TrainingResult {
  const rows = selectRows(data, params, options);
  if (options.signal?.aborted === true) throw new Interrupted();
  const count = typeof threads === 'number' ? threads : threads.helpers.length + 1;
  const plan = planSpace(data.binned, rows.labels.length, rows.validationRows.length, params, count);
  return Workspace.use(plan.bytes, (workspace) => {
    const scaled = params.scale_pos_weight !== 1;
    const space = new TrainingSpace(workspace, plan, data.binned, data.rows, rows.validationRows, scaled);
    return Crew.use(workspace, threads, (crew) =>
      new Trainer(workspace, crew, space, data, rows, params, options).run(),
    );
  });
}

/** Cells that are worth a thread. */
const LEAST_CELLS = 50_000;

/** Threads that a job can make use of, at most those allowed: helpers of small jobs would only wait. */
export function usefulThreads(data: TrainingData, options: TrainingOptions, allowed: number): number {
  const rows = (data.rows?.length ?? data.binned.rowCount) + (data.validationRows?.length ?? 0);
  const cells = rows * data.binned.columns.length;
  const worthwhile = Math.floor(cells / LEAST_CELLS);
  return options.rounds * cells < 10 * LEAST_CELLS ? 1 : Math.max(1, Math.min(allowed, worthwhile));
}

/** One training job. */
class Trainer {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #space: TrainingSpace;
  readonly #data: TrainingData;
  readonly #rows: SelectedRows;
  readonly #params: Params;
  readonly #options: TrainingOptions;
  readonly #objective: Objective;
  readonly #constraints: Constraints;

  constructor(
    workspace: Workspace,
    crew: Crew,
    space: TrainingSpace,
    data: TrainingData,
    rows: SelectedRows,
    params: Params,
    options: TrainingOptions,
  ) {
    this.#workspace = workspace;
    this.#crew = crew;
    this.#space = space;
    this.#data = data;
    this.#rows = rows;
    this.#params = params;
    this.#options = options;
    this.#objective =
      options.objective === undefined
        ? findObjective(params)
        : customObjective(options.objective, rows.labels, rows.weights, data.rows);
    this.#constraints = resolveConstraints(params, data.binned);
  }

  run(): TrainingResult {
    const { earlyStoppingRounds, evaluateTraining, keepAll, onRound, rounds, signal } = this.#options;
    const { featureNames, featureTypes } = this.#data.binned;
    const { objective } = this.#params;
    const baseOutput = this.#start();
    const m = this.#rows.validationRows.length;
    const validationMargins = this.#workspace.floats(
      this.#space.margins + this.#space.plan.firstValidation * 4,
      m,
    );
    const sampler = new ColumnSampler(this.#params, featureNames.length);
    const grower = new Grower(
      this.#workspace,
      this.#crew,
      this.#space,
      this.#params,
      sampler,
      this.#constraints,
    );
    const random = new Random(this.#params.seed, 'rounds');
    const sets: RowSet[] = [
      ...(evaluateTraining === true ? (['training'] as const) : []),
      ...(m > 0 ? (['validation'] as const) : []),
    ];
    const metrics = findMetrics(this.#options.metric, this.#options.stopMetric, objective);
    const evaluation = new Evaluation(metrics, sets);
    const trees: Tree[] = [];
    let best = 0;
    let bestMargins = validationMargins.slice();
    for (let round = 0; round < rounds; round++) {
      if (signal?.aborted === true) throw new Interrupted();
      trees.push(this.#round(grower, random, round));
      const better = evaluation.record(round, (metric, set) => this.#evaluate(metric, set));
      if (better && earlyStoppingRounds !== undefined) {
        best = round;
        bestMargins.set(validationMargins);
      }
      const latest = evaluation.latest();
      const goOn = onRound?.({
        round,
        ...latest[metrics[0].name],
        metrics: latest,
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
      objective,
      baseOutput,
      ...(earlyStoppingRounds !== undefined && { bestIteration: best }),
    });
    return {
      booster,
      bestIteration: best,
      history: evaluation.history(),
      ...(m > 0 && { validationMargins: bestMargins }),
    };
  }

  #evaluate(metric: Metric, set: RowSet): number {
    const { labels, weights, validationLabels, validationWeights } = this.#rows;
    if (set === 'training') return this.#evaluateRows(metric, 0, labels, weights);
    const { firstValidation } = this.#space.plan;
    return this.#evaluateRows(metric, firstValidation, validationLabels, validationWeights);
  }

  /** The metric of the training rows (`first` 0) or of the validation rows, which follow them. */
  #evaluateRows(
    metric: Metric,
    first: number,
    labels: Float32Array,
    weights: Float32Array | undefined,
  ): number {
    const count = labels.length;
    const margins = this.#workspace.floats(this.#space.margins + first * 4, count);
    if (metric.isLogisticLoss !== true) return metric.evaluate(margins, labels, weights);
    const [marginsAt, labelsAt, weightsAt] = [
      this.#space.margins,
      this.#space.labels,
      this.#space.lossWeights,
    ].map((offset) => offset + first * 4);
    const whole = count - (count % 4);
    const calls: number[] = [];
    eachChunk(whole, (begin, rows) => {
      this.#crew.chain(rows * 6);
      const [m, y, w] = [marginsAt, labelsAt, weightsAt].map((offset) => offset + begin * 4);
      calls.push(this.#crew.call('logisticLoss', m, y, w, rows));
    });
    this.#crew.run();
    let sum = 0;
    for (const call of calls) sum += this.#crew.result(call);
    let total = 0;
    for (let i = whole; i < count; i++) {
      sum += (weights === undefined ? 1 : weights[i]) * rowLoss(margins[i], labels[i]);
    }
    for (let i = 0; i < count; i++) total += weights === undefined ? 1 : weights[i];
    return sum / total;
  }

  /** Fills labels, weights and first margins; returns the start as the booster stores it. */
  #start(): number {
    const { labels, weights, validationRows } = this.#rows;
    const n = labels.length;
    const space = this.#space;
    const { firstValidation, lastRow } = space.plan;
    const { validationLabels, validationWeights } = this.#rows;
    const allLabels = this.#workspace.floats(space.labels, lastRow).fill(0);
    allLabels.set(labels);
    allLabels.set(validationLabels, firstValidation);
    const lossWeights = this.#workspace.floats(space.lossWeights, lastRow).fill(1);
    if (weights !== undefined) lossWeights.set(weights);
    if (validationWeights !== undefined) lossWeights.set(validationWeights, firstValidation);
    lossWeights.fill(0, n, firstValidation);
    if (space.weights !== space.lossWeights) {
      const scaled = this.#workspace.floats(space.weights, firstValidation);
      for (let i = 0; i < firstValidation; i++) {
        scaled[i] = allLabels[i] === 1 ? lossWeights[i] * this.#params.scale_pos_weight : lossWeights[i];
      }
    }
    const margins = this.#workspace.floats(space.margins, lastRow).fill(0);
    const { baseMargin, rows } = this.#data;
    const link = linkOf(this.#params.objective);
    const zero = link.logistic ? 0.5 : 0;
    if (baseMargin !== undefined) {
      for (let i = 0; i < n; i++) margins[i] = baseMargin[rows === undefined ? i : rows[i]];
      for (let i = 0; i < validationRows.length; i++)
        margins[firstValidation + i] = baseMargin[validationRows[i]];
      return zero;
    }
    const custom = this.#options.objective !== undefined && this.#params.base_score === undefined;
    const start = custom ? zero : startingOutput(labels, weights, this.#params, link.logistic);
    margins.fill(link.startOf(start));
    return start;
  }

  /** Gradients, their rounding, the draw of rows, one tree. */
  #round(grower: Grower, random: Random, round: number): Tree {
    const space = this.#space;
    const crew = this.#crew;
    const n = this.#rows.labels.length;
    const m = this.#rows.validationRows.length;
    const roundingSeed = random.uint32();
    const rowSeed = random.uint32();
    const { margins, labels, weights, gradients, sums: room } = space;
    const frame = {
      workspace: this.#workspace,
      crew,
      round,
      rows: n,
      margins,
      labels,
      weights,
      gradients,
      sums: room,
    };
    const sums = this.#objective.computeGradients(frame);
    const gradientScale = integerScale(sums.gradient, n);
    const hessianScale = integerScale(sums.hessian, n);
    const { packed, index } = space;
    eachChunk(Math.ceil(n / 4) * 4, (begin, count) => {
      crew.chain(count * 3);
      const [from, to] = [gradients + begin * 8, packed + begin * 8];
      crew.call('quantiseGradients', from, count, gradientScale, hessianScale, roundingSeed, begin, to);
    });
    crew.run();
    const threshold = Math.round(this.#params.subsample * 4294967296);
    // A draw without a single row would waste the round: then all rows are used.
    const drawn = (threshold < 4294967296 && this.#draw(n, rowSeed, threshold)) || n;
    if (drawn === n) this.#sequence(index, n, 0);
    this.#sequence(index + n * 4, m, space.plan.firstValidation);
    return grower.grow({
      round,
      drawn,
      passengers: n - drawn + m,
      contiguous: drawn === n,
      gradientScale,
      hessianScale,
      learningRate: this.#params.learning_rate,
    });
  }

  /** Draws the rows of a tree into the index and puts the others behind them; returns how many were drawn. */
  #draw(rows: number, seed: number, threshold: number): number {
    const crew = this.#crew;
    const { index, scratch } = this.#space;
    const calls: number[] = [];
    eachChunk(rows, (begin, count) => {
      crew.chain(count * 3);
      const [drawn, others] = [index + begin * 4, scratch + begin * 4];
      calls.push(crew.call('sampleRows', begin, count, seed, threshold, drawn, others));
    });
    crew.run();
    const list = this.#workspace.words(index, rows);
    const others = this.#workspace.words(scratch, rows);
    let total = 0;
    eachChunk(rows, (begin, _, chunk) => {
      const drawn = crew.result(calls[chunk]);
      list.copyWithin(total, begin, begin + drawn);
      total += drawn;
    });
    let at = total;
    eachChunk(rows, (begin, count, chunk) => {
      const left = count - crew.result(calls[chunk]);
      list.set(others.subarray(begin, begin + left), at);
      at += left;
    });
    return total;
  }

  /** Writes first, first + 1, … */
  #sequence(offset: number, rows: number, first: number): void {
    eachChunk(rows, (begin, count) => {
      this.#crew.chain(count);
      this.#crew.call('fillSequence', offset + begin * 4, count, first + begin);
    });
    this.#crew.run();
  }
}

/** A power of two by which values of that sum become integers whose sum stays below 2^31, rounding included. */
function integerScale(sum: number, rows: number): number {
  if (!(sum > 0)) return 1;
  const limit = 2147483647 - rows;
  let exponent = Math.max(-126, Math.min(120, Math.floor(Math.log2(limit / sum))));
  while (exponent > -126 && sum * 2 ** exponent > limit) exponent--;
  return 2 ** exponent;
}
