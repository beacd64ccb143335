import { isMissing } from '@verdict/core';
import { gramKinds } from './engineered-feature.ts';
import { levelTypes } from './level-dictionary.ts';
import { murmurHash } from './murmur-hash.ts';
import { toFloat32 } from './number-step.ts';
import { codesOf } from './step-kind.ts';
import { gramsOf } from './text-grams.ts';
import type { GramKind } from './engineered-feature.ts';
import type { StepKind } from './step-kind.ts';

/**
 * The n-grams of a text, hashed to a few columns (Weinberger and others 2009, "Feature hashing for large scale
 * multitask learning"). The hash of a gram says which column it counts in, and whether it adds or takes away one, so
 * that grams that share a column do not add up to something. Of a column's sum s the feature is
 * sign(s) · ln(1 + |s|). A text without any word is 0 everywhere; a missing one is missing.
 *
 * Nothing is learnt: no word of any training row is kept.
 */
export interface TextStep {
  readonly kind: 'text';
  readonly input: string;
  readonly grams: GramKind;
  /** How many columns grams are hashed to. */
  readonly size: number;
  /** Those of them that are features. */
  readonly columns: readonly { readonly column: number; readonly output: string }[];
}

const DEFAULT_COLUMNS = 32;
const MOST_COLUMNS = 4096;

/** Texts as hashed n-grams. */
export const textStep: StepKind<TextStep> = {
  kind: 'text',
  columnTypes: levelTypes,
  inputCount: 1,

  fitTransform({ inputs: [input], columns, options, uniqueName }) {
    const { grams = 'word', columns: size = DEFAULT_COLUMNS } = options;
    const what = grams === 'word' ? 'words' : 'characters';
    const step: TextStep = {
      kind: 'text',
      input: input.name,
      grams,
      size,
      columns: Array.from({ length: size }, (_, column) => ({
        column,
        output: uniqueName(`${what} of ${input.name} #${column + 1}`),
      })),
    };
    return { step, columns: textStep.apply(step, columns) };
  },

  outputs: (step) => step.columns.map(({ output }) => ({ name: output, sources: [step.input], type: 'q' })),

  // Most columns are 0 in most rows: there is no bend to be found.
  linear: (step) => step.columns.map(() => ({ kind: 'standard' })),

  apply(step, [column]) {
    const { codes, levels } = codesOf(column);
    const hash = textHasher(step);
    const out = step.columns.map(() => new Float32Array(codes.length).fill(NaN));
    // Each text once, but only those that rows have: a part of a table has the dictionary of the whole.
    const firstRow = new Map<number, number>();
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row];
      if (code < 0) continue;
      const known = firstRow.get(code);
      if (known === undefined) {
        firstRow.set(code, row);
        hash(levels[code], (k, value) => (out[k][row] = value));
      } else for (const values of out) values[row] = values[known];
    }
    return out;
  },

  rowStep(step, [slot], offset) {
    const hash = textHasher(step);
    return (row, target) => {
      const text = row.texts[slot];
      if (text === null) target.fill(NaN, offset, offset + step.columns.length);
      else hash(text, (k, value) => (target[offset + k] = value));
    };
  },

  select: (step, kept) => ({ ...step, columns: step.columns.filter(({ output }) => kept.has(output)) }),

  parse(cursor) {
    const keys = cursor.object(['kind', 'input', 'grams', 'size', 'columns']);
    const size = keys.size.integer({ min: 1, max: MOST_COLUMNS });
    const columns = keys.columns.array(size).map((item) => {
      const { column, output } = item.object(['column', 'output']);
      return { column: column.integer({ min: 0, max: size - 1 }), output: output.string() };
    });
    if (columns.length === 0) keys.columns.fail('there is no column');
    if (columns.some(({ column }, k) => k > 0 && column <= columns[k - 1].column))
      keys.columns.fail('the columns do not increase');
    return { kind: 'text', input: keys.input.string(), grams: keys.grams.oneOf(gramKinds), size, columns };
  },
};

/** Gives each of a step's features its value for one text. */
function textHasher(step: TextStep): (text: string, put: (feature: number, value: number) => void) => void {
  const encoder = new TextEncoder();
  const sums = new Float64Array(step.size);
  return (text, put) => {
    const missing = isMissing(text);
    sums.fill(missing ? NaN : 0);
    if (!missing) {
      for (const gram of gramsOf(text, step.grams)) {
        const hash = murmurHash(encoder.encode(gram));
        sums[Math.abs(hash) % step.size] += hash < 0 ? -1 : 1;
      }
    }
    step.columns.forEach(({ column }, k) => {
      const sum = sums[column];
      put(k, Number.isNaN(sum) ? NaN : toFloat32(Math.sign(sum) * Math.log1p(Math.abs(sum))));
    });
  };
}
