import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidModel } from '@verdict/core';
import { Booster } from '../src/index.ts';
import { parseModelJson } from '../src/json-format.ts';
import { chainedModel, damagedFiles, formats, outcome, traps } from './support/hostile-files.ts';
import type { Toll } from './support/hostile-process.ts';

describe.each(formats)('damaged files: %s', (name, files, read) => {
  const file = fc.constantFrom(...files);

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
      fc.property(damagedFiles(name, files), (damaged) => {
        counts[outcome(read, damaged)]++;
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
  it.each(traps)('$name', ({ files }) => {
    for (const [read, message] of files()) {
      expect(read).toThrow(InvalidModel);
      expect(read).toThrow(message);
    }
  });

  it('are JSON all the same if quotes end', () => {
    expect(parseModelJson('{"\\\\":NaN,"a\\"NaN":"\\\\\\"","b":-Infinity}')).toStrictEqual({
      '\\': null,
      'a"NaN': '\\"',
      b: -Infinity,
    });
  });

  it('are read, walked and written if they are one chain of splits on few features', () => {
    const booster = Booster.fromLightGbm(chainedModel(30_000, 2));
    expect(booster.predictRow(Float32Array.of(17, 17))).toBe(17);
    expect(booster.predictRow(Float32Array.of(40_000, 40_000))).toBe(-1);
    expect(Booster.fromUbj(booster.toUbj()).predictRow(Float32Array.of(17, 17))).toBe(17);
    expect(booster.contributionsRow(Float32Array.of(17, 17)).every(Number.isFinite)).toBe(true);
  });
});

describe('hostile files', () => {
  it('take a bounded time and a bounded memory', () => {
    const script = fileURLToPath(new URL('support/hostile-process.ts', import.meta.url));
    const options = { encoding: 'utf8', timeout: 150_000 } as const;
    const printed = execFileSync(process.execPath, ['--max-old-space-size=256', script], options);
    const { files, slowest, growth } = JSON.parse(printed) as Toll;
    expect(files).toBeGreaterThan(2500);
    expect(slowest).toBeLessThan(5000);
    expect(growth).toBeLessThan(384 * 1024 * 1024);
  });
});
