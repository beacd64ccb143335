import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { InvalidModel, UnreadableFile } from '@verdict/core';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Trial } from '../src/search/index.ts';
import { Journal } from '../src/search/journal.ts';
import { oddValues, pathsOf, replaceAt } from './support/json-damage.ts';
import { madeTrial } from './support/made-trials.ts';
import { refusalOf } from './support/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'verdict-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => join(folder, `${files++}.jsonl`);

const scope = { strategy: 'tpe', data: 'a'.repeat(64) };
const trials: Trial[] = [
  madeTrial(0, {
    configuration: {
      name: 'first',
      params: { learning_rate: 0.1 + 0.2, booster: 'dart', monotone_constraints: [1, 0] },
      rounds: 30,
      earlyStoppingRounds: 5,
    },
    curve: [0.7, 1 / 3, Number.MIN_VALUE],
    oof: Float32Array.of(0.1, -0, NaN, Infinity, 1e-40),
    deviation: 1e-17,
  }),
  madeTrial(1, { status: 'pruned', source: 'portfolio' }),
  madeTrial(2, {
    status: 'failed',
    score: NaN,
    deviation: NaN,
    foldScores: [],
    curve: [],
    problem: 'too much',
  }),
];

function written(count = trials.length): string {
  const file = newFile();
  const journal = Journal.open(file, scope, 1, true, { lag: 4 });
  for (const trial of trials.slice(0, count)) journal.append(trial.number, [trial]);
  journal.close();
  return file;
}

/** What a journal holds; it is closed again. */
function read(file: string, of: Record<string, string> = scope, trialsEach = 1): Trial[] {
  const journal = Journal.open(file, of, trialsEach, true, { lag: 4 });
  journal.close();
  return [...journal.entries.values()].flat();
}

