import { InvalidOption } from '@verdict/core';
import { checkBytes, checkNumbers, checkObject, checkRowList, checkText } from './argument-checks.ts';
import { binnedCells, checkCuts } from './binned-rows.ts';
import {
  checkColumns,
  checkNames,
  checkRange,
  checkRow,
  checkRowNumbers,
  startingMargins,
} from './booster-checks.ts';
import { tableOf } from './category-table.ts';
import type { CategoryTable } from './category-table.ts';
import { columnCells, rowCells } from './cells.ts';
import type { Cells } from './cells.ts';
import { Explainer } from './explainer.ts';
import { computeImportance } from './importance.ts';
import type { ImportanceKind } from './importance.ts';
import { parseModelJson, writeModelJson } from './json-format.ts';
import { readLightGbm } from './lightgbm-format.ts';
import { linkOf, requireLogistic, sigmoid } from './link.ts';
import type { ObjectiveName } from './link.ts';
import { checkBinned } from './matrix.ts';
import type { BinnedMatrix, CategoryNames, FeatureType, Matrix, MatrixColumn } from './matrix.ts';
import { readModel, writeModel } from './model-format.ts';
import { writeOnnx } from './onnx-format.ts';
import { checkPrediction } from './predict-options.ts';
import type {
  AsyncContributionOptions,
  AsyncPredictOptions,
  AsyncRangeOptions,
  ContributionOptions,
  PredictOptions,
  RangeOptions,
} from './predict-options.ts';
import { Predictor } from './predictor.ts';
import { runTask, runTaskAside } from './row-task.ts';
import type { RowTask } from './row-task.ts';
import { weighTrees } from './tree-weights.ts';
import type { Tree } from './tree.ts';
import { parseUbjson, writeUbjson } from './ubjson.ts';

/** What a booster consists of beside its trees. */
export interface BoosterParts {
  readonly featureNames: readonly string[];
  readonly featureTypes: readonly FeatureType[];
  /** What is minimised, and so what margins mean; default `binary:logistic`. */
  readonly objective?: ObjectiveName;
  /** Where every row starts, as XGBoost's `base_score`: a probability where the model answers with one; a float32. */
  readonly baseOutput: number;
  readonly bestIteration?: number | undefined;
  /** Weights of the trees (DART's `weight_drop`), one for each; undefined if all are 1. */
  readonly treeWeights?: Float32Array | undefined;
  /** Where each round's trees begin, and the end (`iteration_indptr`); undefined if each round is one tree. */
  readonly roundStarts?: Int32Array | undefined;
  /** XGBoost's `learner.attributes` other than `best_iteration`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** For every feature, the texts of its categories in the order of their codes, where data or a file tell them. */
  readonly categoryNames?: CategoryNames | undefined;
  /** The same as XGBoost stores it, written back as it was read. */
  readonly categoryTable?: CategoryTable | undefined;
}

/** A trained model: trees and a start. It never changes. */
export class Booster {
  readonly featureNames: readonly string[];
  readonly featureTypes: readonly FeatureType[];
  /** The margin that every row starts from. */
  readonly baseScore: number;
  /** That start as it is stored: a probability where the model answers with one. */
  readonly baseOutput: number;
  readonly objective: ObjectiveName;
  /** Weights of the trees; undefined if all are 1. */
  readonly treeWeights: Float32Array | undefined;
  /** Where each round's trees begin, and the end. */
  readonly roundStarts: Int32Array;
  readonly bestIteration: number | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  /** For every feature, the texts of its categories in the order of their codes; undefined where not known. */
  readonly categoryNames: CategoryNames;
  /** The same as XGBoost stores it, if it does. */
  readonly categoryTable: CategoryTable | undefined;
  readonly #trees: readonly Tree[];
  #predictor: Predictor | undefined;
  #explainer: Explainer | undefined;

  private constructor(trees: readonly Tree[], parts: BoosterParts) {
    this.#trees = trees;
    this.featureNames = parts.featureNames;
    this.featureTypes = parts.featureTypes;
    this.objective = parts.objective ?? 'binary:logistic';
    this.baseOutput = parts.baseOutput;
    this.baseScore = linkOf(this.objective).startOf(parts.baseOutput);
    this.treeWeights = parts.treeWeights;
    this.roundStarts = parts.roundStarts ?? Int32Array.from({ length: trees.length + 1 }, (_, t) => t);
    this.bestIteration = parts.bestIteration;
    this.attributes = parts.attributes ?? {};
    this.categoryNames = parts.categoryNames ?? parts.featureNames.map(() => undefined);
    this.categoryTable = parts.categoryTable ?? tableOf(parts.categoryNames);
  }

