import { datePart, dateParts, furthestMoment } from './calendar.ts';
import { medianOf } from './median.ts';
import { toFloat32 } from './number-step.ts';
import { numberValues } from './step-kind.ts';
import type { DatePart } from './calendar.ts';
import type { LinearRecipe, StepKind } from './step-kind.ts';

/** A date-time as days since a reference and those calendar parts (UTC) that varied in training. */
export interface DateTimeStep {
  readonly kind: 'datetime';
  readonly input: string;
  /** Milliseconds since 1970 UTC from which `elapsed` counts. */
  readonly reference: number;
  readonly parts: readonly { readonly part: DatePart; readonly output: string }[];
}

const featureTypeOf = {
  elapsed: 'q',
  year: 'int',
  month: 'int',
  day: 'int',
  weekday: 'int',
  hour: 'int',
} as const;

const recipeOf: Record<DatePart, LinearRecipe> = {
  elapsed: { kind: 'standard' },
  // A straight line through the years is that of `elapsed`, one through the days of a month says nothing.
  year: { kind: 'none' },
  day: { kind: 'none' },
  month: { kind: 'cyclic', period: 12 },
  weekday: { kind: 'cyclic', period: 7 },
  hour: { kind: 'cyclic', period: 24 },
};

/** Date-times for trees. */
export const dateTimeStep: StepKind<DateTimeStep> = {
  kind: 'datetime',
  columnTypes: ['datetime'],
  inputCount: 1,

  fitTransform({ inputs: [input], columns, uniqueName }) {
    const moments = numberValues(columns[0]);
    const reference = startOfMedianYear(moments);
    const kept = dateParts.filter((part) => part === 'elapsed' || varies(part, moments));
    const step: DateTimeStep = {
      kind: 'datetime',
      input: input.name,
      reference,
      parts: kept.map((part) => ({ part, output: uniqueName(`${input.name}:${part}`) })),
    };
    return { step, columns: dateTimeStep.apply(step, columns) };
  },

  outputs: (step) =>
    step.parts.map(({ part, output }) => ({
      name: output,
      sources: [step.input],
      type: featureTypeOf[part],
    })),

  linear: (step) => step.parts.map(({ part }) => recipeOf[part]),

  apply(step, [column]) {
    const moments = numberValues(column);
    return step.parts.map(({ part }) => {
      const out = new Float32Array(moments.length);
      for (let i = 0; i < moments.length; i++) out[i] = toFloat32(datePart(part, moments[i], step.reference));
      return out;
    });
  },

  rowStep(step, [slot], offset) {
    const parts = step.parts.map(({ part }) => part);
    return (row, target) => {
      const moment = row.numbers[slot];
      for (let k = 0; k < parts.length; k++)
        target[offset + k] = toFloat32(datePart(parts[k], moment, step.reference));
    };
  },

  select: (step, kept) => ({ ...step, parts: step.parts.filter(({ output }) => kept.has(output)) }),

  parse(cursor) {
    const { input, reference, parts } = cursor.object(['kind', 'input', 'reference', 'parts']);
    const parsed = parts.array(dateParts.length).map((item) => {
      const { part, output } = item.object(['part', 'output']);
      return { part: part.oneOf(dateParts), output: output.string() };
    });
    if (parsed.length === 0) parts.fail('there is no part');
    if (new Set(parsed.map(({ part }) => part)).size < parsed.length) parts.fail('a part comes twice');
    return {
      kind: 'datetime',
      input: input.string(),
      reference: reference.number({ min: -furthestMoment, max: furthestMoment }),
      parts: parsed,
    };
  },
};

/** 1 January of the year of the median moment: near the data, so that single precision resolves minutes. */
function startOfMedianYear(moments: Float64Array): number {
  const known = moments.filter((moment) => Math.abs(moment) <= furthestMoment);
  const year = datePart('year', medianOf(known), 0);
  const start = Number.isNaN(year) ? 0 : new Date(0).setUTCFullYear(year);
  return Number.isNaN(start) ? 0 : start;
}

function varies(part: DatePart, moments: Float64Array): boolean {
  let first = NaN;
  for (const moment of moments) {
    const value = datePart(part, moment, 0);
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(first)) first = value;
    else if (value !== first) return true;
  }
  return false;
}
