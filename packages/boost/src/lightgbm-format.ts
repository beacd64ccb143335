import { InvalidModel } from '@verdict/core';
import type { BoosterParts } from './booster.ts';
import { tableOf, wholeTable } from './category-table.ts';
import { linkOf } from './link.ts';
import type { ObjectiveName } from './link.ts';
import { readLightGbmTree } from './lightgbm-tree.ts';
import type { TreeFields } from './lightgbm-tree.ts';
import type { FeatureType } from './matrix.ts';
import { ModelLimits } from './model-limits.ts';
import type { Tree } from './tree.ts';

/** Nodes and categories that splits around zero may add to a model by copying branches. */
const MOST_COPIES = 1 << 20;

/** What a LightGBM file holds beside its trees. */
interface LightGbmParts {
  readonly trees: readonly Tree[];
  readonly parts: BoosterParts;
}

/**
 * Takes the text that LightGBM 2.3 to 4 saves apart (`save_model`, `model_to_string`): boosting gbdt, dart, goss or
 * rf, with an objective whose outputs are probabilities (binary, cross_entropy) or values (regression and its robust
 * kin). Leaves are scaled so that margins are log-odds, that is by the objective's `sigmoid`, and by the number of
 * trees where outputs are averaged. Covers are row counts, as in LightGBM's own contributions.
 *
 * @throws InvalidModel
 */
export function readLightGbm(text: string): LightGbmParts {
  const sections = splitSections(text);
  const { header, blocks } = sections;
  for (const key of ['num_class', 'num_tree_per_iteration']) {
    const value = header.get(key) ?? '1';
    if (value !== '1') throw unsupported(`${key}=${value.slice(0, 20)}`);
  }
  const { objective, factor } = readObjective(header.get('objective'));
  const names = list(header.get('feature_names'));
  const features = names.length;
  if (String(features - 1) !== header.get('max_feature_idx')) {
    throw new InvalidModel({
      problem: `The model names ${features} features, but max_feature_idx is ${(header.get('max_feature_idx') ?? 'missing').slice(0, 20)}.`,
    });
  }
  if (new Set(names).size !== features) throw new InvalidModel({ problem: 'Two features have one name.' });
  const scale = factor / (header.has('average_output') ? Math.max(1, blocks.length) : 1);
  const budget = { left: MOST_COPIES };
  const limits = new ModelLimits();
  const trees = blocks.map((fields, position) =>
    limits.check(readLightGbmTree(fields, position, features, scale, budget)),
  );
  const featureTypes = readTypes(header, features, trees);
  return {
    trees,
    parts: {
      featureNames: names,
      featureTypes,
      objective,
      baseOutput: linkOf(objective).startsAtProbability ? 0.5 : 0,
      ...readCategoryNames(sections, featureTypes),
    },
  };
}

interface Sections {
  readonly header: TreeFields;
  readonly blocks: readonly TreeFields[];
  /** The lines after the trees. */
  readonly rest: readonly string[];
}

function splitSections(text: string): Sections {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== 'tree') {
    throw new InvalidModel({
      problem: 'The model is not the text that LightGBM saves: it does not begin with the line "tree".',
    });
  }
  const header = new Map<string, string>();
  const blocks: Map<string, string>[] = [];
  let fields = header;
  let at = 1;
  for (; at < lines.length; at++) {
    const line = lines[at];
    if (line === 'end of trees' || /^feature[ _]importances:/.test(line)) break;
    if (line === '') continue;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    const value = equals < 0 ? '' : line.slice(equals + 1).trim();
    if (key === 'Tree') {
      if (value !== String(blocks.length)) {
        throw new InvalidModel({
          problem: `Line ${at + 1} has Tree=${value.slice(0, 20)} instead of Tree=${blocks.length}.`,
        });
      }
      blocks.push((fields = new Map()));
    } else if (fields.has(key)) {
      throw new InvalidModel({ problem: `Line ${at + 1} has ${key.slice(0, 40)} a second time.` });
    } else fields.set(key, value);
  }
  const sizes = header.get('tree_sizes');
  if (at === lines.length || (sizes !== undefined && list(sizes).length !== blocks.length)) {
    throw new InvalidModel({ problem: `The model ends too early, after ${blocks.length} trees.` });
  }
  return { header, blocks, rest: lines.slice(at + 1) };
}

