import { featureTypes } from './feature-plan.ts';
import type { FeatureType } from './feature-plan.ts';
import { numberValues } from './step-kind.ts';
import type { StepKind } from './step-kind.ts';

/**
 * A number or a boolean, passed on as it is in single precision; missing is kept. Of type `c` it is the code of
 * a category, as the table itself holds it.
 */
export interface NumberStep {
  readonly kind: 'number';
  readonly input: string;
  readonly output: string;
  readonly type: FeatureType;
}

/** The largest finite number in single precision. */
export const largestFloat32 = 3.4028234663852886e38;

/**
 * Rounds to single precision. What lies beyond its range, infinities too, becomes its largest finite
 * number, so that order is kept and no learner ever meets an infinity.
 */
export function toFloat32(value: number): number {
  const rounded = Math.fround(value);
  if (rounded === Infinity) return largestFloat32;
  return rounded === -Infinity ? -largestFloat32 : rounded;
}

const typeOf = { numeric: 'q', integer: 'int', boolean: 'i' } as const;

/** Numbers and booleans for trees. */
export const numberStep: StepKind<NumberStep> = {
  kind: 'number',
  columnTypes: ['numeric', 'integer', 'boolean'],
  inputCount: 1,

  fitTransform({ inputs: [input], columns, uniqueName }) {
    const step: NumberStep = {
      kind: 'number',
      input: input.name,
      output: uniqueName(input.name),
      type: typeOf[input.type as keyof typeof typeOf],
    };
    return { step, columns: numberStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: [step.input], type: step.type }],

  linear: ({ type }) => [{ kind: type === 'c' ? 'none' : 'basis' }],

  apply(_step, [column]) {
    const values = numberValues(column);
    const out = new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) out[i] = toFloat32(values[i]);
    return [out];
  },

  rowStep:
    (_step, [slot], offset) =>
    (row, target) => {
      target[offset] = toFloat32(row.numbers[slot]);
    },

  parse(cursor) {
    const { input, output, type } = cursor.object(['kind', 'input', 'output', 'type']);
    return {
      kind: 'number',
      input: input.string(),
      output: output.string(),
      type: type.oneOf(featureTypes),
    };
  },
};
