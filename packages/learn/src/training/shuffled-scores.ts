import type { Column, Dataset } from '@verdict/core';
import type { Matrix } from '@verdict/boost';
import type { ScoringModel } from '../bundle/index.ts';
import { calibrateAll } from '../decision/index.ts';
import { applyFeatures, selectFeatures } from '../features/index.ts';
import { linearKind } from '../features/step-registry.ts';
import type { FeaturePlan } from '../features/index.ts';
import type { LogisticModel } from '../linear/index.ts';
import { logisticScorer, sourcesOf, treesScorer } from '../scorer/member-scorer.ts';

/**
 * Probabilities of some rows when one of the user's columns is shuffled. The rows are encoded once: shuffling a
 * column shuffles the features that are made of it alone, only those that it shares with another column are made
 * anew, and of the regression only the part that reads any of them changes.
 */
export class ShuffledScores {
  /** Of the untouched rows. */
  readonly probabilities: Float64Array;
  readonly #model: ScoringModel;
  readonly #dataset: Dataset;
  readonly #matrix: Matrix;
  /** The margin without the trees. */
  readonly #rest: Float64Array;
  /** What the features of the column that was shuffled last add to the margin of the regression, unshuffled. */
  #part: { readonly column: string; readonly margins: ArrayLike<number> } | undefined;

  constructor(model: ScoringModel, dataset: Dataset) {
    this.#model = model;
    this.#dataset = dataset;
    this.#matrix = applyFeatures(model.plan, dataset);
    this.#rest = new Float64Array(dataset.rowCount).fill(model.decision.blend.offset);
    if (model.logistic !== undefined) {
      const { plan, logistic } = model;
      const margins = logisticScorer(logistic, plan, sourcesOf(plan)).margins(this.#matrix);
      const weight = this.#weight('logistic');
      for (let row = 0; row < this.#rest.length; row++) this.#rest[row] += weight * margins[row];
    }
    this.probabilities = this.#scores(this.#matrix, this.#rest);
  }

  /** Row i gets the value of row `permutation[i]` in that column; all other columns stay. */
  shuffled(column: string, permutation: Uint32Array): Float64Array {
    const { logistic } = this.#model;
    const matrix = this.#shuffledMatrix(column, permutation);
    const rest = this.#rest.slice();
    if (logistic !== undefined) {
      if (this.#part?.column !== column)
        this.#part = { column, margins: this.#linearPart(column, logistic, this.#matrix) };
      const before = this.#part.margins;
      const after = this.#linearPart(column, logistic, matrix);
      const weight = this.#weight('logistic');
      for (let row = 0; row < rest.length; row++) rest[row] += weight * (after[row] - before[row]);
    }
    return this.#scores(matrix, rest);
  }

  #shuffledMatrix(column: string, permutation: Uint32Array): Matrix {
    const shared = this.#sharedFeatures(column, permutation);
    const columns = this.#matrix.columns.map((values, feature) => {
      const { name, sources } = this.#model.plan.outputs[feature];
      if (!sources.includes(column)) return values;
      return shared.get(name) ?? Float32Array.from(permutation, (row) => values[row]);
    });
    return { ...this.#matrix, columns };
  }

  /** The features, by name, that are made of that column and another one, when only that one is shuffled. */
  #sharedFeatures(column: string, permutation: Uint32Array): Map<string, Float32Array> {
    const { plan } = this.#model;
    const names = plan.outputs
      .filter(({ sources }) => sources.length > 1 && sources.includes(column))
      .map(({ name }) => name);
    if (names.length === 0) return new Map();
    const { rowCount, columns } = this.#dataset;
    const moved = columns.map((own) => (own.name === column ? shuffledColumn(own, permutation) : own));
    const made = applyFeatures(selectFeatures(plan, names), { rowCount, columns: moved });
    return new Map(names.map((name, i) => [name, made.columns[i]]));
  }

  #scores(matrix: Matrix, rest: Float64Array): Float64Array {
    const { booster, plan, decision } = this.#model;
    const margins = rest.slice();
    if (booster !== undefined) {
      const weight = this.#weight('trees');
      const part = treesScorer(booster, sourcesOf(plan)).margins(matrix);
      for (let row = 0; row < margins.length; row++) margins[row] += weight * part[row];
    }
    return calibrateAll(decision.calibration, margins);
  }

  #weight(name: 'trees' | 'logistic'): number {
    return this.#model.decision.blend.members.find(({ member }) => member === name)?.weight ?? 0;
  }

  /** What the features of one column add to the margin of the regression. */
  #linearPart(column: string, logistic: LogisticModel, matrix: Matrix): ArrayLike<number> {
    const part = partOf(this.#model.plan, logistic, column);
    return logisticScorer(part.logistic, part.plan, sourcesOf(part.plan)).margins(matrix);
  }
}

function shuffledColumn(column: Column, permutation: Uint32Array): Column {
  return column.kind === 'number'
    ? { ...column, values: Float64Array.from(permutation, (row) => column.values[row]) }
    : { ...column, codes: Int32Array.from(permutation, (row) => column.codes[row]) };
}

/** The regression over the features of one column, those that it shares too, without intercept. */
function partOf(
  plan: FeaturePlan,
  logistic: LogisticModel,
  column: string,
): { plan: FeaturePlan; logistic: LogisticModel } {
  const own = new Set(plan.outputs.filter(({ sources }) => sources.includes(column)).map(({ name }) => name));
  const numeric: number[] = [];
  const codes: Float64Array[] = [];
  let numericPlace = 0;
  let codePlace = 0;
  for (const step of plan.linear) {
    const numericEnd = numericPlace + linearKind(step).numericMeans(step).length;
    const codeEnd = codePlace + linearKind(step).codeShares(step).length;
    if (own.has(step.feature)) {
      numeric.push(...logistic.numeric.subarray(numericPlace, numericEnd));
      codes.push(...logistic.codes.slice(codePlace, codeEnd));
    }
    numericPlace = numericEnd;
    codePlace = codeEnd;
  }
  return {
    plan: { ...plan, linear: plan.linear.filter(({ feature }) => own.has(feature)) },
    logistic: { ...logistic, intercept: 0, numeric: Float64Array.from(numeric), codes },
  };
}
