import type { FeaturePlan } from '../features/index.ts';
import { linearLayout } from '../features/index.ts';
import type { JsonCursor } from '../json/json-cursor.ts';
import type { LogisticModel } from '../linear/index.ts';

/** Coefficients are far smaller than this; sums of them times scaled values stay finite. */
const finite = { min: -1e100, max: 1e100 } as const;

/** What `logistic.json` holds of a logistic regression. */
export function logisticJson(model: LogisticModel): unknown {
  const { intercept, numeric, codes, iterations, converged, l2 } = model;
  return { intercept, numeric, codes, iterations, converged, l2 };
}

/** Reads a logistic regression that fits the plan's linear design from JSON that is not trusted. */
export function parseLogistic(cursor: JsonCursor, plan: FeaturePlan): LogisticModel {
  const layout = linearLayout(plan);
  const keys = cursor.object(['intercept', 'numeric', 'codes', 'iterations', 'converged', 'l2']);
  const { numeric, codes } = keys;
  const coefficients = numeric.numbers(layout.numeric.length, finite);
  if (coefficients.length !== layout.numeric.length)
    numeric.fail(`expected ${layout.numeric.length} coefficients, got ${coefficients.length}`);
  const blocks = codes.array(layout.codes.length);
  if (blocks.length !== layout.codes.length)
    codes.fail(`expected ${layout.codes.length} blocks, got ${blocks.length}`);
  return {
    intercept: keys.intercept.number(finite),
    numeric: Float64Array.from(coefficients),
    codes: blocks.map((block, i) => {
      const levels = layout.codes[i].shares.length;
      const values = block.numbers(levels, finite);
      if (values.length !== levels) block.fail(`expected ${levels} coefficients, got ${values.length}`);
      return Float64Array.from(values);
    }),
    iterations: keys.iterations.integer({ min: 0 }),
    converged: keys.converged.boolean(),
    l2: keys.l2.number({ min: 0 }),
  };
}
