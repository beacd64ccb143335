import { magnitudeOf } from './magnitude.ts';
import { pairColumn, pairRow, parsePair } from './number-pair.ts';
import { numberValues } from './step-kind.ts';
import type { InputPair } from './number-pair.ts';
import type { StepKind } from './step-kind.ts';

/**
 * One number divided by another. Where the denominator is zero, or so small beside its usual size that it can only be
 * what rounding left of zero, the ratio says nothing and is missing.
 */
export interface RatioStep {
  readonly kind: 'ratio';
  readonly inputs: InputPair;
  readonly output: string;
  /** Denominators of this size or less count as zero. */
  readonly least: number;
}

/** A billionth of the median size of the denominators. */
const TINY = 1e-9;

/** Ratios of two numbers. */
export const ratioStep: StepKind<RatioStep> = {
  kind: 'ratio',
  columnTypes: ['numeric', 'integer', 'boolean'],
  inputCount: 2,

  fitTransform({ inputs: [top, bottom], columns, uniqueName }) {
    const step: RatioStep = {
      kind: 'ratio',
      inputs: [top.name, bottom.name],
      output: uniqueName(`${top.name} / ${bottom.name}`),
      least: magnitudeOf(numberValues(columns[1]), 0.5) * TINY,
    };
    return { step, columns: ratioStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: step.inputs, type: 'q' }],

  linear: () => [{ kind: 'basis' }],

  apply: (step, columns) => pairColumn(columns, ratio(step)),

  rowStep: (step, slots, offset) => pairRow(slots, offset, ratio(step)),

  parse(cursor) {
    const { inputs, output, least } = cursor.object(['kind', 'inputs', 'output', 'least']);
    return {
      kind: 'ratio',
      inputs: parsePair(inputs),
      output: output.string(),
      least: least.number({ min: 0 }),
    };
  },
};

function ratio({ least }: RatioStep): (top: number, bottom: number) => number {
  return (top, bottom) => (Math.abs(bottom) <= least ? NaN : top / bottom);
}
