import { InvalidModel, OutOfResources } from '@verdict/core';
import { linkOf } from './link.ts';
import type { ObjectiveName } from './link.ts';
import { layOutNodes, treeEnsembleAttributes } from './onnx-trees.ts';
import { attribute, floatTensor, nodeOf, valueInfo, wholeTensor } from './onnx-parts.ts';
import { ProtoMessage } from './protobuf.ts';
import type { Tree } from './tree.ts';

/** What a model says of itself in the file. */
export interface OnnxParts {
  readonly featureNames: readonly string[];
  readonly featureTypes: readonly string[];
  readonly objective: ObjectiveName;
  /** The margin that every row starts from. */
  readonly baseScore: number;
}

/** Of ONNX itself, and of its operators for trees: the first with the operator TreeEnsemble. */
const IR_VERSION = 10;
const OPSET = 21;
const ML_OPSET = 5;
/** Protobuf's own limit on a message. */
const MOST_BYTES = 0x7fffffff;

/**
 * The bytes of an ONNX model with the input `input` (float32, rows x features, NaN for missing, categories as codes).
 * Its outputs are `label` (int64, one a row: 1 where the probability is above 0.5) and `probabilities` (float32, rows
 * x 2) for binary:logistic, `prediction` (float32, rows x 1) for other objectives.
 *
 * @param trees weights applied
 * @throws InvalidModel for a model without features
 * @throws OutOfResources for one that does not fit a protobuf message
 */
export function writeOnnx(trees: readonly Tree[], parts: OnnxParts): Uint8Array<ArrayBuffer> {
  const { featureNames, featureTypes, objective, baseScore } = parts;
  const features = featureNames.length;
  if (features === 0) {
    throw new InvalidModel({
      problem: 'A model without features cannot be an ONNX model.',
      hint: 'Train it with at least one column.',
    });
  }
  const layout = layOutNodes(trees);
  const categorical = new Uint8Array(features);
  for (const tree of trees) {
    tree.categorical.forEach((set, node) => {
      if (set === 1) categorical[tree.features[node]] = 1;
    });
  }
  const graph = new ProtoMessage();
  let input = 'input';
  if (categorical.includes(1)) {
    // A category is a code cut to a whole number; the operator compares codes as they are.
    graph.message(1, nodeOf('Floor', ['input'], ['floored']));
    graph.message(1, nodeOf('Where', ['categorical', 'floored', 'input'], ['codes']));
    input = 'codes';
  }
  graph.message(1, nodeOf('TreeEnsemble', [input], ['sums'], treeEnsembleAttributes(layout), 'ai.onnx.ml'));
  graph.message(1, nodeOf('Add', ['sums', 'start'], ['margin']));
  const outputs = addOutputs(graph, objective);
  graph.text(2, 'booster');
  graph.message(5, floatTensor('start', [1, 1], Float32Array.of(baseScore)));
  if (input === 'codes') graph.message(5, wholeTensor('categorical', [1, features], categorical, 'bool'));
  if (objective === 'binary:logistic') {
    graph.message(5, floatTensor('one', [1, 1], Float32Array.of(1)));
    graph.message(5, floatTensor('half', [1, 1], Float32Array.of(0.5)));
    graph.message(5, wholeTensor('last', [1], [1], 'int64'));
  }
  graph.message(11, valueInfo('input', 'float', ['rows', features]));
  for (const output of outputs) graph.message(12, output);
  const model = new ProtoMessage()
    .whole(1, IR_VERSION)
    .text(2, '@verdict/boost')
    .message(7, graph)
    .message(8, new ProtoMessage().text(1, '').whole(2, OPSET))
    .message(8, new ProtoMessage().text(1, 'ai.onnx.ml').whole(2, ML_OPSET));
  const facts = {
    objective,
    feature_names: JSON.stringify(featureNames),
    feature_types: JSON.stringify(featureTypes),
  };
  for (const [key, value] of Object.entries(facts)) {
    model.message(14, new ProtoMessage().text(1, key).text(2, value));
  }
  const bytes = model.finish();
  if (bytes.length <= MOST_BYTES) return bytes;
  throw new OutOfResources({
    problem: `The model takes ${bytes.length} bytes; ONNX files hold at most ${MOST_BYTES}.`,
    hint: 'Write fewer rounds of it (slice), or train smaller trees.',
  });
}

/** Adds what follows the margin; returns what the outputs are. */
function addOutputs(graph: ProtoMessage, objective: ObjectiveName): ProtoMessage[] {
  if (objective !== 'binary:logistic') {
    const operator = linkOf(objective).startsAtProbability ? 'Sigmoid' : 'Identity';
    graph.message(1, nodeOf(operator, ['margin'], ['prediction']));
    return [valueInfo('prediction', 'float', ['rows', 1])];
  }
  graph.message(1, nodeOf('Sigmoid', ['margin'], ['probability']));
  graph.message(1, nodeOf('Sub', ['one', 'probability'], ['complement']));
  const axis = [attribute('axis', { whole: 1 })];
  graph.message(1, nodeOf('Concat', ['complement', 'probability'], ['probabilities'], axis));
  graph.message(1, nodeOf('Greater', ['probability', 'half'], ['positive']));
  graph.message(1, nodeOf('Squeeze', ['positive', 'last'], ['decision']));
  const int64 = [attribute('to', { whole: 7 })];
  graph.message(1, nodeOf('Cast', ['decision'], ['label'], int64));
  return [valueInfo('label', 'int64', ['rows']), valueInfo('probabilities', 'float', ['rows', 2])];
}
