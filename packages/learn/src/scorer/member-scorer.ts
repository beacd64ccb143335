import type { Booster, Matrix } from '@verdict/boost';
import { forEachLinearColumn, linearLayout, linearRowEncoder } from '../features/index.ts';
import type { FeaturePlan } from '../features/index.ts';
import type { LogisticModel } from '../linear/index.ts';

/**
 * One member of a blend: margins and contributions over the tree matrix, of a batch and of a row. Both
 * forms agree bit for bit.
 */
export interface MemberScorer {
  /** The margin that contributions are counted from; the first call may take as long as explaining a row. */
  bias(): number;
  margins(matrix: Matrix): ArrayLike<number>;
  margin(features: Float32Array): number;
  /** Adds weight x contribution of each feature to the sums of its sources, in equal shares, row by row. */
  addContributions(matrix: Matrix, weight: number, sums: Float64Array, threads: number): void;
  addRowContributions(features: Float32Array, weight: number, sums: Float64Array): void;
}

/** The user's columns, and the places among them of those that each feature is made of. */
export interface Sources {
  readonly names: readonly string[];
  readonly ofFeature: readonly (readonly number[])[];
}

/** The user's columns that a plan reads, in its order. */
export function sourcesOf(plan: FeaturePlan): Sources {
  const names = plan.inputs.map(({ name }) => name);
  const places = placesIn(names);
  return { names, ofFeature: plan.outputs.map(({ sources }) => places(sources)) };
}

function placesIn(names: readonly string[]): (sources: readonly string[]) => number[] {
  const place = new Map(names.map((name, index) => [name, index]));
  return (sources) => sources.map((source) => place.get(source)!);
}

/**
 * Adds a contribution to the sums of the columns that it comes from, in equal shares. A feature of two columns is
 * known only if both are: in the game of who contributes what to it they are symmetric players, and Shapley's values
 * of symmetric players are equal.
 */
function addShares(sums: Float64Array, row: number, places: readonly number[], value: number): void {
  for (const place of places) sums[row + place] += value / places.length;
}

/** Trees: contributions are exact TreeSHAP values. */
export function treesScorer(booster: Booster, sources: Sources): MemberScorer {
  const features = sources.ofFeature.length;
  const width = sources.names.length;
  const fold = (values: Float64Array, from: number, weight: number, sums: Float64Array, to: number): void => {
    for (let f = 0; f < features; f++) addShares(sums, to, sources.ofFeature[f], weight * values[from + f]);
  };
  let bias: number | undefined;
  return {
    bias: () => (bias ??= booster.contributionsRow(new Float32Array(features).fill(NaN))[features]),
    margins: (matrix) => booster.predictMargin(matrix),
    margin: (row) => booster.predictRow(row),
    addContributions(matrix, weight, sums, threads) {
      const values = booster.contributions(matrix, { threads });
      for (let row = 0; row < matrix.rowCount; row++)
        fold(values, row * (features + 1), weight, sums, row * width);
    },
    addRowContributions(row, weight, sums) {
      fold(booster.contributionsRow(row), 0, weight, sums, 0);
    },
  };
}

/** Logistic regression: a column contributes coefficient x (value - training mean). */
export function logisticScorer(model: LogisticModel, plan: FeaturePlan, sources: Sources): MemberScorer {
  const layout = linearLayout(plan);
  const places = placesIn(sources.names);
  const encode = linearRowEncoder(plan);
  const width = sources.names.length;
  const numericSources = layout.numeric.map((one) => places(one.sources));
  const codeSources = layout.codes.map((one) => places(one.sources));
  const numericMean = layout.numeric.map(({ mean }) => mean);
  // The mean contribution of a block is its coefficients weighed by the training shares of their levels.
  const codeMean = layout.codes.map(({ shares }, block) =>
    shares.reduce((sum, share, level) => sum + share * model.codes[block][level], 0),
  );
  let bias = model.intercept;
  numericMean.forEach((mean, i) => (bias += model.numeric[i] * mean));
  codeMean.forEach((mean) => (bias += mean));

  return {
    bias: () => bias,
    margins(matrix) {
      const margins = new Float64Array(matrix.rowCount).fill(model.intercept);
      forEachLinearColumn(plan, matrix, {
        numeric(column, i) {
          const coefficient = model.numeric[i];
          for (let row = 0; row < margins.length; row++) margins[row] += coefficient * column[row];
        },
        codes(codes, i) {
          const coefficients = model.codes[i];
          for (let row = 0; row < margins.length; row++) margins[row] += coefficients[codes[row]];
        },
      });
      return margins;
    },
    margin(features) {
      const { numeric, codes } = encode(features);
      let margin = model.intercept;
      for (let i = 0; i < numeric.length; i++) margin += model.numeric[i] * numeric[i];
      for (let i = 0; i < codes.length; i++) margin += model.codes[i][codes[i]];
      return margin;
    },
    addContributions(matrix, weight, sums) {
      forEachLinearColumn(plan, matrix, {
        numeric(column, i) {
          for (let row = 0; row < matrix.rowCount; row++) {
            const value = weight * (model.numeric[i] * (column[row] - numericMean[i]));
            addShares(sums, row * width, numericSources[i], value);
          }
        },
        codes(codes, i) {
          for (let row = 0; row < matrix.rowCount; row++) {
            const value = weight * (model.codes[i][codes[row]] - codeMean[i]);
            addShares(sums, row * width, codeSources[i], value);
          }
        },
      });
    },
    addRowContributions(features, weight, sums) {
      const { numeric, codes } = encode(features);
      for (let i = 0; i < numeric.length; i++)
        addShares(sums, 0, numericSources[i], weight * (model.numeric[i] * (numeric[i] - numericMean[i])));
      for (let i = 0; i < codes.length; i++)
        addShares(sums, 0, codeSources[i], weight * (model.codes[i][codes[i]] - codeMean[i]));
    },
  };
}
