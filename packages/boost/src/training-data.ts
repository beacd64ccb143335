import { InsufficientData, InvalidOption, InvalidValue } from '@verdict/core';
import { checkFlag, checkNumbers, checkObject, checkRowList, checkSignal } from './argument-checks.ts';
import { checkWeights } from './binning.ts';
import { Booster } from './booster.ts';
import { checkBinned } from './matrix.ts';
import type { BinnedMatrix } from './matrix.ts';
import { resolveConstraints } from './constraints.ts';
import { checkInitial } from './continuation.ts';
import type { CustomObjective } from './custom-objective.ts';
import { findMetrics } from './evaluation.ts';
import type { MetricValues } from './evaluation.ts';
import { isModule } from './function-module.ts';
import type { FunctionModule } from './function-module.ts';
import { resolveRates } from './learning-rates.ts';
import type { LearningRates } from './learning-rates.ts';
import { linkOf } from './link.ts';
import type { MetricChoice } from './metrics.ts';
import type { Params } from './params.ts';
import { checkThreads } from './pool.ts';

/** What to learn from. Arrays are aligned with the rows of the binned matrix. */
export interface TrainingData {
  readonly binned: BinnedMatrix;
  /** 0 or 1, or probabilities in between; any finite numbers for regression. */
  readonly labels: Float32Array | Uint8Array;
  readonly weights?: Float32Array;
  /** Rows to train on, default all. */
  readonly rows?: Uint32Array;
  /** Rows to evaluate on after every round. */
  readonly validationRows?: Uint32Array;
  /** Margins to start from instead of the intercept. The booster then starts from margin 0. */
  readonly baseMargin?: Float32Array;
  /**
   * Margins of `TrainingOptions.initial` for all rows, where it was trained on another binned matrix; `predictMargin`
   * gives them.
   */
  readonly initialMargins?: Float32Array;
}

export interface RoundReport {
  /** From 0; counted from the first round of the booster that is continued, if one is. */
  readonly round: number;
  /** The followed metric on the training rows, if they are evaluated. */
  readonly training?: number;
  /** The followed metric on the validation rows, if there are any. */
  readonly validation?: number;
  /** All metrics, by name. */
  readonly metrics: Readonly<Record<string, MetricValues>>;
  readonly bestIteration: number;
}

export interface TrainingOptions {
  readonly rounds: number;
  /** Stop when the metric has not improved for so many rounds; needs `validationRows`. */
  readonly earlyStoppingRounds?: number;
  /** What to record; default `logloss`, or `rmse` for the `reg:` objectives. */
  readonly metric?: MetricChoice | readonly MetricChoice[];
  /** The name of the metric that early stopping follows; default the first. */
  readonly stopMetric?: string;
  /**
   * A loss of one's own instead of that of `params.objective`, which still says what margins and labels mean.
   * Training then starts from margin 0 unless `base_score` is given.
   */
  readonly objective?: CustomObjective | FunctionModule;
  /**
   * A booster to go on from: its trees come first in the result, and rounds are counted from its first one. Without
   * early stopping in between, 50 rounds and 50 more are the same as 100 with the same seed.
   */
  readonly initial?: Booster;
  /** Learning rates by round, instead of the parameter's. */
  readonly learningRates?: LearningRates;
  /** Evaluate on the training rows too. */
  readonly evaluateTraining?: boolean;
  /** Keep the trees after the best round as well. */
  readonly keepAll?: boolean;
  /** Called after every round; `false` stops training there. */
  readonly onRound?: (round: RoundReport) => void | false;
  readonly signal?: AbortSignal;
  /**
   * Most threads to train with; small jobs use fewer. Default: as many as the machine runs at once in `train`, 1
   * in `trainSync`. The model does not depend on it.
   */
  readonly threads?: number;
}

/**
 * What a job still asks for once labels, weights and given margins are in its memory.
 *
 * @internal
 */
export type JobData = Omit<TrainingData, 'labels' | 'weights' | 'initialMargins'>;

/** Labels, margins and gradients beyond this would leave float32. */
const LARGEST_LABEL = 1e18;

/**
 * Labels and weights of the chosen rows: views of the job's memory.
 *
 * @internal
 */
