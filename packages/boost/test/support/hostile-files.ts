import { InvalidModel } from '@verdict/core';
import * as fc from 'fast-check';
import { Booster, readModelFile } from '../../src/index.ts';
import { readFixture } from './fixtures.ts';
import type { XgboostFixture } from './fixtures.ts';
import { changedModel, treeOf } from './model-document.ts';
import { change, changesOfBytes, changesOfText } from './mutations.ts';

// Files that mean no good: the tests look at what reading them says, and `hostile-process.ts` at what it takes.

type Kinds = Readonly<Record<string, { readonly json: string; readonly ubj?: string }>>;
interface KindsFixture {
  readonly models: Kinds;
  readonly categories?: Kinds;
}

const versions = ['1.7.6', '2.1.4', '3.2.0'];
const plain = versions.map((version) => readFixture<XgboostFixture>(`xgboost-${version}`));
const kinds = versions.flatMap((version) => {
  const { models, categories = {} } = readFixture<KindsFixture>(`xgboost-kinds-${version}`);
  return [...Object.values(models), ...Object.values(categories)];
});
const lightGbm = readFixture<{ models: Record<string, { text: string }> }>('lightgbm-4.7.0').models;

const asText = (read: (text: string) => Booster) => (file: Buffer) => read(file.toString());
/** Ways to read a file, and whole files for them. */
export const formats: readonly (readonly [string, readonly Buffer[], (file: Buffer) => Booster])[] = [
  ['JSON', [...plain, ...kinds].map(({ json }) => Buffer.from(json)), asText(Booster.fromJson)],
  [
    'UBJSON',
    [...plain, ...kinds].flatMap(({ ubj }) => (ubj === undefined ? [] : [Buffer.from(ubj, 'base64')])),
    (file) => Booster.fromUbj(file),
  ],
  [
    "LightGBM's text",
    Object.values(lightGbm).map(({ text }) => Buffer.from(text)),
    asText(Booster.fromLightGbm),
  ],
  [
    'a file of any kind',
    [
      ...plain.flatMap(({ json, ubj }) => [Buffer.from(json), Buffer.from(ubj, 'base64')]),
      ...Object.values(lightGbm).map(({ text }) => Buffer.from(text)),
    ],
    (file) => readModelFile(file).booster,
  ],
];

/**
 * Reads a file: it must either be refused as a model, saying why, or make a booster that answers with numbers, and that
 * can be written and read again.
 */
export function outcome(read: (file: Buffer) => Booster, file: Buffer): 'refused' | 'answers' {
  let booster: Booster;
  try {
    booster = read(file);
  } catch (error) {
    if (error instanceof InvalidModel && error.message.length > 10 && error.message.length < 1000)
      return 'refused';
    throw error;
  }
  const values = new Float32Array(booster.featureNames.length).fill(3);
  const margin = booster.predictRow(values);
  values.fill(NaN);
  const missing = booster.predictRow(values);
  const again = Booster.fromUbj(booster.toUbj()).predictRow(values);
  if (!Object.is(again, missing))
    throw new Error(`It answers ${again} after it was written, ${missing} before.`);
  if (values.length < 1000 && booster.contributionsRow(values).length !== values.length + 1) {
    throw new Error('It cannot be explained.');
  }
  if (values.length > 0 && booster.toOnnx().length === 0) throw new Error('The ONNX file is empty.');
  return typeof margin === 'number' && typeof missing === 'number' ? 'answers' : 'refused';
}

/** Changed files of a format. */
export function damagedFiles(name: string, files: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const changes = name === 'UBJSON' ? changesOfBytes : changesOfText;
  return fc.tuple(fc.constantFrom(...files), changes).map(([whole, list]) => change(whole, list));
}

/** Small files that would take long or grow large, how they are read, and what is said against them. */
export interface Trap {
  readonly name: string;
  readonly files: () => readonly (readonly [read: () => Booster, message: RegExp])[];
}

