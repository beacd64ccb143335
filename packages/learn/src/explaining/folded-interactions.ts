import type { Matrix } from '@verdict/boost';
import type { ScoringModel } from '../bundle/index.ts';
import type { FeaturePlan } from '../features/index.ts';
import type { LogisticModel } from '../linear/index.ts';
import { logisticScorer, sourcesOf } from '../scorer/member-scorer.ts';

/** Interactions of the user's columns, row by row. */
export interface FoldedInteractions {
  readonly columns: readonly string[];
  /** Rows x columns x columns: symmetric; a line of a row adds up to the column's contribution. */
  readonly values: Float64Array;
}

/**
 * Shapley interaction values (Lundberg, Erion and Lee 2018) of a model's margin, folded back to the user's
 * columns. What two features move together goes to each pair of their columns in equal shares. What a feature of
 * one column moves alone is that column's own; a feature of two columns is known only if both are, so that what it
 * moves alone is all theirs together.
 *
 * @param matrix the features of the rows; (features + 1)^2 numbers are needed for each
 */
export function foldedInteractions(model: ScoringModel, matrix: Matrix): FoldedInteractions {
  const { plan, booster, logistic, decision } = model;
  const { names, ofFeature } = sourcesOf(plan);
  const width = names.length;
  const features = ofFeature.length;
  const values = new Float64Array(matrix.rowCount * width * width);
  const weightOf = (name: 'trees' | 'logistic'): number =>
    decision.blend.members.find(({ member }) => member === name)?.weight ?? 0;

  if (booster !== undefined) {
    const weight = weightOf('trees');
    const found = booster.interactions(matrix);
    const size = (features + 1) ** 2;
    for (let row = 0; row < matrix.rowCount; row++) {
      const to = row * width * width;
      for (let f = 0; f < features; f++) {
        const from = row * size + f * (features + 1);
        for (let g = 0; g < features; g++) {
          const value = weight * found[from + g];
          if (value === 0) continue;
          if (f === g) addOwn(values, to, { width, places: ofFeature[f], value });
          else {
            const share = value / (ofFeature[f].length * ofFeature[g].length);
            for (const a of ofFeature[f]) for (const b of ofFeature[g]) values[to + a * width + b] += share;
          }
        }
      }
    }
  }
  if (logistic !== undefined) {
    const terms = featureTerms(logistic, plan, matrix);
    const weight = weightOf('logistic');
    for (let row = 0; row < matrix.rowCount; row++)
      for (let f = 0; f < features; f++) {
        const value = weight * terms[row * features + f];
        addOwn(values, row * width * width, { width, places: ofFeature[f], value });
      }
  }
  return { columns: names, values };
}

/** Adds what a feature moves alone: on the diagonal for one column, else between the columns. */
function addOwn(
  values: Float64Array,
  to: number,
  {
    width,
    places,
    value,
  }: { readonly width: number; readonly places: readonly number[]; readonly value: number },
): void {
  if (places.length === 1) {
    values[to + places[0] * (width + 1)] += value;
    return;
  }
  const share = value / (places.length * (places.length - 1));
  for (const a of places) for (const b of places) if (a !== b) values[to + a * width + b] += share;
}

/** What each feature adds to the margin of the regression: rows x features. */
function featureTerms(logistic: LogisticModel, plan: FeaturePlan, matrix: Matrix): Float64Array {
  const names = plan.outputs.map(({ name }) => name);
  const apart = { ...plan, outputs: plan.outputs.map((output) => ({ ...output, sources: [output.name] })) };
  const terms = new Float64Array(matrix.rowCount * names.length);
  const sources = { names, ofFeature: names.map((_, feature) => [feature]) };
  logisticScorer(logistic, apart, sources).addContributions(matrix, 1, terms, 1);
  return terms;
}

/**
 * Adds up the sizes of interactions over rows: what a column moves alone on the diagonal, and what two columns
 * move together, both of its halves, in either of their cells.
 */
export function interactionSizes({ columns, values }: FoldedInteractions): Float64Array {
  const width = columns.length;
  const sums = new Float64Array(width * width);
  for (let start = 0; start < values.length; start += width * width) {
    for (let a = 0; a < width; a++) {
      sums[a * width + a] += Math.abs(values[start + a * width + a]);
      for (let b = 0; b < a; b++) {
        const size = Math.abs(values[start + a * width + b] + values[start + b * width + a]);
        sums[a * width + b] += size;
        sums[b * width + a] += size;
      }
    }
  }
  return sums;
}
