import { InvalidModel } from '@verdict/core';
import type { BoosterParts } from './booster.ts';
import { noCategories, readCategories } from './category-table.ts';
import { integersAt, listAt, LooseFloats, numbersAt, objectAt, stringAt } from './document.ts';
import type { DocumentObject, Value } from './document.ts';
import { MOST_FEATURES } from './forest.ts';
import { storedProbability } from './intercept.ts';
import { formatFloat } from './json-format.ts';
import { isObjective, linkOf, objectiveNames } from './link.ts';
import type { ObjectiveName } from './link.ts';
import type { FeatureType } from './matrix.ts';
import { ModelLimits } from './model-limits.ts';
import { readTree } from './tree-reader.ts';
import { writeTree } from './tree-writer.ts';
import type { Tree } from './tree.ts';

/** The version that is written: XGBoost reads files of its past. */
const VERSION = [3, 2, 0];
/** The first that counts the bytes of categories beyond ASCII. */
const BYTES_VERSION = [3, 3, 0];

interface ModelParts {
  readonly trees: readonly Tree[];
  readonly parts: BoosterParts;
}

/**
 * Takes XGBoost's document apart (gbtree or dart, an objective that is trained here; as 1.7, 2 and 3 write it) and
 * checks everything that a walk relies on.
 *
 * @throws InvalidModel
 */
export function readModel(document: Value): ModelParts {
  const root = objectAt({ root: document }, 'root', 'model');
  const learner = objectAt(root, 'learner', 'model');
  const objective = stringAt(objectAt(learner, 'objective', 'learner'), 'name', 'objective');
  const shape = objectAt(learner, 'learner_model_param', 'learner');
  if (count(shape, 'num_class', 0) > 1) throw unsupported('more than two classes');
  if (count(shape, 'num_target', 1) > 1) throw unsupported('more than one target');
  if (!isObjective(objective)) throw unsupported(`the objective ${JSON.stringify(objective.slice(0, 60))}`);
  const booster = objectAt(learner, 'gradient_booster', 'learner');
  const { model, weights } = openBooster(booster);
  const features = count(shape, 'num_feature');
  if (features > MOST_FEATURES) throw new InvalidModel({ problem: `The model has ${features} features.` });
  const parameters = objectAt(model, 'gbtree_model_param', 'model');
  const listed = listAt(model, 'trees', 'model');
  if (count(parameters, 'num_trees') !== listed.length) {
    throw new InvalidModel({
      problem: `The model has ${listed.length} trees but says ${count(parameters, 'num_trees')}.`,
    });
  }
  if (Object.hasOwn(model, 'tree_info')) {
    const groups = integersAt(model, 'tree_info', 'model', 0, 0x7fffffff, listed.length);
    if (groups.some((group) => group !== 0)) throw unsupported('trees of several classes or targets');
  }
  const limits = new ModelLimits();
  const trees = listed.map((tree, position) =>
    limits.check(readTree(objectAt({ tree }, 'tree', `trees[${position}]`), position, features)),
  );
  const version = Object.hasOwn(root, 'version') ? numbersAt(root, 'version', 'model') : new Float64Array(0);
  const categoryTable = readCategories(model, features, [...version.subarray(0, 3)]);
  const { best_iteration: best, ...attributes } = readAttributes(learner);
  return {
    trees,
    parts: {
      featureNames: readNames(learner, features, trees),
      featureTypes: readTypes(learner, features, trees),
      objective,
      baseOutput: readBaseScore(stringAt(shape, 'base_score', 'learner_model_param'), objective),
      ...(best !== undefined && /^\d{1,9}$/.test(best) && { bestIteration: Number(best) }),
      ...(weights !== undefined && { treeWeights: readTreeWeights(weights, trees.length) }),
      roundStarts: readRoundStarts(model, parameters, trees.length),
      attributes,
      ...(categoryTable !== undefined && { categoryTable, categoryNames: categoryTable.names }),
    },
  };
}

/**
 * The model of either kind of booster; dart keeps a gbtree inside, beside the weights of its trees. Since XGBoost 3.4 it
 * is called gbtree too, with the weights in the model.
 */