  /** A booster of ready trees, which must fit the features. */
  static fromTrees(trees: readonly Tree[], parts: BoosterParts): Booster {
    return new Booster(trees, parts);
  }

  /**
   * Reads a model that this package or XGBoost 1.7 to 3 saved as UBJSON.
   *
   * @throws InvalidModel if it is broken or of a kind that is not supported
   */
  static fromUbj(bytes: Uint8Array): Booster {
    checkBytes('bytes', bytes);
    const { trees, parts } = readModel(parseUbjson(bytes));
    return new Booster(trees, parts);
  }

  /**
   * Reads a model that this package or XGBoost 1.7 to 3 saved as JSON.
   *
   * @throws InvalidModel if it is broken or of a kind that is not supported
   */
  static fromJson(text: string): Booster {
    checkText('text', text);
    const { trees, parts } = readModel(parseModelJson(text));
    return new Booster(trees, parts);
  }

  /**
   * Reads a model that LightGBM 2.3 to 4 saved as text. Its predictions for float32 values are LightGBM's; of
   * float64 values, which a matrix here cannot hold, those change sides that lie within a float32's rounding of a
   * threshold.
   *
   * @throws InvalidModel if it is broken or of a kind that is not supported
   */
  static fromLightGbm(text: string): Booster {
    checkText('text', text);
    const { trees, parts } = readLightGbm(text);
    return new Booster(trees, parts);
  }

