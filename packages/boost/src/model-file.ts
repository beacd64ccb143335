import { InvalidModel } from '@verdict/core';
import { checkBytes } from './argument-checks.ts';
import { Booster } from './booster.ts';
import { listAt, numbersAt, objectAt, stringAt } from './document.ts';
import type { DocumentObject, Value } from './document.ts';
import { parseModelJson } from './json-format.ts';
import { readModel } from './model-format.ts';
import { parseUbjson } from './ubjson.ts';

/** The kinds of file that hold a model. */
export type ModelFileFormat = 'xgboost-json' | 'xgboost-ubj' | 'lightgbm-text';

/** A model that was read from a file, and what the file says of itself. */
export interface ModelFile {
  readonly booster: Booster;
  readonly format: ModelFileFormat;
  /** The version that wrote the file: `3.2.0`, of LightGBM that of its format, `v4`; or `unknown`. */
  readonly version: string;
  readonly objective: string;
  /** False where the file names no features, so that the booster's names are made up. */
  readonly named: boolean;
}

/** Texts longer than this do not fit a string of the runtime. */
const LONGEST_TEXT = 0x1fffffe8;

/**
 * Reads a model of a format that is told from its first bytes: JSON or UBJSON as XGBoost 1.7
 * to 3 saves them, or LightGBM's text.
 *
 * @throws InvalidModel if the bytes are no such file, broken, or of a kind that is not supported
 */
export function readModelFile(bytes: Uint8Array): ModelFile {
  checkBytes('bytes', bytes);
  const format = formatOf(bytes);
  if (format === 'lightgbm-text') return readLightGbm(textOf(bytes));
  return readXgboost(format, format === 'xgboost-ubj' ? parseUbjson(bytes) : parseModelJson(textOf(bytes)));
}

/** LightGBM saves the rounds up to the best one and no more, unless it is told otherwise, and does not name it. */
function readLightGbm(text: string): ModelFile {
  const booster = Booster.fromLightGbm(text);
  const header = text.slice(0, text.indexOf('\nTree='));
  return {
    booster,
    format: 'lightgbm-text',
    version: /^version=(.{1,40}?)\r?$/m.exec(header)?.[1] ?? 'unknown',
    objective: /^objective=(.{1,200}?)\r?$/m.exec(header)?.[1] ?? 'unknown',
    named: true,
  };
}

function readXgboost(format: ModelFileFormat, document: Value): ModelFile {
  const { trees, parts } = readModel(document);
  const root = objectAt({ root: document }, 'root', 'model');
  const learner = objectAt(root, 'learner', 'model');
  return {
    booster: Booster.fromTrees(trees, parts),
    format,
    version: versionOf(root),
    objective: stringAt(objectAt(learner, 'objective', 'learner'), 'name', 'objective'),
    named: Object.hasOwn(learner, 'feature_names') && listAt(learner, 'feature_names', 'learner').length > 0,
  };
}

function versionOf(root: DocumentObject): string {
  return Object.hasOwn(root, 'version')
    ? numbersAt(root, 'version', 'model').subarray(0, 3).join('.')
    : 'unknown';
}

/** The first bytes of files that people take for models, and how to save the model instead. */
const others: readonly (readonly [signature: string, name: string])[] = [
  ['\u0080', 'a Python pickle, which is a program, not data'],
  ['PK\u0003\u0004', 'a ZIP archive'],
  ['\u001f\u008b', 'a gzip file'],
  ['CBM1', 'a CatBoost model'],
  ['binf', 'an XGBoost model in the binary format that XGBoost itself no longer reads'],
  ['bs64', 'an XGBoost model in the binary format that XGBoost itself no longer reads'],
];

function formatOf(bytes: Uint8Array): ModelFileFormat {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  // Keys of UBJSON objects begin with the type of their length; those of JSON are quoted.
  if (/^\{[LliIUu$#]/.test(head)) return 'xgboost-ubj';
  if (/^tree\r?\n/.test(head)) return 'lightgbm-text';
  if (/^(?:\u00ef\u00bb\u00bf)?\s*\{/.test(head)) return 'xgboost-json';
  const known = others.find(([signature]) => head.startsWith(signature));
  const what = known?.[1] ?? (bytes.length === 0 ? 'an empty file' : 'of a format that is not known');
  throw new InvalidModel({
    problem: `The model is ${what}.`,
    hint: "Save it with XGBoost's save_model('model.json') or save_model('model.ubj'), or with LightGBM's booster_.save_model('model.txt').",
  });
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > LONGEST_TEXT) {
    throw new InvalidModel({
      problem: `The model has ${bytes.length} bytes of text; at most ${LONGEST_TEXT} can be read.`,
      hint: 'Save it as UBJSON, which is smaller and has no such limit.',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InvalidModel({ problem: 'The model is not UTF-8 text.', cause });
  }
}
