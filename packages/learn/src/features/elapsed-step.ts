import { dayLength, furthestMoment } from './calendar.ts';
import { pairColumn, pairRow, parsePair } from './number-pair.ts';
import type { InputPair } from './number-pair.ts';
import type { StepKind } from './step-kind.ts';

/**
 * The days from one moment to another, with fraction; negative if the other comes first. Missing if one of them is
 * missing or no date.
 */
export interface ElapsedStep {
  readonly kind: 'elapsed';
  /** From the first to the second. */
  readonly inputs: InputPair;
  readonly output: string;
}

/** Time between two date-times. */
export const elapsedStep: StepKind<ElapsedStep> = {
  kind: 'elapsed',
  columnTypes: ['datetime'],
  inputCount: 2,

  fitTransform({ inputs: [from, to], columns, uniqueName }) {
    const step: ElapsedStep = {
      kind: 'elapsed',
      inputs: [from.name, to.name],
      output: uniqueName(`days from ${from.name} to ${to.name}`),
    };
    return { step, columns: elapsedStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: step.inputs, type: 'q' }],

  linear: () => [{ kind: 'basis' }],

  apply: (_step, columns) => pairColumn(columns, days),

  rowStep: (_step, slots, offset) => pairRow(slots, offset, days),

  parse(cursor) {
    const { inputs, output } = cursor.object(['kind', 'inputs', 'output']);
    return { kind: 'elapsed', inputs: parsePair(inputs), output: output.string() };
  },
};

function days(from: number, to: number): number {
  const known = Math.abs(from) <= furthestMoment && Math.abs(to) <= furthestMoment;
  return known ? (to - from) / dayLength : NaN;
}
