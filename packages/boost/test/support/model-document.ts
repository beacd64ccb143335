import { parseModelJson, writeModelJson } from '../../src/json-format.ts';
import { readFixture } from './fixtures.ts';
import type { XgboostFixture } from './fixtures.ts';

/** A tree of a model file, as far as tests change it. */
export interface TreeDocument {
  tree_param: Record<string, string>;
  id: number;
  left_children: number[];
  right_children: number[];
  parents: number[];
  split_indices: number[];
  split_conditions: (number | null)[];
  split_type: number[];
  default_left: (number | boolean)[];
  sum_hessian: number[] | string;
  categories: number[];
  categories_nodes: number[];
  categories_segments?: number[];
  loss_changes?: number[];
  base_weights?: number[];
  categories_sizes?: number[];
}

/** A model file, as far as tests change it. */
export interface ModelDocument {
  learner: {
    attributes?: Record<string, string>;
    feature_names: (string | number)[];
    feature_types: string[];
    gradient_booster: {
      name: string | object;
      model: {
        trees: TreeDocument[] | string;
        gbtree_model_param: Record<string, string>;
        cats?: object;
        iteration_indptr?: number[];
      };
    };
    learner_model_param: Record<string, string>;
    objective?: { name: string } | string;
  };
}

/** XGBoost 3's model of the fixtures with one change, as text. */
export function changedModel(edit: (model: ModelDocument) => void): string {
  // The file's shape is known: it is a fixture.
  const model = parseModelJson(readFixture<XgboostFixture>('xgboost-3.2.0').json) as unknown as ModelDocument;
  edit(model);
  return writeModelJson(JSON.parse(JSON.stringify(model)));
}

/** One of a model's trees. */
export function treeOf(model: ModelDocument, position = 0): TreeDocument {
  const { trees } = model.learner.gradient_booster.model;
  if (typeof trees === 'string') throw new Error('The trees have been replaced.');
  return trees[position];
}
