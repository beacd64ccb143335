import { pairColumn, pairRow, parsePair } from './number-pair.ts';
import type { InputPair } from './number-pair.ts';
import type { StepKind } from './step-kind.ts';

/** One number times another; missing if one of them is, and for what is not defined (zero times infinity). */
export interface ProductStep {
  readonly kind: 'product';
  readonly inputs: InputPair;
  readonly output: string;
}

/** Products of two numbers. */
export const productStep: StepKind<ProductStep> = {
  kind: 'product',
  columnTypes: ['numeric', 'integer', 'boolean'],
  inputCount: 2,

  fitTransform({ inputs: [first, second], columns, uniqueName }) {
    const step: ProductStep = {
      kind: 'product',
      inputs: [first.name, second.name],
      output: uniqueName(`${first.name} × ${second.name}`),
    };
    return { step, columns: productStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: step.inputs, type: 'q' }],

  linear: () => [{ kind: 'basis' }],

  apply: (_step, columns) => pairColumn(columns, product),

  rowStep: (_step, slots, offset) => pairRow(slots, offset, product),

  parse(cursor) {
    const { inputs, output } = cursor.object(['kind', 'inputs', 'output']);
    return { kind: 'product', inputs: parsePair(inputs), output: output.string() };
  },
};

function product(a: number, b: number): number {
  return a * b;
}
