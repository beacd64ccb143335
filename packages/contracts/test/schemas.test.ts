import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import * as contracts from '../src/index.ts';

const schemas = Object.entries(contracts).filter(
  ([, value]) => typeof value === 'object' && 'type' in value,
) as [string, object][];

describe('every schema', () => {
  it('is JSON Schema (2020-12) by an independent reader', () => {
    const ajv = new Ajv2020.default({ strict: true, strictTypes: false });
    expect(schemas.length).toBeGreaterThan(50);
    for (const [name, schema] of schemas) {
      expect(() =>
        ajv.compile({ ...(JSON.parse(JSON.stringify(schema)) as object), title: name }),
      ).not.toThrow();
    }
  });

  it('takes the examples of the interface', () => {
    const ajv = new Ajv2020.default({ strictTypes: false });
    const accepts = (schema: object, value: unknown): boolean =>
      ajv.validate(JSON.parse(JSON.stringify(schema)) as object, value);
    const reply = {
      prediction: 1,
      label: 'yes',
      probability: [0.18, 0.82],
      confidence: 0.82,
      threshold: 0.37,
      model: 'churn',
      version: '3',
      requestId: 'r-1',
    };
    expect(accepts(contracts.PredictReply, reply)).toBe(true);
    expect(accepts(contracts.PredictReply, { ...reply, probability: [0.82] })).toBe(false);
    expect(accepts(contracts.PredictReply, { ...reply, extra: 1 })).toBe(false);
    const features = { tenure: 4, plan: 'basic', member: true, since: '2024-03-01', spend: null };
    expect(accepts(contracts.PredictRequest, { features })).toBe(true);
    expect(accepts(contracts.PredictRequest, { features: { ...features, plan: [] } })).toBe(false);
    for (const name of ['../x', '', 'a/b', '.a', 'x'.repeat(65)]) {
      expect(accepts(contracts.PredictRequest, { features, model: name })).toBe(false);
    }
  });
});
