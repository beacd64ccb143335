import { Interrupted, InvalidOption } from '@verdict/core';
import type { Booster } from './booster.ts';
import { eachChunk } from './chunks.ts';
import { Crew } from './crew.ts';
import type { Helpers } from './crew.ts';
import { resolveConstraints } from './constraints.ts';
import { customObjective } from './custom-objective.ts';
import { DartMargins } from './dart-margins.ts';
import { chooseDropped, normalise } from './dart.ts';
import { Ensemble } from './ensemble.ts';
import { Evaluation, findMetrics, listMetrics } from './evaluation.ts';
import type { MetricHistory, RowSet } from './evaluation.ts';
import { isModule } from './function-module.ts';
import { startingOutput } from './intercept.ts';
import { resolveRates } from './learning-rates.ts';
import { linkOf } from './link.ts';
import { rowLoss } from './metrics.ts';
import type { Metric } from './metrics.ts';
import { findObjective } from './objective.ts';
import type { Objective } from './objective.ts';
import { resolveParams } from './params.ts';
import type { Params, ParamsInput } from './params.ts';
import { threadsWhileBlocked } from './pool.ts';
import { RoundMaker } from './round-maker.ts';
import { planSpace, TrainingSpace } from './training-space.ts';
import { checkOptions, selectRows } from './training-data.ts';
import type { SelectedRows, TrainingData, TrainingOptions } from './training-data.ts';
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
  refuseModules(options);
  const resolved = resolveParams(params);
  const threads = usefulThreads(data, options, threadsWhileBlocked(options.threads ?? 1));
  return trainWith(threads, data, resolved, options);
}

/** @throws InvalidOption if the objective or a metric is a module's function */
function refuseModules(options: TrainingOptions): void {
  const metrics = listMetrics(options.metric, 'binary:logistic');
  const functions = [
    options.objective,
    ...metrics.map((metric) => (typeof metric === 'string' ? metric : metric.evaluate)),
  ];
  const module = functions.find(isModule);
  if (module === undefined) return;
  const expected = 'a function; a module is for train, whose thread loads it';
  throw new InvalidOption({ option: 'objective or metric', got: String(module.module), expected });
}

/**
 * Trains with that many threads, or with the helpers that are given.
 *
 * @internal
 */
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

