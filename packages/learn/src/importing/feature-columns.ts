import { ColumnMissing, InvalidOption } from '@verdict/core';
import type { OpenedModel } from './open-model.ts';
import { quoteNames } from './note.ts';
import type { ImportNote } from './note.ts';
import type { SampleColumn } from './sample-column.ts';

/** Which column of the sample each feature of a model is read from, in the model's order. */
export interface FeatureColumns {
  readonly columns: readonly string[];
  readonly notes: readonly ImportNote[];
}

/** What may be said about features. */
export interface FeatureColumnOptions {
  /** The sample, as errors call it. */
  readonly sample: string;
  /** Columns with another part to play: the target, then the weight if there is one. */
  readonly taken: readonly string[];
  /** The columns in the order of the model's features; default: by name, or the sample's order. */
  readonly features?: readonly string[] | undefined;
}

/**
 * Finds the column of each feature: the given ones; else by name where the file names its features; else the
 * columns of the sample in their order.
 *
 * @throws ColumnMissing listing the columns that are not there; InvalidOption where the numbers do not agree, or
 * the target is a feature
 */
export function featureColumns(
  model: Pick<OpenedModel, 'booster' | 'named' | 'origin'>,
  columns: readonly SampleColumn[],
  options: FeatureColumnOptions,
): FeatureColumns {
  const { featureNames } = model.booster;
  const free = columns.map(({ name }) => name).filter((name) => !options.taken.includes(name));
  if (options.features !== undefined) return given(model, options.features, free, columns, options);
  const byName = columnsByName(featureNames, free);
  const found = byName.filter((name) => name !== undefined);
  if (found.length === featureNames.length) return { columns: found, notes: [] };
  if (model.named && !madeUp(featureNames)) {
    const taken = options.taken.find((name) => featureNames.includes(name));
    if (taken !== undefined) {
      throw new InvalidOption({
        option: taken === options.taken[0] ? 'target' : 'weight',
        got: taken,
        expected: 'a column that is no feature of the model',
      });
    }
    const missing = featureNames.filter((_, f) => byName[f] === undefined);
    throw missingColumns(missing, featureNames, columns, options.sample);
  }
  return inOrder(featureNames, free, options.sample);
}

/** The column of each name, also where LightGBM has written the blanks of a name as underscores. */
function columnsByName(names: readonly string[], columns: readonly string[]): (string | undefined)[] {
  const known = new Set(columns);
  const spaced = new Map<string, string | undefined>();
  for (const column of columns) {
    const name = column.replaceAll(/\s/g, '_');
    // Of two columns that would have one name, neither is meant for sure.
    if (name !== column) spaced.set(name, spaced.has(name) ? undefined : column);
  }
  return names.map((name) => (known.has(name) ? name : spaced.get(name)));
}

/** True for the names that libraries make up for arrays without any: f0, f1, … or Column_0, Column_1, … */
function madeUp(names: readonly string[]): boolean {
  return ['f', 'Column_'].some((prefix) => names.every((name, f) => name === `${prefix}${f}`));
}

function given(
  { booster, named }: Pick<OpenedModel, 'booster' | 'named'>,
  features: readonly string[],
  free: readonly string[],
  columns: readonly SampleColumn[],
  { sample, taken }: FeatureColumnOptions,
): FeatureColumns {
  const names = booster.featureNames;
  if (features.length !== names.length) {
    throw new InvalidOption({
      option: 'features',
      got: features.length,
      expected: `the names of ${names.length} columns, one for each feature of the model`,
    });
  }
  const seen = new Set<string>();
  const twice = features.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined)
    throw new InvalidOption({ option: 'features', got: twice, expected: 'each column once' });
  const known = new Set(free);
  const missing = features.filter((name) => !known.has(name));
  const busy = missing.find((name) => taken.includes(name));
  if (busy !== undefined) {
    const part = busy === taken[0] ? 'target' : 'weight';
    const hint = `"${busy}" is the ${part}, which is no feature: leave it out of --features.`;
    throw new ColumnMissing({ file: sample, column: missing, available: free, hint });
  }
  if (missing.length > 0) throw missingColumns(missing, features, columns, sample);
  return { columns: features, notes: named && !madeUp(names) ? contradictions(names, features) : [] };
}

/** Columns that stand for a feature other than the one of their name: hardly what anybody means. */
function contradictions(names: readonly string[], features: readonly string[]): ImportNote[] {
  const known = new Set(names);
  const moved = features.filter((name, f) => name !== names[f] && known.has(name));
  if (moved.length === 0) return [];
  return [
    {
      code: 'FEATURES_AGAINST_NAMES',
      severity: 'warning',
      columns: moved,
      message: `The model names features ${quoteNames(moved)} too, but at other places than --features lists them. The order of --features was taken. If it is not the order of the training, leave --features out.`,
    },
  ];
}

function inOrder(names: readonly string[], free: readonly string[], sample: string): FeatureColumns {
  if (free.length !== names.length) {
    throw new InvalidOption({
      option: 'features',
      got: undefined,
      expected:
        `the ${names.length} columns that the model reads, in its order: the model file names no features, and ` +
        `${sample} has ${free.length} columns beside the target (${quoteNames(free)})`,
      hint: 'Name the columns with --features, in the order of the training.',
    });
  }
  return {
    columns: free,
    notes: [
      {
        code: 'FEATURES_BY_ORDER',
        severity: 'warning',
        columns: free,
        message: `The model names no features: they are taken in the order of the sample's columns (${quoteNames(free)}). If this is not the order of the training, give it with --features.`,
      },
    ],
  };
}

function missingColumns(
  missing: readonly string[],
  wanted: readonly string[],
  columns: readonly SampleColumn[],
  sample: string,
): ColumnMissing {
  const encoded = encodedColumns(missing, wanted, columns);
  return new ColumnMissing({
    file: sample,
    column: missing,
    available: columns.map(({ name }) => name),
    ...(encoded.length === 0
      ? {}
      : {
          hint: `The sample must hold the columns as the model reads them. Some look like ${quoteNames(encoded)} after one-hot encoding, such as pandas.get_dummies makes: encode the sample in the same way, and later each table to predict.`,
        }),
  });
}

/** Columns of the sample that are no features themselves and from which missing ones seem to be made. */
function encodedColumns(
  missing: readonly string[],
  wanted: readonly string[],
  columns: readonly SampleColumn[],
): string[] {
  const features = new Set(wanted);
  // Enough to tell, also in tables of very many columns.
  const looked = missing.slice(0, 200);
  return columns
    .map(({ name }) => name)
    .filter(
      (name) =>
        name !== '' &&
        !features.has(name) &&
        looked.some(
          (feature) => feature.startsWith(name) && /^(?:[ _.:=|-]|\[)./.test(feature.slice(name.length)),
        ),
    );
}