function openBooster(booster: DocumentObject): { model: DocumentObject; weights?: DocumentObject } {
  const kind = stringAt(booster, 'name', 'gradient_booster');
  if (kind !== 'gbtree' && kind !== 'dart')
    throw unsupported(`the booster ${JSON.stringify(kind.slice(0, 60))}`);
  const nested = Object.hasOwn(booster, 'gbtree');
  const holder = nested ? objectAt(booster, 'gbtree', 'gradient_booster') : booster;
  const model = objectAt(holder, 'model', nested ? 'gradient_booster.gbtree' : 'gradient_booster');
  if (kind === 'gbtree') return Object.hasOwn(model, 'weight_drop') ? { model, weights: model } : { model };
  return { model, weights: Object.hasOwn(booster, 'weight_drop') ? booster : model };
}

function readTreeWeights(parent: DocumentObject, trees: number): Float32Array {
  const weights = Float32Array.from(numbersAt(parent, 'weight_drop', 'gradient_booster', trees));
  const wrong = weights.findIndex((weight) => !Number.isFinite(weight));
  if (wrong < 0) return weights;
  throw new InvalidModel({ problem: `weight_drop[${wrong}] is ${weights[wrong]}, not a weight.` });
}

/** Where rounds begin: as stored since XGBoost 2, by the trees of a round before. */
function readRoundStarts(model: DocumentObject, parameters: DocumentObject, trees: number): Int32Array {
  if (Object.hasOwn(model, 'iteration_indptr')) {
    const starts = integersAt(model, 'iteration_indptr', 'model', 0, trees);
    const ascending = starts.every((start, round) => round === 0 || start > starts[round - 1]);
    if (ascending && starts[0] === 0 && starts[starts.length - 1] === trees) return starts;
    throw new InvalidModel({ problem: 'model.iteration_indptr does not part the trees into rounds.' });
  }
  const each = count(parameters, 'num_parallel_tree', 1);
  if (each < 1) throw new InvalidModel({ problem: `num_parallel_tree is ${each}.` });
  return Int32Array.from({ length: Math.ceil(trees / each) + 1 }, (_, round) =>
    Math.min(round * each, trees),
  );
}

/** What is written beside the trees: rounds are always known. */
type WrittenParts = BoosterParts & { readonly roundStarts: Int32Array };

/** The document of a model, complete for XGBoost 3. */
export function writeModel(trees: readonly Tree[], parts: WrittenParts): DocumentObject {
  const features = String(parts.featureNames.length);
  const attributes: Record<string, string> = { ...parts.attributes };
  if (parts.bestIteration !== undefined) attributes.best_iteration = String(parts.bestIteration);
  return {
    version: parts.categoryNames?.some(isBeyondAscii) === true ? BYTES_VERSION : VERSION,
    learner: {
      attributes,
      feature_names: parts.featureNames,
      feature_types: parts.featureTypes,
      gradient_booster: writeBooster(trees, parts),
      learner_model_param: {
        base_score: `[${formatFloat(parts.baseOutput)}]`,
        boost_from_average: '1',
        num_class: '0',
        num_feature: features,
        num_target: '1',
      },
      objective: { name: parts.objective ?? 'binary:logistic', reg_loss_param: { scale_pos_weight: '1' } },
    },
  };
}

function isBeyondAscii(texts: readonly string[] | undefined): boolean {
  return texts?.some((text) => /[^\0-\x7f]/.test(text)) === true;
}

function writeBooster(trees: readonly Tree[], parts: WrittenParts): DocumentObject {
  const starts = parts.roundStarts;
  let most = 1;
  for (let round = 1; round < starts.length; round++)
    most = Math.max(most, starts[round] - starts[round - 1]);
  const features = String(parts.featureNames.length);
  const booster = {
    name: 'gbtree',
    model: {
      gbtree_model_param: { num_parallel_tree: String(most), num_trees: String(trees.length) },
      iteration_indptr: [...starts],
      tree_info: trees.map(() => 0),
      trees: trees.map((tree, position) => writeTree(tree, position, features)),
      cats: parts.categoryTable?.stored ?? noCategories,
    },
  };
  if (parts.treeWeights === undefined) return booster;
  return { name: 'dart', gbtree: booster, weight_drop: new LooseFloats(parts.treeWeights) };
}

