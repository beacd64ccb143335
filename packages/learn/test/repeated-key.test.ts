import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedKey } from '../src/json/repeated-key.ts';

describe('a repeated key', () => {
  it('is not there in what a program has written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(repeatedKey(JSON.stringify(value))).toBeUndefined();
      }),
    );
  });

  it('is found where the outermost object has one, whatever lies between', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (key, one, other) => {
        const name = JSON.stringify(key);
        const text = `{${name}: ${JSON.stringify(one)}, "${key.length}x": [${JSON.stringify(other)}], ${name}:1}`;
        expect(repeatedKey(text)).toBe(JSON.parse(`"${key.length}x"`) === key ? `"${key.length}x"` : name);
      }),
    );
    expect(repeatedKey('{"a":{"a":1},"b":{"a":1}}')).toBeUndefined();
    expect(repeatedKey('[{"a":1},{"a":2}]')).toBeUndefined();
    expect(repeatedKey(' ["a", "a", "a"]')).toBeUndefined();
  });
});