/**
 * Threads that a job can make use of, at most those allowed: helpers of small jobs would only wait.
 *
 * @internal
 */
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
  #dartMargins: DartMargins | undefined;

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
      typeof options.objective === 'function'
        ? customObjective(options.objective, rows.labels, rows.weights, data.rows)
        : findObjective(params);
  }

  run(): TrainingResult {
    const {
      earlyStoppingRounds,
      evaluateTraining,
      keepAll,
      learningRates,
      onRound,
      rounds,
      signal,
      initial,
    } = this.#options;
    const { objective } = this.#params;
    const baseOutput = this.#start();
    const m = this.#rows.validationRows.length;
    const { firstValidation } = this.#space.plan;
    const validationMargins = this.#workspace.floats(this.#space.margins + firstValidation * 4, m);
    const ensemble = new Ensemble(initial);
    const first = ensemble.roundCount;
    const maker = new RoundMaker(
      this.#workspace,
      this.#crew,
      this.#space,
      this.#params,
      this.#objective,
      resolveConstraints(this.#params, this.#data.binned),
      ensemble.trees.length,
    );
    const rates = resolveRates(learningRates, this.#params.learning_rate, first, rounds);
    const sets: RowSet[] = [
      ...(evaluateTraining === true ? (['training'] as const) : []),
      ...(m > 0 ? (['validation'] as const) : []),
    ];
    const metrics = findMetrics(this.#options.metric, this.#options.stopMetric, objective);
    const evaluation = new Evaluation(metrics, sets);
    let best = first;
    let bestMargins = validationMargins.slice();
    let bestWeights = ensemble.weights;
    for (let round = first; round < first + rounds; round++) {
      if (signal?.aborted === true) throw new Interrupted();
      this.#round(maker, ensemble, round, rates[round - first]);
      const better = evaluation.record(round, (metric, set) => this.#evaluate(metric, set, round));
      if (earlyStoppingRounds === undefined) best = round;
      else if (better) {
        best = round;
        bestMargins.set(validationMargins);
        bestWeights = [...ensemble.weights];
      }
      const latest = evaluation.latest();
      const goOn = onRound?.({
        round,
        ...latest[metrics[0].name],
        metrics: latest,
        bestIteration: best,
      });
      if (goOn === false) break;
      if (earlyStoppingRounds !== undefined && round - best >= earlyStoppingRounds) break;
    }
    if (earlyStoppingRounds === undefined) {
      bestMargins = validationMargins.slice();
      bestWeights = ensemble.weights;
    }
    const { featureNames, featureTypes } = this.#data.binned;
    const parts = {
      featureNames,
      featureTypes,
      objective,
      baseOutput,
      ...(initial !== undefined && { attributes: initial.attributes }),
      ...(earlyStoppingRounds !== undefined && { bestIteration: best }),
    };
    const atBest = ensemble.toBooster(best + 1, parts, bestWeights);
    return {
      booster: keepAll === true ? ensemble.toBooster(ensemble.roundCount, parts) : atBest,
      bestIteration: best,
      history: evaluation.history(),
      ...(m > 0 && {
        validationMargins: this.#params.booster === 'dart' ? this.#validate(atBest) : bestMargins,
      }),
    };
  }

  /** Adds the trees of a round; with DART, without those that it drops, whose weights change. */
  #round(maker: RoundMaker, ensemble: Ensemble, round: number, learningRate: number): void {
    const { booster, normalize_type: type, num_parallel_tree: count } = this.#params;
    const dropped = booster === 'dart' ? chooseDropped(ensemble.weights, this.#params, round) : [];
    if (dropped.length === 0) {
      ensemble.addRound(maker.make({ round, learningRate, weight: 1 }), 1);
      return;
    }
    const { fresh, dropped: factor } = normalise(dropped.length, learningRate / count, type);
    this.#dartMargins ??= new DartMargins(this.#data, this.#rows.validationRows);
    const left = this.#dartMargins.sum(ensemble, dropped);
    this.#addToMargins(left, -1);
    ensemble.addRound(maker.make({ round, learningRate, weight: fresh }), fresh);
    this.#addToMargins(left, factor);
    for (const tree of dropped) ensemble.scale(tree, factor);
  }

  /** Adds a multiple of some numbers to the margins of the training rows and to those of the validation rows. */
  #addToMargins(addends: readonly Float32Array[], factor: number): void {
    const starts = [0, this.#space.plan.firstValidation];
    addends.forEach((part, set) => {
      const margins = this.#workspace.floats(this.#space.margins + starts[set] * 4, part.length);
      for (let i = 0; i < part.length; i++) margins[i] += factor * part[i];
    });
  }

  /** Margins of the validation rows as the booster gives them; DART's sums drift by roundings. */
  #validate(booster: Booster): Float32Array {
    const { binned, baseMargin } = this.#data;
    const { validationRows } = this.#rows;
    return booster.predictBinned(binned, validationRows, booster.roundCount, {
      ...(baseMargin !== undefined && { baseMargin: takeFloats(baseMargin, validationRows) }),
    });
  }

  #evaluate(metric: Metric, set: RowSet, round: number): number {
    const { labels, weights, validationLabels, validationWeights } = this.#rows;
    if (set === 'training') return this.#evaluateRows(metric, round, 0, labels, weights);
    const { firstValidation } = this.#space.plan;
    return this.#evaluateRows(metric, round, firstValidation, validationLabels, validationWeights);
  }

  /** The metric of the training rows (`first` 0) or of the validation rows, which follow them. */
  #evaluateRows(
    metric: Metric,
    round: number,
    first: number,
    labels: Float32Array,
    weights: Float32Array | undefined,
  ): number {
    const count = labels.length;
    const margins = this.#workspace.floats(this.#space.margins + first * 4, count);
    if (metric.isLogisticLoss !== true) return metric.evaluate(margins, labels, weights, round);
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
    const { labels, weights } = this.#rows;
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
    return this.#firstMargins(this.#workspace.floats(space.margins, lastRow).fill(0));
  }

  /** Fills the margins before the first round; returns the start as the booster stores it. */
  #firstMargins(margins: Float32Array): number {
    const { labels, weights, validationRows } = this.#rows;
    const { baseMargin, binned, initialMargins, rows } = this.#data;
    const { initial, objective } = this.#options;
    const link = linkOf(this.#params.objective);
    const zero = link.startsAtProbability ? 0.5 : 0;
    const custom = objective !== undefined && this.#params.base_score === undefined;
    const given =
      initial !== undefined && initialMargins === undefined
        ? initial.predictBinned(binned, undefined, initial.roundCount, {
            ...(baseMargin !== undefined && { baseMargin }),
          })
        : (initialMargins ?? baseMargin);
    if (given !== undefined) {
      margins.set(takeFloats(given, rows));
      margins.set(takeFloats(given, validationRows), this.#space.plan.firstValidation);
      return initial?.baseOutput ?? zero;
    }
    const start = custom ? zero : startingOutput(labels, weights, this.#params, link);
    margins.fill(link.startOf(start));
    return start;
  }
}

/** The values of the listed rows, default all. */
function takeFloats(values: Float32Array, rows: Uint32Array | undefined): Float32Array {
  return rows === undefined ? values : Float32Array.from(rows, (row) => values[row]);
}
