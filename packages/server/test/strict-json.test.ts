import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../src/http/refusal.ts';
import { parseStrictJson } from '../src/http/strict-json.ts';

function refused(text: string | Buffer): string {
  try {
    parseStrictJson(Buffer.from(text as string));
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'taken';
}

describe('strict JSON', () => {
  it('is JSON where no object has a key twice', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        // What a generator of objects writes has each key once.
        const value: unknown = JSON.parse(text);
        if (text.includes('__proto__') || text.includes('constructor')) return;
        expect(parseStrictJson(Buffer.from(text))).toStrictEqual(value);
      }),
    );
  });

  it('refuses keys that come twice, however they are written and wherever they lie', () => {
    expect(refused('{"a": 1, "a": 1}')).toBe('DUPLICATE_KEY');
    expect(refused('{"a": 1, "\\u0061": 2}')).toBe('DUPLICATE_KEY');
    expect(refused('[{"x": {"b": [], "c": "::", "b": {}}}]')).toBe('DUPLICATE_KEY');
    expect(refused('{"a:b": ":", "c\\"": "\\\\", "d": [{"a": 1}, {"a": 1}]}')).toBe('taken');
  });

  it('refuses what lies too deep before it is parsed', () => {
    expect(refused(`${'['.repeat(32)}${']'.repeat(32)}`)).toBe('taken');
    expect(refused(`${'['.repeat(33)}${']'.repeat(33)}`)).toBe('TOO_DEEP');
    expect(refused('['.repeat(1_000_000))).toBe('TOO_DEEP');
    expect(refused('{"a":'.repeat(500_000))).toBe('TOO_DEEP');
  });

  it('refuses the keys by which prototypes are reached', () => {
    expect(refused('{"__proto__": {"admin": true}}')).toBe('FORBIDDEN_KEY');
    expect(refused('{"a": [{"\\u005f_proto__": 1}]}')).toBe('FORBIDDEN_KEY');
    expect(refused('{"constructor": {"prototype": {"x": 1}}}')).toBe('FORBIDDEN_KEY');
    // A column may be called so.
    expect(refused('{"constructor": 3, "a": "__proto__"}')).toBe('taken');
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('refuses what is no JSON, and bytes that are no text', () => {
    for (const text of ['', '{', '{"a" 1}', '{a: 1}', 'NaN', '{"a": 1} {"b": 2}', '"\\x"', '\u0000', ':::']) {
      expect(refused(text)).toBe('MALFORMED_JSON');
    }
    expect(refused(Buffer.from([0x22, 0xff, 0x22]))).toBe('MALFORMED_JSON');
  });

  it('says where a text goes wrong, and repeats nothing of it', () => {
    const message = (text: string): string => {
      try {
        return String(parseStrictJson(Buffer.from(text)));
      } catch (error) {
        return (error as Refusal).message;
      }
    };
    expect(message('{"secret": ')).toBe('The body is not valid JSON: it ends too early.');
    expect(message('{"secret" 1}')).toBe('The body is not valid JSON (column 11).');
    expect(message('{\n  "secret": 1,\n}')).toBe('The body is not valid JSON (line 3, column 1).');
    expect(message("'secret'")).toBe('The body is not valid JSON: "\'" cannot stand where it does.');
    expect(message('nope')).toMatch(/^The body is not valid JSON\b.*\.$/);
  });

  it('passes over a byte order mark, which some programs write', () => {
    expect(parseStrictJson(Buffer.from('\uFEFF{"a": 1}'))).toStrictEqual({ a: 1 });
    expect(refused('\uFEFF{"a": 1, "a": 1}')).toBe('DUPLICATE_KEY');
    expect(refused('\uFEFF\uFEFF1')).toBe('MALFORMED_JSON');
  });
});
