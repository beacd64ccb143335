import { feature } from './number-pair.ts';
import { interpolate, mostEdges, parseEdges, quantileEdges } from './normal-scores.ts';
import { toFloat32 } from './number-step.ts';
import { numberValues } from './step-kind.ts';
import type { StepKind } from './step-kind.ts';

/**
 * The rank of a number among the training rows, 0 to 1: linear between edges that lie between quantiles, constant
 * beyond them. No edge is the value of a row, and at least five rows lie between two of them.
 */
export interface RankStep {
  readonly kind: 'rank';
  readonly input: string;
  readonly output: string;
  /** Ascending; a column without two edges has none, and every known value the rank 0.5. */
  readonly edges: readonly number[];
  /** The share of the training rows below each edge; as many. */
  readonly shares: readonly number[];
}

/** Ranks of numbers. For trees they are no news: splits do not care how an axis is stretched. */
export const rankStep: StepKind<RankStep> = {
  kind: 'rank',
  columnTypes: ['numeric', 'integer'],
  inputCount: 1,

  fitTransform({ inputs: [input], columns, uniqueName }) {
    const sorted = Float32Array.from(numberValues(columns[0]), toFloat32)
      .filter((value) => !Number.isNaN(value))
      .sort();
    const { edges, shares } = quantileEdges(sorted);
    const step: RankStep = {
      kind: 'rank',
      input: input.name,
      output: uniqueName(`rank(${input.name})`),
      ...(edges.length < 2 ? { edges: [], shares: [] } : { edges, shares }),
    };
    return { step, columns: rankStep.apply(step, columns) };
  },

  outputs: (step) => [{ name: step.output, sources: [step.input], type: 'q' }],

  // The column itself has its basis already; what this adds is one straight line, between 0 and 1 for every row.
  linear: () => [{ kind: 'standard' }],

  apply(step, [column]) {
    const rank = ranker(step);
    const values = numberValues(column);
    const out = new Float32Array(values.length);
    for (let row = 0; row < out.length; row++) out[row] = rank(values[row]);
    return [out];
  },

  rowStep(step, [slot], offset) {
    const rank = ranker(step);
    return (row, target) => {
      target[offset] = rank(row.numbers[slot]);
    };
  },

  parse(cursor) {
    const { input, output, edges, shares } = cursor.object(['kind', 'input', 'output', 'edges', 'shares']);
    const step: RankStep = {
      kind: 'rank',
      input: input.string(),
      output: output.string(),
      edges: parseEdges(edges),
      shares: shares.numbers(mostEdges, { min: 0, max: 1 }),
    };
    if (step.edges.length !== step.shares.length || step.edges.length === 1)
      cursor.fail('edges and shares must be equally many, and at least two if there are any');
    return step;
  },
};

function ranker({ edges, shares }: RankStep): (value: number) => number {
  return (value) => {
    if (Number.isNaN(value)) return NaN;
    return edges.length === 0 ? 0.5 : feature(interpolate(edges, shares, toFloat32(value)));
  };
}