export const traps: readonly Trap[] = [
  {
    name: 'hold a text that never ends, of quotes that are none',
    files: () => [
      [() => Booster.fromJson(`{"a":"${'\\"'.repeat(2_000_000)}`), /not JSON/],
      [() => Booster.fromJson(`{"a":"${'\\'.repeat(2_000_001)}`), /not JSON/],
      [() => Booster.fromJson('N'.repeat(2_000_000)), /not JSON/],
      [() => Booster.fromJson('{"a" 1}'), /not JSON \(from position 5 on\)\.$/],
    ],
  },
  {
    name: 'are nested deep',
    files: () => {
      const deep = 300_000;
      const chain = `${'{"learner":'.repeat(deep)}1${'}'.repeat(deep)}`;
      const categories = `${lightGbm.plain.text}\npandas_categorical:${'['.repeat(deep)}`;
      return [
        [() => Booster.fromJson('['.repeat(deep) + ']'.repeat(deep)), /not an object/],
        [() => Booster.fromJson(chain), /missing|not an object/],
        [() => Booster.fromUbj(Buffer.from('['.repeat(deep))), /nested too deeply/],
        [() => Booster.fromLightGbm(categories), /not JSON/],
      ];
    },
  },
  {
    name: 'promise more than they hold',
    files: () => {
      const count = '7fffffffffffffff';
      const lengths = ['5b244423', '5b23', '7b23', '53'].map((head) =>
        Buffer.from(`${head}4c${count}`, 'hex'),
      );
      const features = ['99999999', '1073741823', '9999999999'].map((number) =>
        changedModel((model) => {
          model.learner.learner_model_param.num_feature = number;
          Object.assign(model.learner, { feature_names: [], feature_types: [] });
        }),
      );
      const nodes = ['2147483646', '1e15', '-5', '0x10'].map((number) =>
        changedModel((model) => (treeOf(model).tree_param.num_nodes = number)),
      );
      const leaves = lightGbm.plain.text.replace(/num_leaves=\d+/, 'num_leaves=999999999');
      return [
        ...lengths.map((bytes) => [() => Booster.fromUbj(bytes), /too large|larger than the file/] as const),
        ...features.map((text) => [() => Booster.fromJson(text), /features/] as const),
        ...nodes.map((text) => [() => Booster.fromJson(text), /nodes|instead of/] as const),
        [() => Booster.fromLightGbm(leaves), /instead of 999999998/],
      ];
    },
  },
  {
    name: 'hold objects without end',
    files: () => {
      const objects = Buffer.concat([Buffer.from('['), Buffer.alloc(2_000_000, '{}'), Buffer.from(']')]);
      return [[() => Booster.fromUbj(objects), /too many objects/]];
    },
  },
  {
    name: 'list the highest category in every split',
    files: () => {
      const text = changedModel((model) => {
        const tree = treeOf(model);
        const count = 1001;
        const splits = (count - 1) / 2;
        const each = <T>(value: (node: number) => T): T[] =>
          Array.from({ length: count }, (_, node) => value(node));
        Object.assign(tree, {
          left_children: each((node) => (node < splits ? 2 * node + 1 : -1)),
          right_children: each((node) => (node < splits ? 2 * node + 2 : -1)),
          parents: each(() => 0),
          split_indices: each(() => 2),
          split_conditions: each(() => 0.5),
          split_type: each((node) => (node < splits ? 1 : 0)),
          default_left: each(() => 0),
          sum_hessian: each(() => 1),
          loss_changes: each(() => 1),
          base_weights: each(() => 1),
          categories: Array<number>(splits).fill(16777215),
          categories_nodes: Array.from({ length: splits }, (_, node) => node),
          categories_segments: Array.from({ length: splits }, (_, node) => node),
          categories_sizes: Array<number>(splits).fill(1),
        });
        tree.tree_param.num_nodes = String(count);
      });
      return [[() => Booster.fromJson(text), /category sets are too large/]];
    },
  },
  {
    name: 'share one large set of categories among many splits',
    files: () => {
      const splits = 2000;
      const each = (value: (split: number) => string | number): string =>
        Array.from({ length: splits }, (_, split) => value(split)).join(' ');
      const text = [
        'tree\nversion=v4\nmax_feature_idx=0\nobjective=regression\nfeature_names=a\n\nTree=0',
        `num_leaves=${splits + 1}\nnum_cat=1\ncat_boundaries=0 20001\ncat_threshold=${'0 '.repeat(20000)}1`,
        `split_feature=${each(() => 0)}\nthreshold=${each(() => 0)}\ndecision_type=${each(() => 1)}`,
        `left_child=${each((i) => (i === splits - 1 ? -1 : i + 1))}\nright_child=${each((i) => -2 - i)}`,
        `leaf_value=0 ${each(() => 1)}\n\nend of trees\n`,
      ].join('\n');
      return [[() => Booster.fromLightGbm(text), /category sets are too large/]];
    },
  },
  {
    name: 'are one chain of splits on thousands of features',
    files: () => [[() => Booster.fromLightGbm(chainedModel(10_000, 5000)), /10000 splits deep/]],
  },
];

/** A model of one tree that goes on to the right, its features in turn. */
export function chainedModel(splits: number, features: number): string {
  const each = (value: (split: number) => string | number): string =>
    Array.from({ length: splits }, (_, split) => value(split)).join(' ');
  return [
    `tree\nversion=v4\nmax_feature_idx=${features - 1}\nobjective=regression`,
    `feature_names=${Array.from({ length: features }, (_, f) => `f${f}`).join(' ')}\n\nTree=0`,
    `num_leaves=${splits + 1}\nnum_cat=0\nsplit_feature=${each((i) => i % features)}`,
    `threshold=${each((i) => i)}\ndecision_type=${each(() => 8)}`,
    `left_child=${each((i) => -2 - i)}\nright_child=${each((i) => (i === splits - 1 ? -1 : i + 1))}`,
    `leaf_value=-1 ${each((i) => i)}\n\nend of trees\n`,
  ].join('\n');
}
