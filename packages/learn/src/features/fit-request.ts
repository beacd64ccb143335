import { ColumnMissing, InvalidOption } from '@verdict/core';
import { gramKinds, mostTextColumns } from './engineered-feature.ts';
import { engineeredKinds, plainKinds } from './step-registry.ts';
import type { EngineeredFeature, EngineeredOptions } from './engineered-feature.ts';
import type { FeatureInput } from './feature-plan.ts';
import type { MadeStep } from './plan-selection.ts';
import type { FitRequest } from './step-kind.ts';

/** What fitting needs of a kind of step. */
type FittingKind = {
  readonly kind: string;
  readonly looksAtLabel?: true;
  fitTransform(request: FitRequest): MadeStep;
};

/** One step to fit: its kind, the columns that it reads, and what else was asked for. */
export interface StepRequest {
  readonly kind: FittingKind;
  readonly inputs: readonly FeatureInput[];
  readonly options: EngineeredOptions;
}

/**
 * The steps to fit: that of each column by its type, then the engineered ones, each once.
 *
 * @throws InvalidOption for a request that no kind of step can meet; ColumnMissing for one of a column that is no
 * feature
 */
export function fitRequests(
  inputs: readonly FeatureInput[],
  engineered: readonly EngineeredFeature[],
): StepRequest[] {
  const byName = new Map(inputs.map((input) => [input.name, input]));
  const seen = new Set<string>();
  const asked = engineered.flatMap((wanted): StepRequest[] => {
    const request = engineeredRequest(wanted, byName);
    const { options } = request;
    const key = JSON.stringify([
      wanted.kind,
      wanted.inputs,
      options.smoothing ?? null,
      options.grams ?? null,
      options.columns ?? null,
    ]);
    if (seen.has(key)) return [];
    seen.add(key);
    return [request];
  });
  return [...inputs.map(plainRequest), ...asked];
}

/** The step that a column of its type always gets. */
function plainRequest(input: FeatureInput): StepRequest {
  const kind = Object.values(plainKinds).find(({ columnTypes }) => columnTypes.includes(input.type));
  if (kind === undefined)
    throw new InvalidOption({
      option: `type of column "${input.name}"`,
      got: input.type,
      expected: 'a known type',
    });
  return { kind, inputs: [input], options: {} };
}

/** Requests may come from a file: nothing about them is believed. */
function engineeredRequest(
  wanted: EngineeredFeature,
  inputs: ReadonlyMap<string, FeatureInput>,
): StepRequest {
  if (typeof wanted !== 'object' || wanted === null)
    return refuse(wanted, 'an object with a kind and its inputs');
  if (!Object.hasOwn(engineeredKinds, wanted.kind))
    return refuse(wanted.kind, `one of ${Object.keys(engineeredKinds).join(', ')}`);
  const kind = engineeredKinds[wanted.kind];
  const names: unknown = wanted.inputs;
  const fits =
    Array.isArray(names) &&
    names.length === kind.inputCount &&
    names.every((name) => typeof name === 'string') &&
    new Set(names).size === names.length;
  if (!fits)
    return refuse(
      wanted,
      kind.inputCount === 1 ? `one column for "${kind.kind}"` : `two different columns for "${kind.kind}"`,
    );
  const own = names.map((name): FeatureInput => {
    const input = inputs.get(name);
    if (input === undefined) throw new ColumnMissing({ column: name, available: [...inputs.keys()] });
    return kind.columnTypes.includes(input.type)
      ? input
      : refuse(wanted, `columns of type ${kind.columnTypes.join(', ')} for "${kind.kind}"`);
  });
  return { kind, inputs: own, options: optionsOf(wanted) };
}

function optionsOf(wanted: EngineeredFeature): EngineeredOptions {
  const { smoothing, grams, columns } = wanted as EngineeredFeature & EngineeredOptions;
  const { kind } = wanted;
  if (kind !== 'target' && smoothing !== undefined) refuse(wanted, `no smoothing for "${kind}"`);
  if (kind !== 'text' && (grams !== undefined || columns !== undefined))
    refuse(wanted, `no grams or columns for "${kind}"`);
  if (
    smoothing !== undefined &&
    smoothing !== 'moments' &&
    smoothing !== 'auto' &&
    !(Number.isFinite(smoothing) && smoothing >= 0)
  )
    refuse(wanted, 'smoothing by "moments", "auto" or a number of rows from 0 on');
  if (grams !== undefined && !gramKinds.includes(grams)) refuse(wanted, `grams of ${gramKinds.join(' or ')}`);
  if (columns !== undefined && !(Number.isInteger(columns) && columns >= 1 && columns <= mostTextColumns))
    refuse(wanted, `columns from 1 to ${mostTextColumns}`);
  return {
    ...(smoothing === undefined ? {} : { smoothing }),
    ...(grams === undefined ? {} : { grams }),
    ...(columns === undefined ? {} : { columns }),
  };
}

function refuse(got: unknown, expected: string): never {
  throw new InvalidOption({ option: 'engineered', got, expected });
}