export interface SelectedRows {
  readonly labels: Float32Array;
  readonly weights: Float32Array | undefined;
  readonly validationLabels: Float32Array;
  readonly validationWeights: Float32Array | undefined;
  /** Which margins to start from were given, and are in their place. */
  readonly given: 'baseMargin' | 'initialMargins' | undefined;
}

const dataNames = Object.keys({
  binned: 1,
  labels: 1,
  weights: 1,
  rows: 1,
  validationRows: 1,
  baseMargin: 1,
  initialMargins: 1,
} satisfies Record<keyof TrainingData, 1>);

const optionNames = Object.keys({
  rounds: 1,
  earlyStoppingRounds: 1,
  metric: 1,
  stopMetric: 1,
  objective: 1,
  initial: 1,
  learningRates: 1,
  evaluateTraining: 1,
  keepAll: 1,
  onRound: 1,
  signal: 1,
  threads: 1,
} satisfies Record<keyof TrainingOptions, 1>);

/**
 * @throws InvalidOption for data and options that cannot be, or not together
 *
 * @internal
 */
export function checkOptions(data: TrainingData, options: TrainingOptions): void {
  checkObject('data', data, 'an object { binned, labels }', dataNames);
  checkBinned(data.binned);
  checkNumbers('labels', data.labels ?? null);
  for (const name of ['weights', 'baseMargin', 'initialMargins'] as const) checkNumbers(name, data[name]);
  for (const name of ['rows', 'validationRows'] as const) checkRowList(name, data[name]);
  checkObject('options', options, 'an object of options, such as { rounds: 100 }', optionNames);
  for (const name of ['evaluateTraining', 'keepAll'] as const) checkFlag(name, options[name]);
  checkSignal(options.signal);
  const { onRound } = options;
  if (onRound !== undefined && typeof onRound !== 'function') {
    throw new InvalidOption({ option: 'onRound', got: onRound, expected: 'a function' });
  }
  checkCount('rounds', options.rounds);
  if (options.threads !== undefined) checkThreads(options.threads);
  const { objective } = options;
  if (objective !== undefined && typeof objective !== 'function' && !isModule(objective)) {
    throw new InvalidOption({ option: 'objective', got: objective, expected: 'a function' });
  }
  if (options.initial !== undefined && !(options.initial instanceof Booster)) {
    throw new InvalidOption({ option: 'initial', got: typeof options.initial, expected: 'a Booster' });
  }
  if (options.earlyStoppingRounds === undefined) return;
  checkCount('earlyStoppingRounds', options.earlyStoppingRounds);
  if ((data.validationRows?.length ?? 0) === 0) {
    throw new InvalidOption({
      option: 'earlyStoppingRounds',
      got: options.earlyStoppingRounds,
      expected: 'left out when there are no validation rows',
    });
  }
}

/**
 * Checks the arrays, of which it makes no copies.
 *
 * @throws InvalidOption, InvalidValue, InsufficientData
 *
 * @internal
 */
export function checkData(data: TrainingData, params: Params, options: TrainingOptions): void {
  const { binned, labels, weights, rows, baseMargin, initialMargins } = data;
  const total = binned.rowCount;
  if (binned.columns.length === 0) {
    throw new InsufficientData({
      problem: 'there is no column to learn from.',
      hint: 'Give at least one column.',
    });
  }
  if (labels.length !== total) {
    throw new InvalidOption({
      option: 'labels',
      got: labels.length,
      expected: `an array of ${total} labels`,
    });
  }
  if (weights !== undefined) checkWeights(weights, total);
  checkMargins('baseMargin', baseMargin, total);
  checkMargins('initialMargins', initialMargins, total);
  const { initial } = options;
  if (initialMargins !== undefined && (initial === undefined || baseMargin !== undefined)) {
    const expected = 'given together with the option initial, and without baseMargin';
    throw new InvalidOption({ option: 'initialMargins', got: 'margins', expected });
  }
  if (initial !== undefined) checkInitial(initial, binned, params, initialMargins !== undefined);
  resolveRates(options.learningRates, params.learning_rate, initial?.roundCount ?? 0, options.rounds);
  resolveConstraints(params, binned);
  const validationRows = data.validationRows ?? new Uint32Array(0);
  if (rows !== undefined) checkRows('rows', rows, total);
  checkRows('validationRows', validationRows, total);
  const training: Chosen = { labels, weights, rows, count: rows?.length ?? total };
  const validation: Chosen = { labels, weights, rows: validationRows, count: validationRows.length };
  if (training.count === 0) {
    throw new InsufficientData({ problem: 'there is no row to learn from.', hint: 'Give at least one row.' });
  }
  checkLabels(training, params);
  checkLabels(validation, params);
  checkTotal('training', training, params.scale_pos_weight);
  if (validation.count > 0) checkTotal('validation', validation, 1);
  for (const { name, needs } of findMetrics(options.metric, options.stopMetric, params.objective)) {
    if (needs === undefined) continue;
    if (validation.count > 0) checkClasses(name, needs, validation);
    if (options.evaluateTraining === true) checkClasses(name, needs, training);
  }
}

