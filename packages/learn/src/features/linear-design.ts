import { emptyLinearRow } from './linear-kind.ts';
import { applyFeatures } from './plan-application.ts';
import { linearKind } from './step-registry.ts';
import type { Matrix } from '@verdict/boost';
import type { Dataset } from '@verdict/core';
import type { LinearDesign } from '../linear/index.ts';
import type { FeaturePlan, LinearStep } from './feature-plan.ts';
import type { LinearPlace, LinearRow } from './linear-kind.ts';

/** What a linear learner reads of a batch. Throws as `applyFeatures` does. */
export function linearDesign(plan: FeaturePlan, dataset: Dataset): LinearDesign {
  return linearDesignOf(plan, applyFeatures(plan, dataset));
}

/** The same, from the tree matrix of the batch. */
export function linearDesignOf(plan: FeaturePlan, matrix: Matrix): LinearDesign {
  const feature = featureIndex(plan);
  const columns = plan.linear.map((step) =>
    linearKind(step).apply(step, matrix.columns[feature.get(step.feature)!]),
  );
  return {
    rowCount: matrix.rowCount,
    numeric: columns.flatMap(({ numeric }) => numeric),
    codes: columns.flatMap(({ codes }) => codes),
  };
}

/**
 * Goes through the linear design of a batch in its order, one step at a time, so that the design of a wide
 * table is never in memory as a whole: all numeric columns, then all code blocks, each with its place.
 */
export function forEachLinearColumn(
  plan: FeaturePlan,
  matrix: Matrix,
  visit: {
    readonly numeric: (column: Float64Array, place: number) => void;
    readonly codes: (codes: Int32Array, place: number) => void;
  },
): void {
  const feature = featureIndex(plan);
  const made = (step: LinearStep): ReturnType<ReturnType<typeof linearKind>['apply']> =>
    linearKind(step).apply(step, matrix.columns[feature.get(step.feature)!]);
  let numeric = 0;
  let block = 0;
  for (const step of plan.linear) {
    if (linearKind(step).numericMeans(step).length === 0) continue;
    for (const column of made(step).numeric) visit.numeric(column, numeric++);
  }
  for (const step of plan.linear) {
    if (linearKind(step).codeShares(step).length === 0) continue;
    for (const { codes } of made(step).codes) visit.codes(codes, block++);
  }
}

/** One numeric column of the linear design: its sources in the table and its training mean. */
export interface LinearNumeric {
  readonly sources: readonly string[];
  readonly mean: number;
}

/** One code block of the linear design: its sources in the table and the training share of each level. */
export interface LinearCodes {
  readonly sources: readonly string[];
  readonly shares: readonly number[];
}

/** What the columns of the linear design are, in its order. */
export interface LinearLayout {
  readonly numeric: readonly LinearNumeric[];
  readonly codes: readonly LinearCodes[];
}

/** Describes the linear design of a plan. */
export function linearLayout(plan: FeaturePlan): LinearLayout {
  const sources = new Map(plan.outputs.map((output) => [output.name, output.sources]));
  return {
    numeric: plan.linear.flatMap((step) =>
      linearKind(step)
        .numericMeans(step)
        .map((mean) => ({ sources: sources.get(step.feature)!, mean })),
    ),
    codes: plan.linear.flatMap((step) =>
      linearKind(step)
        .codeShares(step)
        .map((shares) => ({ sources: sources.get(step.feature)!, shares })),
    ),
  };
}

/** Turns one row of the tree matrix into one row of the linear design, in a buffer that is reused. */
export function linearRowEncoder(plan: FeaturePlan): (features: Float32Array) => LinearRow {
  const feature = featureIndex(plan);
  let numeric = 0;
  let codes = 0;
  const steps = plan.linear.map((step) => {
    const kind = linearKind(step);
    const place: LinearPlace = { feature: feature.get(step.feature)!, numeric, codes };
    numeric += kind.numericMeans(step).length;
    codes += kind.codeShares(step).length;
    return kind.rowStep(step, place);
  });
  const row = emptyLinearRow(numeric, codes);
  return (features) => {
    for (const step of steps) step(features, row);
    return row;
  };
}

function featureIndex(plan: FeaturePlan): Map<string, number> {
  return new Map(plan.outputs.map(({ name }, index) => [name, index]));
}
