import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate, explain, importModel, inspect, predict, readBundle } from 'verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './support/folder.ts';
import { cells, succeeds } from './support/output.ts';
import { csv } from './support/table.ts';

const folder = scratchFolder();
const out = join(folder.path, 'out');
const model = join(out, 'model');

// A tree by hand: x below 0.5 is a no.
const tree = {
  base_weights: [0, -1, 1],
  categories: [],
  categories_nodes: [],
  categories_segments: [],
  categories_sizes: [],
  default_left: [1, 0, 0],
  id: 0,
  left_children: [1, -1, -1],
  loss_changes: [1, 0, 0],
  parents: [2147483647, 0, 0],
  right_children: [2, -1, -1],
  split_conditions: [0.5, -2, 2],
  split_indices: [0, 0, 0],
  split_type: [0, 0, 0],
  sum_hessian: [10, 5, 5],
  tree_param: { num_deleted: '0', num_feature: '1', num_nodes: '3', size_leaf_vector: '1' },
};
const document = {
  version: [3, 0, 0],
  learner: {
    feature_names: ['x'],
    feature_types: ['float'],
    gradient_booster: {
      name: 'gbtree',
      model: {
        gbtree_model_param: { num_parallel_tree: '1', num_trees: '1' },
        tree_info: [0],
        trees: [tree],
      },
    },
    learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: '1', num_target: '1' },
    objective: { name: 'binary:logistic' },
  },
};

const heads = ['id', 'x', 'note', 'y'];
const rows = Array.from({ length: 40 }, (_, i) => [
  `00${i}`,
  i % 5 === 0 ? '' : (i / 40).toFixed(2),
  i % 3 === 0 ? 'NA' : i % 3 === 1 ? '' : ` über ${i}`,
  i % 40 > 18 ? 'yes' : 'no',
]);
const table = folder.file('table.csv', csv([heads, ...rows]));

async function predicted(name: string, keep: readonly string[], more: object = {}): Promise<string> {
  const file = join(folder.path, name);
  await predict({ file: table, model, out: file, keep, ...more });
  return readFileSync(file, 'utf8');
}

beforeAll(async () => {
  const file = folder.file('model.json', JSON.stringify(document));
  await importModel({ model: file, sample: table, target: 'y', out, threads: 1 });
});

describe('predict --keep', () => {
  it('copies columns as they are, in the order given, features and the target too', async () => {
    // The writer sets blanks at the ends in quotation marks.
    const text = (await predicted('kept.csv', ['y', 'id', 'x', 'note', 'id'])).replaceAll('"', '');
    const [header, ...body] = cells(text);
    expect(header).toEqual(['y', 'id', 'x', 'note', 'probability', 'prediction']);
    expect(body.map((row) => row.slice(0, 4))).toEqual(rows.map(([id, x, note, y]) => [y, id, x, note]));
    const [, ...bare] = cells(await predicted('bare.csv', []));
    expect(body.map((row) => row.slice(4))).toEqual(bare);
  });

  it('goes with explanations, JSON lines and tables without rows', async () => {
    const line = (await predicted('kept.jsonl', ['note', 'id'], { explain: true })).split('\n')[5];
    expect(Object.keys(JSON.parse(line))).toEqual([
      'note',
      'id',
      'probability',
      'prediction',
      'contribution:x',
      'contribution:bias',
    ]);
    expect(JSON.parse(line)).toMatchObject({ note: ' über 5', id: '005' });
    const empty = folder.file('empty.csv', 'id,x,note\n');
    const none = join(folder.path, 'none.csv');
    await predict({ file: empty, model, out: none, keep: ['note'] });
    expect(readFileSync(none, 'utf8')).toBe('note,probability,prediction\n');
  });

  it('refuses columns that are not there, or whose name the predictions take', async () => {
    await expect(predicted('never.csv', ['idd'])).rejects.toThrow(/no column "idd"/);
    await expect(predicted('never.csv', ['probability'])).rejects.toThrow(
      /keep: expected a column with another name/,
    );
    await expect(predicted('never.csv', ['contribution:x'], { explain: true })).rejects.toThrow(
      /another name/,
    );
  });

  it('takes lists and may come again', async () => {
    const args = ['predict', table, '--model', out, '--keep', 'id,y', '--keep', 'note'];
    const [header, first] = cells((await succeeds(args)).stdout);
    expect(header).toEqual(['id', 'y', 'note', 'probability', 'prediction']);
    expect(first.slice(0, 3)).toEqual(['000', 'no', 'NA']);
  });
});

describe('an output folder in the place of its model', () => {
  it('is as good', async () => {
    expect((await readBundle(out)).card).toBe((await readBundle(model)).card);
    expect((await evaluate({ file: table, model: out })).rows).toBe(40);
    expect((await explain({ file: table, model: out, row: 2 })).kind).toBe('row');
    expect(await inspect({ path: out })).toMatchObject({ kind: 'bundle', imported: { file: 'model.json' } });
    expect((await succeeds(['inspect', out])).stdout).toContain(
      'Imported from model.json (XGBoost, JSON, version 3.0.0): the only round.',
    );
  });

  it('is refused by its own name where there is no model', async () => {
    await expect(readBundle(folder.path)).rejects.toThrow(`${join(folder.path, 'manifest.json')}: `);
  });
});