  /** The model as UBJSON, which XGBoost 3 loads. */
  toUbj(): Uint8Array {
    return writeUbjson(writeModel(this.#trees, this));
  }

  /** The model as JSON, which XGBoost 3 loads. */
  toJson(): string {
    return writeModelJson(writeModel(this.#trees, this));
  }

  /**
   * The model as ONNX (operator TreeEnsemble of ai.onnx.ml 5, which ONNX Runtime scores). Input `input`: float32, rows
   * x features, NaN for missing values, categories as codes. Outputs: `label` (int64) and `probabilities` (float32,
   * rows x 2) for binary:logistic, `prediction` (float32, rows x 1) for other objectives.
   *
   * @throws InvalidModel for a model without features
   * @throws OutOfResources above 2 GB
   */
  toOnnx(): Uint8Array {
    return writeOnnx(weighTrees(this.#trees, this.treeWeights), this);
  }

  get trees(): readonly Tree[] {
    return this.#trees;
  }

  get treeCount(): number {
    return this.#trees.length;
  }

  /** Rounds of boosting: as many as trees, unless rounds have several (`num_parallel_tree`). */
  get roundCount(): number {
    return this.roundStarts.length - 1;
  }

  /**
   * The trees of rounds `begin` to `end - 1`, with the same start.
   *
   * @throws InvalidOption if the range is not within 0 … roundCount
   */
  slice(begin: number, end: number): Booster {
    checkRange('slice', begin, end, this.roundCount);
    const {
      featureNames,
      featureTypes,
      baseOutput,
      objective,
      attributes,
      treeWeights,
      roundStarts,
      categoryNames,
      categoryTable,
    } = this;
    const first = roundStarts[begin];
    return new Booster(this.#trees.slice(first, roundStarts[end]), {
      featureNames,
      featureTypes,
      baseOutput,
      objective,
      attributes,
      treeWeights: treeWeights?.slice(first, roundStarts[end]),
      roundStarts: roundStarts.slice(begin, end + 1).map((start) => start - first),
      categoryNames,
      categoryTable,
    });
  }

  /**
   * The margin (log-odds) of every row, the same bits as `predictRow` gives.
   *
   * @throws InvalidOption if the columns are not the model's, in its order
   */
  predictMargin(matrix: Matrix<MatrixColumn>, options: PredictOptions = {}): Float32Array {
    return runTask(this.#marginTask(matrix, options), options.threads);
  }

  /** `predictMargin` on other threads, while the event loop stays free; the matrix must not change meanwhile. */
  async predictMarginAsync(
    matrix: Matrix<MatrixColumn>,
    options: AsyncPredictOptions = {},
  ): Promise<Float32Array> {
    return runTaskAside(this.#marginTask(matrix, options), options.threads, options.signal);
  }

  /** What the model says of every row, as XGBoost's `predict`: a probability, a margin or a value by the objective. */
  predict(matrix: Matrix<MatrixColumn>, options: PredictOptions = {}): Float32Array {
    return this.predictMargin(matrix, options).map(linkOf(this.objective).predictionOf);
  }

  /** `predict` on other threads, while the event loop stays free. */
  async predictAsync(matrix: Matrix<MatrixColumn>, options: AsyncPredictOptions = {}): Promise<Float32Array> {
    return (await this.predictMarginAsync(matrix, options)).map(linkOf(this.objective).predictionOf);
  }

  /**
   * The probability of label 1 for every row.
   *
   * @throws InvalidOption if the objective has no probabilities
   */
  predictProbability(matrix: Matrix<MatrixColumn>, options: PredictOptions = {}): Float32Array {
    requireLogistic(this.objective, 'predictProbability');
    return this.predictMargin(matrix, options).map(sigmoid);
  }

  /** The margin of one row, given in the order of the features; allocates nothing once it has been called. */
  predictRow(values: Float32Array): number {
    checkRow(values, this.featureNames.length);
    return this.#predict().addRow(values, 0, this.treeCount, this.baseScore);
  }

  /**
   * Margins of rows of the binned matrix that this booster was trained on, after its first `end` rounds.
   *
   * @param rows default all
   * @param end default all rounds
   * @throws InvalidOption if the matrix is another one
   */
  predictBinned(
    binned: BinnedMatrix,
    rows?: Uint32Array,
    end: number = this.roundCount,
    options: { readonly baseMargin?: Float32Array } = {},
  ): Float32Array {
    if (!(Number.isInteger(end) && end >= 0 && end <= this.roundCount)) {
      throw new InvalidOption({
        option: 'end',
        got: end,
        expected: `a number of rounds up to ${this.roundCount}`,
      });
    }
    checkBinned(binned);
    checkNames(binned.featureNames, this.featureNames);
    checkRowList('rows', rows);
    checkObject('options', options, 'an object { baseMargin }', ['baseMargin']);
    checkNumbers('baseMargin', options.baseMargin);
    checkRowNumbers(rows, binned.rowCount);
    checkCuts(this.#trees, binned);
    const margins = startingMargins(rows?.length ?? binned.rowCount, this.baseScore, options.baseMargin);
    this.#predict().addMargins(binnedCells(binned, rows), 0, this.roundStarts[end], margins);
    return margins;
  }

  /** The leaf of every row in every tree of the range, as XGBoost's `pred_leaf`: node numbers, rows x trees. */
  predictLeaves(matrix: Matrix<MatrixColumn>, options: RangeOptions = {}): Int32Array {
    return runTask(this.#leafTask(matrix, options), options.threads);
  }

  /** `predictLeaves` on other threads, while the event loop stays free. */
  async predictLeavesAsync(
    matrix: Matrix<MatrixColumn>,
    options: AsyncRangeOptions = {},
  ): Promise<Int32Array> {
    return runTaskAside(this.#leafTask(matrix, options), options.threads, options.signal);
  }

  /**
   * Exact TreeSHAP: rows x (features + 1), the bias last. A row's numbers add up to its margin within 1e-5.
   *
   * Without `background` they are path-dependent, as XGBoost's `pred_contribs`: a feature that is not known takes each
   * branch as often as the training rows did. With it they are interventional: such a feature takes the values that it
   * has in the background rows, whatever the others are. The two answer different questions and differ where features
   * depend on one another.
   */
  contributions(matrix: Matrix<MatrixColumn>, options: ContributionOptions = {}): Float64Array {
    return runTask(this.#contributionTask(matrix, options), options.threads);
  }

  /** `contributions` on other threads, while the event loop stays free. */
  async contributionsAsync(
    matrix: Matrix<MatrixColumn>,
    options: AsyncContributionOptions = {},
  ): Promise<Float64Array> {
    return runTaskAside(this.#contributionTask(matrix, options), options.threads, options.signal);
  }

  /**
   * Shapley interaction values of the path-dependent game, as XGBoost's `pred_interactions`: for every row a symmetric
   * matrix of (features + 1) x (features + 1) numbers. A line of it adds up to the feature's contribution; an
   * interaction is shared between its two cells, the diagonal holds what is a feature's own, and the last cell the bias.
   */
  interactions(matrix: Matrix<MatrixColumn>, options: RangeOptions = {}): Float64Array {
    return runTask(this.#interactionTask(matrix, options), options.threads);
  }

  /** `interactions` on other threads, while the event loop stays free. */
  async interactionsAsync(
    matrix: Matrix<MatrixColumn>,
    options: AsyncRangeOptions = {},
  ): Promise<Float64Array> {
    return runTaskAside(this.#interactionTask(matrix, options), options.threads, options.signal);
  }

  /**
   * The contributions of one row, given in the order of the features: features + 1 numbers, the bias last. With
   * `background` they are interventional.
   */
  contributionsRow(
    values: Float32Array,
    options: Pick<ContributionOptions, 'background'> = {},
  ): Float64Array {
    checkRow(values, this.featureNames.length);
    checkObject('options', options, 'an object { background }', ['background']);
    const { background } = options;
    if (background === undefined) return this.#explain().explainRow(values);
    return runTask(this.#againstTask(rowCells(values), background, 0, this.treeCount));
  }

  /** The interactions of one row, given in the order of the features. */
  interactionsRow(values: Float32Array): Float64Array {
    checkRow(values, this.featureNames.length);
    return runTask(this.#explain().interactions(rowCells(values), 0, this.treeCount));
  }

  /** Importance of the features that are used in any split, as XGBoost's `get_score`. */
  importance(kind: ImportanceKind): Map<string, number> {
    return computeImportance(this.#trees, this.featureNames, kind);
  }

  #marginTask(matrix: Matrix<MatrixColumn>, options: PredictOptions): RowTask<Float32Array> {
    const [begin, end] = this.#range(matrix, options, ['baseMargin']);
    const margins = startingMargins(matrix.rowCount, this.baseScore, options.baseMargin);
    return this.#predict().marginTask(columnCells(matrix.columns, matrix.rowCount), begin, end, margins);
  }

  #leafTask(matrix: Matrix<MatrixColumn>, options: RangeOptions): RowTask<Int32Array> {
    const [begin, end] = this.#range(matrix, options);
    return this.#predict().leafTask(columnCells(matrix.columns, matrix.rowCount), begin, end);
  }

  #contributionTask(matrix: Matrix<MatrixColumn>, options: ContributionOptions): RowTask<Float64Array> {
    const [begin, end] = this.#range(matrix, options, ['background']);
    const cells = columnCells(matrix.columns, matrix.rowCount);
    const { background } = options;
    if (background === undefined) return this.#explain().contributions(cells, begin, end);
    return this.#againstTask(cells, background, begin, end);
  }

  #againstTask(
    cells: Cells,
    background: Matrix<MatrixColumn>,
    begin: number,
    end: number,
  ): RowTask<Float64Array> {
    checkColumns(background, this);
    if (background.rowCount === 0) {
      throw new InvalidOption({ option: 'background', got: 'no rows', expected: 'at least one row' });
    }
    const others = columnCells(background.columns, background.rowCount);
    return this.#explain().contributionsAgainst(cells, others, begin, end);
  }

  #interactionTask(matrix: Matrix<MatrixColumn>, options: RangeOptions): RowTask<Float64Array> {
    const [begin, end] = this.#range(matrix, options);
    return this.#explain().interactions(columnCells(matrix.columns, matrix.rowCount), begin, end);
  }

  /** Checks the matrix and the options; returns the trees of the rounds that are asked for. */
  #range(
    matrix: Matrix<MatrixColumn>,
    options: RangeOptions,
    own: readonly ('baseMargin' | 'background')[] = [],
  ): [number, number] {
    checkPrediction(options, own);
    checkColumns(matrix, this);
    const { begin = 0, end = this.roundCount } = options;
    checkRange('begin and end', begin, end, this.roundCount);
    return [this.roundStarts[begin], this.roundStarts[end]];
  }

  #predict(): Predictor {
    this.#predictor ??= new Predictor(weighTrees(this.#trees, this.treeWeights));
    return this.#predictor;
  }

  #explain(): Explainer {
    this.#explainer ??= new Explainer(
      weighTrees(this.#trees, this.treeWeights),
      this.featureNames.length,
      this.baseScore,
    );
    return this.#explainer;
  }
}
