import type { Booster } from './booster.ts';
import { eachChunk } from './chunks.ts';
import type { Crew } from './crew.ts';
import { resolveConstraints } from './constraints.ts';
import { categoriesOf } from './continuation.ts';
import { customObjective } from './custom-objective.ts';
import { DartMargins } from './dart-margins.ts';
import { chooseDropped, normalise } from './dart.ts';
import { Ensemble } from './ensemble.ts';
import { Evaluation, findMetrics } from './evaluation.ts';
import type { MetricHistory, MetricValues, RowSet } from './evaluation.ts';
import { startingOutput } from './intercept.ts';
import { linkOf } from './link.ts';
import { rowLoss } from './metrics.ts';
import type { Metric } from './metrics.ts';
import { findObjective } from './objective.ts';
import type { Objective } from './objective.ts';
import type { Params } from './params.ts';
import { RoundMaker } from './round-maker.ts';
import type { TrainingSpace } from './training-space.ts';
import type { JobData, SelectedRows, TrainingOptions } from './training-data.ts';
import type { Workspace } from './workspace.ts';

/** The options that a single round depends on. */
export type JobOptions = Pick<
  TrainingOptions,
  'objective' | 'initial' | 'metric' | 'stopMetric' | 'evaluateTraining'
>;

/** What a job works with: memory, threads and checked input. */
export interface JobParts {
  readonly workspace: Workspace;
  readonly crew: Crew;
  readonly space: TrainingSpace;
  readonly data: JobData;
  readonly rows: SelectedRows;
  readonly params: Params;
  readonly options: JobOptions;
}

const noRows = new Uint32Array(0);

/** One training under way: rounds are added one by one, and whoever drives it decides when to stop. */
export class TrainingJob {
  readonly #workspace: Workspace;
  readonly #crew: Crew;
  readonly #space: TrainingSpace;
  readonly #data: JobData;
  readonly #rows: SelectedRows;
  readonly #params: Params;
  readonly #options: JobOptions;
  readonly #objective: Objective;
  readonly #baseOutput: number;
  readonly #ensemble: Ensemble;
  readonly #maker: RoundMaker;
  readonly #metrics: readonly Metric[];
  readonly #evaluation: Evaluation;
  /** Margins of the validation rows as they are summed up round by round: a view that changes with every round. */
  readonly validationSums: Float32Array;
  #dartMargins: DartMargins | undefined;

  constructor({ workspace, crew, space, data, rows, params, options }: JobParts) {
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
    this.#baseOutput = this.#firstMargins(workspace.floats(space.margins, space.plan.lastRow));
    const validating = rows.validationLabels.length;
    this.validationSums = workspace.floats(space.margins + space.plan.firstValidation * 4, validating);
    this.#ensemble = new Ensemble(options.initial);
    this.#maker = new RoundMaker(
      workspace,
      crew,
      space,
      params,
      this.#objective,
      resolveConstraints(params, data.binned),
      this.#ensemble.trees.length,
    );
    const sets: RowSet[] = [
      ...(options.evaluateTraining === true ? (['training'] as const) : []),
      ...(validating > 0 ? (['validation'] as const) : []),
    ];
    this.#metrics = findMetrics(options.metric, options.stopMetric, params.objective);
    this.#evaluation = new Evaluation(this.#metrics, sets);
  }

  /** Rounds so far, those of the booster that is continued included. */
  get roundCount(): number {
    return this.#ensemble.roundCount;
  }

  /** Trains one round and evaluates it; true if the followed metric is the best so far. */
  step(learningRate: number): boolean {
    const round = this.roundCount;
    this.#addRound(round, learningRate);
    return this.#evaluation.record(round, (metric, set) => this.#evaluate(metric, set, round));
  }

  /** The followed metric and all metrics after the last round. */
  latest(): MetricValues & { readonly metrics: Readonly<Record<string, MetricValues>> } {
    const metrics = this.#evaluation.latest();
    return { ...metrics[this.#metrics[0].name], metrics };
  }

  history(): MetricHistory {
    return this.#evaluation.history();
  }

  /** The booster of the first rounds, as it was when there were no more. */
  toBooster(rounds: number, bestIteration?: number): Booster {
    const { featureNames, featureTypes } = this.#data.binned;
    const { initial } = this.#options;
    return this.#ensemble.toBooster(rounds, {
      featureNames,
      featureTypes,
      objective: this.#params.objective,
      baseOutput: this.#baseOutput,
      ...categoriesOf(this.#data.binned, initial),
      ...(initial !== undefined && { attributes: initial.attributes }),
      ...(bestIteration !== undefined && { bestIteration }),
    });
  }

  /** Margins of the validation rows as a booster of this job gives them; DART's sums drift by roundings. */
  validate(booster: Booster): Float32Array {
    const { binned, baseMargin, validationRows = noRows } = this.#data;
    return booster.predictBinned(binned, validationRows, booster.roundCount, {
      ...(baseMargin !== undefined && { baseMargin: takeFloats(baseMargin, validationRows) }),
    });
  }

  /** Adds the trees of a round; with DART, without those that it drops, whose weights change. */
  #addRound(round: number, learningRate: number): void {
    const { booster, normalize_type: type, num_parallel_tree: count } = this.#params;
    const ensemble = this.#ensemble;
    const dropped = booster === 'dart' ? chooseDropped(ensemble.weights, this.#params, round) : [];
    if (dropped.length === 0) {
      ensemble.addRound(this.#maker.make({ round, learningRate, weight: 1 }), 1);
      return;
    }
    const { fresh, dropped: factor } = normalise(dropped.length, learningRate / count, type);
    this.#dartMargins ??= new DartMargins(this.#data);
    const left = this.#dartMargins.sum(ensemble, dropped);
    this.#addToMargins(left, -1);
    const trees = this.#maker.make({ round, learningRate, weight: fresh });
    this.#addToMargins(left, factor);
    ensemble.addRound(trees, fresh, { trees: dropped, factor });
  }

  /** Adds a multiple of some numbers to the margins of the training rows and to those of the validation rows. */
  #addToMargins(addends: readonly Float32Array[], factor: number): void {
    const starts = [0, this.#space.plan.firstValidation];
    addends.forEach((part, set) => {
      const margins = this.#workspace.floats(this.#space.margins + starts[set] * 4, part.length);
      for (let i = 0; i < part.length; i++) margins[i] += factor * part[i];
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

  /** Fills the margins before the first round; returns the start as the booster stores it. */
  #firstMargins(margins: Float32Array): number {
    const { labels, weights, given } = this.#rows;
    const { binned, rows, validationRows = noRows } = this.#data;
    const { initial, objective } = this.#options;
    const link = linkOf(this.#params.objective);
    const zero = link.startsAtProbability ? 0.5 : 0;
    const custom = objective !== undefined && this.#params.base_score === undefined;
    if (initial !== undefined && given !== 'initialMargins') {
      const { rows: n, firstValidation } = this.#space.plan;
      for (const [part, chosen] of [
        [margins.subarray(0, n), rows],
        [margins.subarray(firstValidation), validationRows],
      ] as const) {
        const base = given === undefined ? {} : { baseMargin: part };
        part.set(initial.predictBinned(binned, chosen, initial.roundCount, base));
      }
    }
    if (initial !== undefined || given !== undefined) return initial?.baseOutput ?? zero;
    const start = custom ? zero : startingOutput(labels, weights, this.#params, link);
    margins.fill(link.startOf(start));
    return start;
  }
}

/** The values of the listed rows. */
function takeFloats(values: Float32Array, rows: Uint32Array): Float32Array {
  return Float32Array.from(rows, (row) => values[row]);
}
