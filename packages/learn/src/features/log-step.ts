import { magnitudeOf } from './magnitude.ts';
import { feature } from './number-pair.ts';
import { numberValues } from './step-kind.ts';
import type { StepKind } from './step-kind.ts';

/**
 * The logarithm of a number: sign(x) · ln(1 + |x| / unit). Unlike ln(x + shift) it is defined for every number, keeps
 * zero and the sign, and needs no shift, which would have to be the smallest value of a training row. The unit lies
 * at the lower end of the column's own sizes, so that a salary in cents and one in thousands bend alike.
 */
export interface LogStep {
  readonly kind: 'log';
  readonly input: string;
  readonly output: string;
  /** A power of ten: below it the logarithm is almost a straight line. */
  readonly unit: number;
}

/** The share of the values that may lie below the unit. */
const BELOW = 0.1;

/** Logarithms of numbers. For trees they are no news: splits do not care how an axis is stretched. */
export const logStep: StepKind<LogStep> = {
  kind: 'log',
  columnTypes: ['numeric', 'integer'],
  inputCount: 1,

  fitTransform({ inputs: [input], columns, uniqueName }) {
    const step: LogStep = {
      kind: 'log',
      input: input.name,
      output: uniqueName(`log(${input.name})`),
      unit: magnitudeOf(numberValues(columns[0]), BELOW),
    };
    return { step, columns: logStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: [step.input], type: 'q' }],

  linear: () => [{ kind: 'basis' }],

  apply({ unit }, [column]) {
    const values = numberValues(column);
    const out = new Float32Array(values.length);
    for (let row = 0; row < out.length; row++) out[row] = signedLog(values[row], unit);
    return [out];
  },

  rowStep:
    ({ unit }, [slot], offset) =>
    (row, target) => {
      target[offset] = signedLog(row.numbers[slot], unit);
    },

  parse(cursor) {
    const { input, output, unit } = cursor.object(['kind', 'input', 'output', 'unit']);
    return {
      kind: 'log',
      input: input.string(),
      output: output.string(),
      unit: unit.number({ min: Number.MIN_VALUE }),
    };
  },
};

function signedLog(value: number, unit: number): number {
  return feature(Math.sign(value) * Math.log1p(Math.abs(value) / unit));
}
