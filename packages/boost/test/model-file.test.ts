import { InvalidModel } from '@verdict/core';
import { describe, expect, it } from 'vitest';
import { Booster, readModelFile } from '../src/index.ts';
import { fixtureMatrix, greatestDifference, readFixture } from './support/fixtures.ts';
import type { XgboostFixture } from './support/fixtures.ts';
import type { ModelDocument } from './support/model-document.ts';

const versions = ['1.7.6', '2.1.4', '3.2.0'];
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What these tests change beside what a model document has. */
type Document = Omit<ModelDocument, 'learner'> & {
  version?: unknown;
  learner: Partial<Omit<ModelDocument['learner'], 'attributes' | 'feature_names'>> &
    Pick<ModelDocument['learner'], 'gradient_booster'> & { attributes?: unknown; feature_names?: unknown };
};

/** A fixture's JSON file with some of it changed. */
function changed(change: (learner: Document['learner'], root: Document) => void): Uint8Array {
  const root = JSON.parse(readFixture<XgboostFixture>('xgboost-3.2.0').json) as Document;
  change(root.learner, root);
  return encode(JSON.stringify(root));
}

describe('readModelFile', () => {
  it.each(versions)('reads both formats of XGBoost %s and says what they are', (version) => {
    const fixture = readFixture<XgboostFixture>(`xgboost-${version}`);
    for (const [format, bytes] of [
      ['xgboost-json', encode(fixture.json)],
      ['xgboost-ubj', Uint8Array.from(Buffer.from(fixture.ubj, 'base64'))],
    ] as const) {
      const { booster, ...origin } = readModelFile(bytes);
      expect(origin).toEqual({
        format,
        version,
        objective: 'binary:logistic',
        named: true,
      });
      expect(booster).toMatchObject({ roundCount: 6, bestIteration: 4 });
      const margins = booster.predictMargin(fixtureMatrix(fixture.rows));
      expect(greatestDifference(margins, fixture.margins)).toBeLessThan(1e-6);
    }
  });

  it('reads the text of LightGBM', () => {
    const { text } = readFixture<{ models: { plain: { text: string } } }>('lightgbm-4.7.0').models.plain;
    const { booster, ...origin } = readModelFile(encode(text));
    expect(origin).toEqual({
      format: 'lightgbm-text',
      version: 'v4',
      objective: 'binary sigmoid:1',
      named: true,
    });
    expect(booster.treeCount).toBe(Booster.fromLightGbm(text).treeCount);
    const bare = text.replace(/^version=.*\n/m, '').replaceAll('\n', '\r\n');
    expect(readModelFile(encode(bare))).toMatchObject({ version: 'unknown', objective: 'binary sigmoid:1' });
  });

  it('reads JSON with blanks or a byte order mark before it', () => {
    const text = readFixture<XgboostFixture>('xgboost-3.2.0').json;
    for (const before of ['\n ', '\ufeff'])
      expect(readModelFile(encode(before + text)).format).toBe('xgboost-json');
  });

  it('knows files without names, attributes and version', () => {
    const bytes = changed((learner, root) => {
      delete root.version;
      delete learner.feature_names;
      delete learner.attributes;
    });
    expect(readModelFile(bytes)).toMatchObject({ version: 'unknown', named: false });
    expect(readModelFile(changed((learner) => (learner.feature_names = []))).named).toBe(false);
  });

  it('reads what this package writes', () => {
    const booster = Booster.fromJson(readFixture<XgboostFixture>('xgboost-2.1.4').json);
    expect(readModelFile(booster.toUbj())).toMatchObject({ format: 'xgboost-ubj', named: true });
    expect(readModelFile(encode(booster.toJson()))).toMatchObject({
      format: 'xgboost-json',
      version: '3.2.0',
    });
  });

  it.each([
    ['an empty file', '', /an empty file/],
    ['a pickle', '\u0080\u0004\u0095', /a Python pickle/],
    ['gzip', '\u001f\u008b\b', /a gzip file/],
    ['a ZIP archive', 'PK\u0003\u0004', /a ZIP archive/],
    ['CatBoost', 'CBM1 ', /a CatBoost model/],
    ['old binary', 'binf    ', /no longer reads/],
    ['a table', 'a,b\n1,2\n', /not known/],
  ])('refuses %s and says how to save a model', (_, text, problem) => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(() => readModelFile(bytes)).toThrow(problem);
    expect(() => readModelFile(bytes)).toThrow(InvalidModel);
  });

  it('refuses broken files as InvalidModel', () => {
    const text = readFixture<XgboostFixture>('xgboost-3.2.0').json;
    const ubj = Uint8Array.from(Buffer.from(readFixture<XgboostFixture>('xgboost-3.2.0').ubj, 'base64'));
    for (const bytes of [
      encode(text.slice(0, 4000)),
      encode('{}'),
      encode('{"learner": 3}'),
      ubj.subarray(0, 2000),
      Uint8Array.of(...encode('{"a":"'), 0xff, ...encode('"}')),
      changed((_, root) => (root.version = 'new')),
      changed((learner) => (learner.attributes = [])),
      changed((learner) => (learner.feature_names = { a: 1 })),
    ]) {
      expect(() => readModelFile(bytes)).toThrow(InvalidModel);
    }
  });
});
