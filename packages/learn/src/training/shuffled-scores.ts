import type { Dataset } from '@verdict/core';
import type { Matrix } from '@verdict/boost';
import type { ScoringModel } from '../bundle/index.ts';
import { calibrateAll } from '../decision/index.ts';
import { applyFeatures } from '../features/index.ts';
import { linearKind } from '../features/step-registry.ts';
import type { FeaturePlan } from '../features/index.ts';
import type { LogisticModel } from '../linear/index.ts';
import { logisticScorer, sourcesOf, treesScorer } from '../scorer/member-scorer.ts';

/**
 * Probabilities of some rows when one of the user's columns is shuffled. The rows are encoded once: since a
 * feature is made of one column, shuffling the column shuffles its features, and of the regression only the
 * part that reads them changes.
 */
export class ShuffledScores {
  /** Of the untouched rows. */
  readonly probabilities: Float64Array;
  readonly #model: ScoringModel;
  readonly #matrix: Matrix;
  /** The margin without the trees. */
  readonly #rest: Float64Array;

  constructor(model: ScoringModel, dataset: Dataset) {
    this.#model = model;
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
    const { plan, logistic } = this.#model;
    const columns = this.#matrix.columns.map((values, feature) =>
      plan.outputs[feature].source === column ? Float32Array.from(permutation, (row) => values[row]) : values,
    );
    const rest = this.#rest.slice();
    if (logistic !== undefined) {
      const part = this.#linearPart(column, logistic);
      const weight = this.#weight('logistic');
      for (let row = 0; row < rest.length; row++) rest[row] += weight * (part[permutation[row]] - part[row]);
    }
    return this.#scores({ ...this.#matrix, columns }, rest);
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
  #linearPart(column: string, logistic: LogisticModel): ArrayLike<number> {
    const part = partOf(this.#model.plan, logistic, column);
    return logisticScorer(part.logistic, part.plan, sourcesOf(part.plan)).margins(this.#matrix);
  }
}

/** The regression over the features of one column alone, without intercept. */
function partOf(
  plan: FeaturePlan,
  logistic: LogisticModel,
  column: string,
): { plan: FeaturePlan; logistic: LogisticModel } {
  const own = new Set(plan.outputs.filter(({ source }) => source === column).map(({ name }) => name));
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