/** A set of rows: the listed ones, default all. */
interface Chosen {
  readonly labels: TrainingData['labels'];
  readonly weights: Float32Array | undefined;
  readonly rows: Uint32Array | undefined;
  readonly count: number;
}

function checkMargins(option: string, margins: Float32Array | undefined, total: number): void {
  if (margins === undefined) return;
  if (margins.length !== total) {
    throw new InvalidOption({ option, got: margins.length, expected: `${total} margins` });
  }
  if (margins.every((margin) => Number.isFinite(margin))) return;
  throw new InvalidOption({ option, got: 'a value that is not finite', expected: 'finite margins' });
}

/** Checks that the weights of a set of rows (default 1 each) have a positive, finite sum, also when scaled. */
function checkTotal(set: string, { weights, rows, count }: Chosen, scale: number): void {
  let total = weights === undefined ? count : 0;
  if (weights !== undefined)
    for (let i = 0; i < count; i++) total += weights[rows === undefined ? i : rows[i]];
  if (!(total > 0)) {
    throw new InsufficientData({
      problem: `all ${set} rows have weight 0.`,
      hint: 'Give some rows a weight above 0.',
    });
  }
  const largest = Math.fround(total * Math.max(1, scale));
  if (largest < Infinity) return;
  throw new InvalidOption({
    option: weights === undefined ? 'scale_pos_weight' : 'weights',
    got: total * scale,
    expected: `such that the sum over the ${set} rows is a float32, also times scale_pos_weight`,
  });
}

/** The areas under curves need rows of both classes, or of the positive one. */
function checkClasses(name: string, needs: 'classes' | 'positives', chosen: Chosen): void {
  const { labels, weights, rows, count } = chosen;
  const some = (positive: boolean): boolean => {
    for (let i = 0; i < count; i++) {
      const row = rows === undefined ? i : rows[i];
      if ((positive ? labels[row] > 0 : labels[row] < 1) && (weights === undefined || weights[row] > 0)) {
        return true;
      }
    }
    return false;
  };
  if (some(true) && (needs === 'positives' || some(false))) return;
  throw new InvalidOption({
    option: 'metric',
    got: name,
    expected: 'logloss or error when the rows it is computed on have only one class',
  });
}

function checkRows(option: string, rows: Uint32Array, total: number): void {
  for (const row of rows) {
    if (row >= total) throw new InvalidOption({ option, got: row, expected: `row numbers below ${total}` });
  }
}

function checkLabels({ labels, rows, count }: Chosen, params: Params): void {
  const { logistic } = linkOf(params.objective);
  for (let i = 0; i < count; i++) {
    const row = rows === undefined ? i : rows[i];
    const label = labels[row];
    if (logistic ? label >= 0 && label <= 1 : Math.abs(label) <= LARGEST_LABEL) continue;
    throw new InvalidValue({
      row: row + 1,
      column: 'label',
      got: label,
      expected: logistic ? 'a label from 0 to 1' : `a label of at most ${LARGEST_LABEL} in magnitude`,
    });
  }
}

function checkCount(option: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= 1e6) return;
  throw new InvalidOption({ option, got: value, expected: 'a whole number from 1 to 1000000' });
}
