import type { FeaturePlan } from '../features/index.ts';
import { linearLayout } from '../features/index.ts';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { LogisticModel } from '../linear/index.ts';

/** What `logistic.json` holds of a logistic regression. */
export function logisticJson(model: LogisticModel): unknown {
  return { intercept: model.intercept, numeric: model.numeric, codes: model.codes };
}

/** Reads a logistic regression that fits the plan's linear design from JSON that is not trusted. */
export function parseLogistic(cursor: JsonCursor, plan: FeaturePlan): LogisticModel {
  const layout = linearLayout(plan);
  const { intercept, numeric, codes } = cursor.object(['intercept', 'numeric', 'codes']);
  const coefficients = numeric.numbers(layout.numeric.length);
  if (coefficients.length !== layout.numeric.length)
    numeric.fail(`expected ${layout.numeric.length} coefficients, got ${coefficients.length}`);
  const blocks = codes.array(layout.codes.length);
  if (blocks.length !== layout.codes.length)
    codes.fail(`expected ${layout.codes.length} blocks, got ${blocks.length}`);
  return {
    intercept: intercept.number(),
    numeric: Float64Array.from(coefficients),
    codes: blocks.map((block, i) => {
      const levels = layout.codes[i].shares.length;
      const values = block.numbers(levels);
      if (values.length !== levels) block.fail(`expected ${levels} coefficients, got ${values.length}`);
      return Float64Array.from(values);
    }),
  };
}