function unsupported(what: string): InvalidModel {
  return new InvalidModel({
    problem: `The model has ${what}, which is not supported.`,
    hint: `Supported are XGBoost models of booster gbtree or dart with the objectives ${objectiveNames.join(', ')}.`,
  });
}

/** A count that is stored as a string. */
function count(parent: DocumentObject, key: string, missing?: number): number {
  if (missing !== undefined && !Object.hasOwn(parent, key)) return missing;
  const text = stringAt(parent, key, 'parameters');
  if (!/^\d{1,10}$/.test(text))
    throw new InvalidModel({ problem: `${key} is not a number: ${text.slice(0, 40)}` });
  return Number(text);
}

/**
 * `"5E-1"` before XGBoost 3.1, `"[5E-1]"` since. Labels that are all 1 make `"[1E0]"`, from which XGBoost starts as from
 * the nearest probability that it allows.
 */
function readBaseScore(text: string, objective: ObjectiveName): number {
  const inner = /^\[?\s*([-+0-9.eE]{1,64})\s*\]?$/.exec(text);
  if (inner === null && text.includes(',')) throw unsupported('more than one base score');
  const written = inner === null ? NaN : Math.fround(Number(inner[1]));
  const { startOf, startsAtProbability } = linkOf(objective);
  const score = startsAtProbability && written >= 0 && written <= 1 ? storedProbability(written) : written;
  if (Number.isFinite(startOf(score))) return score;
  throw new InvalidModel({ problem: `base_score is not a start of ${objective}: ${text.slice(0, 80)}` });
}

function readAttributes(learner: DocumentObject): Record<string, string> {
  if (!Object.hasOwn(learner, 'attributes')) return {};
  const attributes = objectAt(learner, 'attributes', 'learner');
  return Object.fromEntries(
    Object.keys(attributes).map((key) => [key, stringAt(attributes, key, 'attributes')]),
  );
}

function readStrings(learner: DocumentObject, key: string, features: number): string[] | undefined {
  if (!Object.hasOwn(learner, key)) return undefined;
  const list = listAt(learner, key, 'learner');
  if (list.length === 0) return undefined;
  if (list.length !== features) {
    throw new InvalidModel({ problem: `${key} has ${list.length} entries for ${features} features.` });
  }
  return list.map((item) => {
    if (typeof item === 'string') return item;
    throw new InvalidModel({ problem: `${key} holds something that is not a string.` });
  });
}

/** Names as stored, `f0`, `f1`, … if there are none; how many is bounded by what the trees use. */
function readNames(learner: DocumentObject, features: number, trees: readonly Tree[]): string[] {
  const names = readStrings(learner, 'feature_names', features);
  if (names === undefined) {
    checkInvented(features, trees);
    return Array.from({ length: features }, (_, f) => `f${f}`);
  }
  if (new Set(names).size !== names.length)
    throw new InvalidModel({ problem: 'Two features have one name.' });
  return names;
}

/** A file of a few bytes must not make a list of a billion names. */
function checkInvented(features: number, trees: readonly Tree[]): void {
  const nodes = trees.reduce((sum, tree) => sum + tree.lefts.length, 0);
  if (features <= 1_000_000 + nodes * 1000) return;
  throw new InvalidModel({ problem: `The model says it has ${features} features and names none.` });
}

const knownTypes: Readonly<Record<string, FeatureType>> = { q: 'q', float: 'q', int: 'int', i: 'i', c: 'c' };

function readTypes(learner: DocumentObject, features: number, trees: readonly Tree[]): FeatureType[] {
  const types = readStrings(learner, 'feature_types', features);
  const split = new Set<number>();
  for (const tree of trees) {
    for (let node = 0; node < tree.lefts.length; node++) {
      if (tree.categorical[node] === 1) split.add(tree.features[node]);
    }
  }
  if (types === undefined) return Array.from({ length: features }, (_, f) => (split.has(f) ? 'c' : 'q'));
  return types.map((type, f) => {
    if (!Object.hasOwn(knownTypes, type)) {
      throw new InvalidModel({
        problem: `Feature ${f} has the unknown type ${JSON.stringify(type.slice(0, 40))}.`,
      });
    }
    if (split.has(f) && knownTypes[type] !== 'c') {
      throw new InvalidModel({ problem: `Feature ${f} is split by categories but is not categorical.` });
    }
    return knownTypes[type];
  });
}