function list(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(' ');
}

function unsupported(what: string): InvalidModel {
  return new InvalidModel({
    problem: `The model has ${what}, which is not supported.`,
    hint: `Supported are LightGBM models of the objectives ${Object.keys(objectives).join(', ')}.`,
  });
}

/** Objectives by what their margins mean; all of the second kind say their margin. */
const objectives: Readonly<Record<string, ObjectiveName>> = {
  binary: 'binary:logistic',
  cross_entropy: 'reg:logistic',
  regression: 'reg:squarederror',
  regression_l1: 'reg:squarederror',
  huber: 'reg:squarederror',
  fair: 'reg:squarederror',
  quantile: 'reg:squarederror',
  mape: 'reg:squarederror',
};

/** The objective, and what the margin is multiplied by before the logistic function. */
function readObjective(text = ''): { objective: ObjectiveName; factor: number } {
  const [name, ...settings] = text.split(' ');
  if (name === '') throw unsupported('no objective, or one of its own');
  if (!Object.hasOwn(objectives, name) || settings.includes('sqrt')) {
    throw unsupported(`the objective ${JSON.stringify(text.slice(0, 60))}`);
  }
  const setting = settings.find((item) => item.startsWith('sigmoid:'));
  const factor = setting === undefined ? 1 : Number(setting.slice('sigmoid:'.length));
  if (factor > 0 && factor < Infinity) return { objective: objectives[name], factor };
  throw new InvalidModel({
    problem: `The objective has ${String(setting).slice(0, 40)}, which is not a factor.`,
  });
}

/** A feature is categorical if `feature_infos` lists its categories (instead of a range) or a split does. */
function readTypes(header: TreeFields, features: number, trees: readonly Tree[]): FeatureType[] {
  const infos = list(header.get('feature_infos'));
  if (infos.length !== 0 && infos.length !== features) {
    throw new InvalidModel({
      problem: `feature_infos has ${infos.length} entries for ${features} features.`,
    });
  }
  const types = Array.from({ length: features }, (_, f): FeatureType => {
    const info = infos[f] ?? 'none';
    return info === 'none' || info.startsWith('[') ? 'q' : 'c';
  });
  for (const tree of trees) {
    tree.categorical.forEach((categorical, node) => {
      if (categorical === 1) types[tree.features[node]] = 'c';
    });
  }
  return types;
}

/**
 * The categories of pandas columns, in the order of their codes. The file lists them for columns of a categorical
 * dtype, without saying which columns: they are known only where there are as many as categorical features.
 */
function readCategoryNames(
  { rest }: Sections,
  types: readonly FeatureType[],
): Pick<BoosterParts, 'categoryNames' | 'categoryTable'> {
  const prefix = 'pandas_categorical:';
  const line = rest.findLast((item) => item.startsWith(prefix));
  if (line === undefined) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.slice(prefix.length));
  } catch (cause) {
    throw new InvalidModel({ problem: 'The line pandas_categorical is not JSON.', cause });
  }
  if (parsed === null) return {};
  if (!Array.isArray(parsed) || !parsed.every((item) => Array.isArray(item))) {
    throw new InvalidModel({ problem: 'The line pandas_categorical is not a list of lists.' });
  }
  const declared = /^\[categorical_feature: ([\d,]+)\]$/;
  const indices = rest.map((item) => declared.exec(item)?.[1]).find((item) => item !== undefined);
  const columns =
    indices === undefined
      ? types.flatMap((type, f) => (type === 'c' ? [f] : []))
      : indices
          .split(',')
          .map(Number)
          .sort((a, b) => a - b);
  if (columns.length !== parsed.length || columns.length === 0) return {};
  const lists = new Map(columns.map((column, i) => [column, parsed[i]]));
  const categoryNames = types.map((_, f) => lists.get(f)?.map(categoryText));
  // In a data frame whole numbers are no texts.
  const whole = wholeTable(types.map((_, f) => lists.get(f) ?? []));
  return { categoryNames, categoryTable: tableOf(categoryNames, [whole]) };
}

/** A category as a table's text has it; `True` and `False` as pandas writes them. */
function categoryText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  throw new InvalidModel({ problem: 'The line pandas_categorical holds something that is not a category.' });
}
