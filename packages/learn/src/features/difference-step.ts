import { pairColumn, pairRow, parsePair } from './number-pair.ts';
import type { InputPair } from './number-pair.ts';
import type { StepKind } from './step-kind.ts';

/** One number less another; missing if one of them is, and for what is not defined (infinity less infinity). */
export interface DifferenceStep {
  readonly kind: 'difference';
  readonly inputs: InputPair;
  readonly output: string;
}

/** Differences of two numbers. */
export const differenceStep: StepKind<DifferenceStep> = {
  kind: 'difference',
  columnTypes: ['numeric', 'integer', 'boolean'],
  inputCount: 2,

  fitTransform({ inputs: [first, second], columns, uniqueName }) {
    const step: DifferenceStep = {
      kind: 'difference',
      inputs: [first.name, second.name],
      output: uniqueName(`${first.name} - ${second.name}`),
    };
    return { step, columns: differenceStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: step.inputs, type: 'q' }],

  linear: () => [{ kind: 'basis' }],

  apply: (_step, columns) => pairColumn(columns, difference),

  rowStep: (_step, slots, offset) => pairRow(slots, offset, difference),

  parse(cursor) {
    const { inputs, output } = cursor.object(['kind', 'inputs', 'output']);
    return { kind: 'difference', inputs: parsePair(inputs), output: output.string() };
  },
};

function difference(a: number, b: number): number {
  return a - b;
}
