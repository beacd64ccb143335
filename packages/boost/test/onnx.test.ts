import { describe, expect, it } from 'vitest';
import { InvalidModel } from '@verdict/core';
import { binMatrix, Booster, trainSync } from '../src/index.ts';
import { layOutNodes } from '../src/onnx-trees.ts';
import { ProtoMessage } from '../src/protobuf.ts';
import { makeData } from './support/made-data.ts';

const hex = (message: ProtoMessage): string => Buffer.from(message.finish()).toString('hex');

describe('a protobuf message', () => {
  // The bytes are those of the examples in protobuf's description of its encoding.
  it('has whole numbers, texts, messages and packed lists', () => {
    expect(hex(new ProtoMessage().whole(1, 150))).toBe('089601');
    expect(hex(new ProtoMessage().text(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(new ProtoMessage().message(3, new ProtoMessage().whole(1, 150)))).toBe('1a03089601');
    expect(hex(new ProtoMessage().wholes(6, [3, 270, 86942]))).toBe('3206038e029ea705');
    expect(hex(new ProtoMessage().text(4, 'hello').wholes(6, [1, 2]))).toBe('220568656c6c6f32020102');
  });

  it('has field numbers of several bytes and numbers beyond 32 bits', () => {
    expect(hex(new ProtoMessage().whole(20, 7))).toBe('a00107');
    expect(hex(new ProtoMessage().whole(1, 2 ** 35))).toBe('08808080808001');
    expect(hex(new ProtoMessage().text(1, 'é'))).toBe('0a02c3a9');
    expect(hex(new ProtoMessage())).toBe('');
  });
});

describe('an ONNX model', () => {
  const { matrix, labels } = makeData({ rows: 300, categories: [5], missing: 0.1 });
  const { booster } = trainSync({ binned: binMatrix(matrix), labels }, { max_depth: 4 }, { rounds: 3 });

  it('has every split and leaf once', () => {
    const layout = layOutNodes(booster.trees);
    const nodes = booster.trees.reduce((sum, tree) => sum + tree.lefts.length, 0);
    expect(layout.features.length + layout.leaves.length).toBe(nodes);
    const splits: number[] = [...layout.roots];
    const leaves: number[] = [];
    layout.trues.forEach((to, i) => (layout.trueLeaves[i] === 1 ? leaves : splits).push(to));
    layout.falses.forEach((to, i) => (layout.falseLeaves[i] === 1 ? leaves : splits).push(to));
    const sorted = (list: number[]): number[] => list.sort((a, b) => a - b);
    expect(sorted(splits)).toStrictEqual([...layout.features.keys()]);
    expect(sorted(leaves)).toStrictEqual([...layout.leaves.keys()]);
    const sets = layout.modes.filter((mode) => mode === 6).length;
    expect(layout.members.filter(Number.isNaN).length).toBe(sets);
  });

  it('has a split with equal leaves for a tree of one leaf, and a comparison that never holds for an empty set', () => {
    const [tree] = booster.trees;
    const leaf = { ...tree, lefts: Int32Array.of(-1), thresholds: Float32Array.of(0.25) };
    const lone = layOutNodes([leaf]);
    expect([lone.roots, lone.trues, lone.falses, lone.leaves]).toStrictEqual([[0], [0], [1], [0.25, 0.25]]);
    expect([lone.trueLeaves, lone.falseLeaves]).toStrictEqual([[1], [1]]);
    expect(layOutNodes([]).leaves).toStrictEqual([0, 0]);
    const second = layOutNodes([tree, leaf]);
    expect(second.roots).toStrictEqual([0, second.features.length - 1]);
    const empty = layOutNodes([
      {
        ...tree,
        features: Int32Array.of(4, 0, 0),
        lefts: Int32Array.of(1, -1, -1),
        defaultLefts: Uint8Array.of(0, 0, 0),
        thresholds: Float32Array.of(0, -1, 1),
        categorical: Uint8Array.of(1, 0, 0),
        categoryStarts: Int32Array.of(0, 0, 0, 0),
      },
    ]);
    // Where it holds (never, but for a missing value) a row goes right, to the second leaf.
    expect([empty.modes, empty.splits, empty.members]).toStrictEqual([[1], [-Infinity], []]);
    expect([empty.trues, empty.falses, empty.missingTrues]).toStrictEqual([[1], [0], [1]]);
  });

  it('is the same bytes each time, with names in it', () => {
    const bytes = Buffer.from(booster.toOnnx());
    expect(Buffer.compare(bytes, Buffer.from(booster.toOnnx()))).toBe(0);
    for (const text of ['TreeEnsemble', 'ai.onnx.ml', 'probabilities', '["x0","x1"']) {
      expect(bytes.includes(text)).toBe(true);
    }
  });

  it('is refused without features', () => {
    const empty = Booster.fromTrees([], { featureNames: [], featureTypes: [], baseOutput: 0.5 });
    expect(() => empty.toOnnx()).toThrow(InvalidModel);
  });
});