describe('a journal', () => {
  it('gives back what it was given, to the bit', () => {
    const found = read(written());
    expect(found).toEqual(trials);
    const bits = (oof: Float32Array) => [...new Uint32Array(oof.buffer, oof.byteOffset, oof.length)];
    expect(bits(found[0].oof)).toEqual(bits(trials[0].oof));
  });

  it('keeps what was found before the search, also where its first line was torn', () => {
    const note = { ratio: ['a', 'Größe 価'], gain: 0.1 + 0.2 };
    const file = newFile();
    expect(Journal.noteOf(file)).toBeUndefined();
    Journal.open(file, scope, 1, true, { lag: 4, note }).close();
    expect(Journal.noteOf(file)?.raw).toEqual(note);
    // What it was begun with stays.
    Journal.open(file, scope, 1, true, { lag: 4, note: { other: 1 } }).close();
    expect(Journal.noteOf(file)?.raw).toEqual(note);
    const whole = readFileSync(file);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length));
      expect(Journal.noteOf(file)).toBeUndefined();
      Journal.open(file, scope, 1, true, { lag: 4, note: { torn: length } }).close();
      expect(Journal.noteOf(file)?.raw).toEqual({ torn: length });
    }
    Journal.open(file, scope, 1, false, { lag: 4 }).close();
    expect(Journal.noteOf(file)).toBeUndefined();
    for (const content of [
      'one line',
      'a,b\n1,2\n',
      '{"format":"verdict-search-journal","version":1,"scope":{}}\n',
    ]) {
      writeFileSync(file, content);
      expect(Journal.noteOf(file)).toBeUndefined();
    }
    expect(Journal.noteOf(folder)).toBeUndefined();
  });

  it('goes on after it was opened again, in any order of trials', () => {
    const file = newFile();
    for (const number of [2, 0, 1]) {
      const journal = Journal.open(file, scope, 1, true, { lag: 4 });
      journal.append(number, [trials[number]]);
      journal.close();
    }
    expect(read(file)).toEqual([trials[2], trials[0], trials[1]]);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(4);
  });

  it('begins anew if it is not to be resumed', () => {
    const file = written();
    Journal.open(file, { strategy: 'random' }, 1, false, { lag: 4 }).close();
    expect(read(file, { strategy: 'random' })).toEqual([]);
  });

  it('begins in a file of its own, so that a search that still runs does not write into it', () => {
    const file = newFile();
    const earlier = Journal.open(file, scope, 1, false, { lag: 4 });
    const later = Journal.open(file, { strategy: 'random' }, 1, false, { lag: 4 });
    earlier.append(0, [trials[0]]);
    later.append(1, [trials[1]]);
    earlier.close();
    later.close();
    expect(read(file, { strategy: 'random' })).toEqual([trials[1]]);
    expect(readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}.`))).toEqual([]);
  });

  it('replaces no file of something else', () => {
    for (const content of ['a,b\n1,2\n', '{"a": 1}\n', 'x']) {
      const file = newFile();
      writeFileSync(file, content);
      const refusal = refusalOf(() => Journal.open(file, scope, 1, false, { lag: 4 }));
      expect(refusal).toBeInstanceOf(InvalidModel);
      expect(readFileSync(file, 'utf8')).toBe(content);
    }
    expect(() => Journal.open(folder, scope, 1, false, { lag: 4 })).toThrow(InvalidModel);
    const empty = newFile();
    writeFileSync(empty, '');
    Journal.open(empty, scope, 1, false, { lag: 4 }).close();
    expect(read(empty)).toEqual([]);
  });

  it('drops a last line that is torn, wherever it was torn', () => {
    const whole = readFileSync(written());
    const lines = whole.toString().split('\n');
    const ends = lines.slice(0, -1).map((_, i) => Buffer.byteLength(lines.slice(0, i + 1).join('\n')) + 1);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (length) => {
        const file = newFile();
        writeFileSync(file, whole);
        truncateSync(file, length);
        const kept = ends.filter((end) => end <= length).length - 1;
        expect(read(file)).toEqual(trials.slice(0, Math.max(0, kept)));
        // And what comes next is a line of its own.
        const journal = Journal.open(file, scope, 1, true, { lag: 4 });
        journal.append(9, [{ ...trials[1], number: 9 }]);
        journal.close();
        expect(read(file)).toHaveLength(Math.max(0, kept) + 1);
        rmSync(file);
      }),
      { numRuns: 60 },
    );
    const file = written(1);
    appendFileSync(file, '\0\0\0\n');
    expect(read(file)).toEqual(trials.slice(0, 1));
  });

  it('reads lines longer than its buffer', () => {
    const file = newFile();
    const oof = Float32Array.from({ length: 700_000 }, (_, i) => Math.sin(i));
    const journal = Journal.open(file, scope, 2, true, { lag: 4 });
    const pair = [madeTrial(4, { oof }), madeTrial(5, { oof })];
    journal.append(2, pair);
    journal.append(0, [madeTrial(0), madeTrial(1)]);
    journal.close();
    expect(read(file, scope, 2)).toEqual([...pair, madeTrial(0), madeTrial(1)]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['another strategy', { ...scope, strategy: 'random' }, /strategy differs \(tpe there, random here\)/],
    ['other data', { ...scope, data: 'b'.repeat(64) }, /data differs/],
    ['more options', { ...scope, seed: '1' }, /"seed" is missing/],
  ])('of %s is refused', (_, other, problem) => {
    const file = written();
    const before = readFileSync(file);
    const error = refusalOf(() => read(file, other));
    expect(error).toBeInstanceOf(InvalidModel);
    expect(error).toMatchObject({
      message: expect.stringMatching(problem),
    });
    expect(readFileSync(file)).toEqual(before);
  });

  it('of another table is refused with what to do', () => {
    const error = refusalOf(() => read(written(), { ...scope, data: 'b'.repeat(64) }));
    expect(error).toMatchObject({ hint: expect.stringMatching(/of another table.*--out.*without --resume/) });
  });

  it('refuses a file of something else, and leaves it as it was', () => {
    for (const content of [
      'a,b\n1,2\n',
      'one line',
      '{"a": 1}\n',
      '[]\n',
      '{"format": "x", "version": 1, "scope": {}}\n',
    ]) {
      const file = newFile();
      writeFileSync(file, content);
      const refusal = refusalOf(() => read(file));
      expect(refusal).toBeInstanceOf(InvalidModel);
      expect(refusal).toMatchObject({
        message: expect.stringContaining(`${file}: the file is no journal of a search`),
        hint: expect.stringMatching(/move it away, or choose another folder with --out/),
      });
      expect(readFileSync(file, 'utf8')).toBe(content);
    }
    expect(() => read(join(folder, 'missing', 'file'))).toThrow(UnreadableFile);
    expect(() => read(folder)).toThrow(UnreadableFile);
    expect(existsSync(join(folder, 'missing'))).toBe(false);
  });

  it('refuses damage before the last line, naming the line', () => {
    const file = written();
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [lines[0], lines[1].slice(0, 40), ...lines.slice(2)].join('\n'));
    expect(() => read(file)).toThrow(/line 2 of the journal is damaged/);
    writeFileSync(file, lines.join('\n').replace('"version":3', '"version":2'));
    expect(() => read(file)).toThrow(/another format/);
    for (const lag of ['0', '1.5', '"4"', '1e9', 'null']) {
      writeFileSync(file, lines.join('\n').replace('"lag":4', `"lag":${lag}`));
      expect(() => read(file)).toThrow(/line 1\.lag/);
    }
  });

  it('reads or refuses a line of which anything was changed', () => {
    const file = written(1);
    const [header, line] = readFileSync(file, 'utf8').split('\n');
    const document: unknown = JSON.parse(line);
    let refused = 0;
    for (const path of pathsOf(document)) {
      for (const value of oddValues) {
        const text = JSON.stringify(replaceAt(document, path, value));
        if (text === undefined) continue;
        writeFileSync(file, `${header}\n${text}\n`);
        const error = refusalOf(() => read(file));
        if (error !== undefined) refused++;
        const numbers = error === undefined ? read(file).map(({ number }) => number) : [0];
        expect([numbers, error === undefined || error instanceof InvalidModel]).toEqual([[0], true]);
      }
    }
    expect(refused).toBeGreaterThan(300);
  });
});
