import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidModel } from '@verdict/core';
import { Booster } from '../src/index.ts';
import { parseModelJson } from '../src/json-format.ts';
import { readFixture } from './support/fixtures.ts';
import type { XgboostFixture } from './support/fixtures.ts';
import { changedModel, treeOf } from './support/model-document.ts';
import { change, changesOfBytes, changesOfText } from './support/mutations.ts';

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
const formats: readonly (readonly [string, readonly Buffer[], (file: Buffer) => Booster])[] = [
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
];

/**
 * Reads a file: it must either be refused as a model, saying why, or make a booster that answers with numbers, and that
 * can be written and read again.
 */
function outcome(read: (file: Buffer) => Booster, file: Buffer): 'refused' | 'answers' {
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

describe.each(formats)('damaged files: %s', (name, files, read) => {
  const file = fc.constantFrom(...files);
  const changes = name === 'UBJSON' ? changesOfBytes : changesOfText;

  it('are as good as new when nothing was changed', () => {
    for (const whole of files) expect(outcome(read, whole)).toBe('answers');
  });

  it('are refused when cut anywhere', () => {
    const cut = fc.integer({ min: 0, max: 9989 }).map((part) => part / 1e4);
    fc.assert(
      fc.property(file, cut, (whole, at) => {
        const half = whole.subarray(0, Math.floor(at * whole.length));
        // LightGBM's file is complete where its trees end.
        if (half.includes('end of trees')) return;
        expect(outcome(read, half)).toBe('refused');
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('are refused or harmless when changed', () => {
    const counts = { refused: 0, answers: 0 };
    fc.assert(
      fc.property(file, changes, (whole, list) => {
        counts[outcome(read, change(whole, list))]++;
      }),
      { seed: 2, numRuns: 1500 },
    );
    // Both must happen, or the changes prove nothing.
    expect(Math.min(counts.refused, counts.answers)).toBeGreaterThan(50);
  });

  it('of any bytes at all are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcome(read, Buffer.from(bytes))).toBe('refused');
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('small files that would take long or grow large', () => {
  const refused = (read: () => Booster, message: RegExp): void => {
    expect(read).toThrow(InvalidModel);
    expect(read).toThrow(message);
  };

  it('hold a text that never ends, of quotes that are none', () => {
    refused(() => Booster.fromJson(`{"a":"${'\\"'.repeat(2_000_000)}`), /not JSON/);
    refused(() => Booster.fromJson(`{"a":"${'\\'.repeat(2_000_001)}`), /not JSON/);
    refused(() => Booster.fromJson('N'.repeat(2_000_000)), /not JSON/);
    refused(() => Booster.fromJson('{"a" 1}'), /not JSON \(from position 5 on\)\.$/);
    expect(parseModelJson('{"\\\\":NaN,"a\\"NaN":"\\\\\\"","b":-Infinity}')).toStrictEqual({
      '\\': null,
      'a"NaN': '\\"',
      b: -Infinity,
    });
  });

  it('are nested deep', () => {
    const deep = 300_000;
    refused(() => Booster.fromJson('['.repeat(deep) + ']'.repeat(deep)), /not an object/);
    refused(
      () => Booster.fromJson('{"learner":'.repeat(deep) + '1' + '}'.repeat(deep)),
      /missing|not an object/,
    );
    refused(() => Booster.fromUbj(Buffer.from('['.repeat(deep))), /nested too deeply/);
    refused(
      () => Booster.fromLightGbm(`${lightGbm.plain.text}\npandas_categorical:${'['.repeat(deep)}`),
      /not JSON/,
    );
  });

  it('promise more than they hold', () => {
    const count = '7fffffffffffffff';
    for (const head of ['5b244423', '5b23', '7b23', '53']) {
      refused(
        () => Booster.fromUbj(Buffer.from(`${head}4c${count}`, 'hex')),
        /too large|larger than the file/,
      );
    }
    for (const features of ['99999999', '1073741823', '9999999999']) {
      const text = changedModel((model) => {
        model.learner.learner_model_param.num_feature = features;
        Object.assign(model.learner, { feature_names: [], feature_types: [] });
      });
      refused(() => Booster.fromJson(text), /features/);
    }
    for (const nodes of ['2147483646', '1e15', '-5', '0x10']) {
      const text = changedModel((model) => (treeOf(model).tree_param.num_nodes = nodes));
      refused(() => Booster.fromJson(text), /nodes|instead of/);
    }
    const leaves = lightGbm.plain.text.replace(/num_leaves=\d+/, 'num_leaves=999999999');
    refused(() => Booster.fromLightGbm(leaves), /instead of 999999998/);
  });

  it('hold objects without end', () => {
    const objects = Buffer.concat([Buffer.from('['), Buffer.alloc(2_000_000, '{}'), Buffer.from(']')]);
    refused(() => Booster.fromUbj(objects), /too many objects/);
  });

  it('list the highest category in every split', () => {
    const text = changedModel((model) => {
      const [tree] = [treeOf(model)];
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
    refused(() => Booster.fromJson(text), /category sets are too large/);
  });

  it('share one large set of categories among many splits', () => {
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
    refused(() => Booster.fromLightGbm(text), /category sets are too large/);
  });

  it('are one chain: read, walked and written if it splits on few features, refused if on thousands', () => {
    const chain = (splits: number, features: number): string => {
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
    };
    const booster = Booster.fromLightGbm(chain(30_000, 2));
    expect(booster.predictRow(Float32Array.of(17, 17))).toBe(17);
    expect(booster.predictRow(Float32Array.of(40_000, 40_000))).toBe(-1);
    expect(Booster.fromUbj(booster.toUbj()).predictRow(Float32Array.of(17, 17))).toBe(17);
    expect(booster.contributionsRow(Float32Array.of(17, 17)).every(Number.isFinite)).toBe(true);
    refused(() => Booster.fromLightGbm(chain(10_000, 5000)), /10000 splits deep/);
  });
});
