import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Interrupted, InvalidModel, InvalidOption, OutOfResources } from '@verdict/core';
import { readBundle, requireReplaceable, writeBundle } from '../src/bundle/index.ts';
import type { Bundle } from '../src/bundle/index.ts';
import { createScorer, loadScorer } from '../src/scorer/index.ts';
import { canonicalJson } from '../src/json/canonical-json.ts';
import { oddValues, pathsOf, replaceAt } from './support/json-damage.ts';
import { smallModel } from './support/small-model.ts';

const { bundle, dataset } = smallModel({
  types: ['numeric', 'datetime', 'category', 'boolean'],
  rows: 80,
  rounds: 4,
});
const parts = [
  'card.md',
  'decision.json',
  'features.json',
  'logistic.json',
  'manifest.json',
  'metrics.json',
  'model.ubj',
  'profile.json',
  'schema.json',
];

let home: string;
let dir: string;
beforeEach(async () => {
  home = await fs.mkdtemp(join(tmpdir(), 'bundle-'));
  dir = join(home, 'model');
});
afterEach(async () => {
  await fs.rm(home, { recursive: true, force: true });
});

/** The refusal of a folder, with the file it names. */
async function refusal(folder = dir): Promise<string> {
  try {
    await readBundle(folder);
    return 'taken';
  } catch (error) {
    if (error instanceof InvalidModel) return `${error.message} ${error.hint}`;
    throw error;
  }
}

async function readJson(name: string): Promise<unknown> {
  return JSON.parse(await fs.readFile(join(dir, name), 'utf8')) as unknown;
}

interface Manifest {
  checksum?: string;
  formatVersion: number;
  members: string[];
  parts: { name: string; bytes: number; sha256: string }[];
}

const digest = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

/** Writes a manifest with a right checksum, as an attacker would. */
async function forgeManifest(change: (manifest: Manifest) => void): Promise<void> {
  const manifest = (await readJson('manifest.json')) as Manifest;
  change(manifest);
  delete manifest.checksum;
  const checksum = digest(canonicalJson(manifest));
  await fs.writeFile(join(dir, 'manifest.json'), canonicalJson({ ...manifest, checksum }));
}

/** Replaces a part and makes the manifest vouch for it. */
async function forge(name: string, content: Uint8Array | string): Promise<void> {
  await fs.writeFile(join(dir, name), content);
  const bytes = Buffer.from(content);
  await forgeManifest(({ parts: entries }) => {
    const entry = entries.find((item) => item.name === name)!;
    entry.bytes = bytes.length;
    entry.sha256 = digest(bytes);
  });
}

describe('a bundle', () => {
  it('is a folder of named parts and reads back as it was', async () => {
    await writeBundle(dir, bundle);
    expect((await fs.readdir(dir)).sort()).toEqual(parts);
    expect(await fs.readdir(home)).toEqual(['model']);
    const back = await readBundle(dir);
    const { booster, metrics, ...rest } = back;
    const { booster: trees, metrics: figures, ...before } = bundle;
    expect(rest).toEqual(before);
    expect(booster?.toUbj()).toEqual(trees.toUbj());
    expect(figures).toMatchObject({ notDefined: NaN });
    expect(metrics).toEqual({ rocAuc: 0.9, notDefined: null, curve: [0, 0.5, 1] });
  });

  it('scores after loading as before, bit for bit', async () => {
    await writeBundle(dir, bundle);
    const loaded = await loadScorer(dir);
    expect(loaded.scoreBatch(dataset)).toEqual(createScorer(bundle).scoreBatch(dataset));
    expect(loaded.bundle.card).toBe(bundle.card);
  });

  it('has the same bytes every time, wherever it is written and after it was read', async () => {
    await writeBundle(dir, bundle);
    await writeBundle(join(home, 'deep', 'er', 'again'), bundle);
    await writeBundle(join(home, 'read'), await readBundle(dir));
    for (const name of parts) {
      const first = await fs.readFile(join(dir, name));
      expect(await fs.readFile(join(home, 'deep', 'er', 'again', name))).toEqual(first);
      expect(await fs.readFile(join(home, 'read', name))).toEqual(first);
    }
  });

  it('lists size and SHA-256 of every part', async () => {
    await writeBundle(dir, bundle);
    const manifest = (await readJson('manifest.json')) as Manifest;
    expect(manifest).toMatchObject({
      formatVersion: 1,
      seed: 42,
      verdictVersion: '0.1.0',
      dataFingerprint: 'a'.repeat(64),
      members: ['trees', 'logistic'],
    });
    expect(manifest.parts.map(({ name }) => name)).toEqual(parts.filter((name) => name !== 'manifest.json'));
    for (const { name, bytes, sha256 } of manifest.parts) {
      const content = await fs.readFile(join(dir, name));
      expect([content.length, digest(content)]).toEqual([bytes, sha256]);
    }
  });

  it('may have one member only', async () => {
    const { logistic: _logistic, ...withTrees } = bundle;
    const alone = (member: 'trees' | 'logistic') => ({
      ...bundle.decision,
      blend: { members: [{ member, weight: 1 }], offset: 0 },
    });
    await writeBundle(dir, { ...withTrees, decision: alone('trees') });
    expect(await fs.readdir(dir)).not.toContain('logistic.json');
    expect((await readBundle(dir)).logistic).toBeUndefined();
    const { booster: _booster, ...withLogistic } = bundle;
    await writeBundle(dir, { ...withLogistic, decision: alone('logistic') });
    expect(await fs.readdir(dir)).not.toContain('model.ubj');
    expect((await readBundle(dir)).booster).toBeUndefined();
  });
});

describe('reading', () => {
  it('refuses a bundle with one flipped bit, in any part', async () => {
    await writeBundle(dir, bundle);
    const taken: string[] = [];
    for (const name of parts) {
      const file = join(dir, name);
      const content = await fs.readFile(file);
      const step = Math.max(1, Math.floor(content.length / 24));
      for (let at = 0; at < content.length; at += step) {
        const damaged = Buffer.from(content);
        damaged[at] ^= 1 << (at % 8);
        await fs.writeFile(file, damaged);
        const message = await refusal();
        if (!message.startsWith(file)) taken.push(`${name} at ${at}: ${message}`);
      }
      await fs.writeFile(file, content);
    }
    expect(taken).toEqual([]);
    expect(await refusal()).toBe('taken');
  });

  it('refuses any single changed character of the manifest', async () => {
    await writeBundle(dir, bundle);
    const file = join(dir, 'manifest.json');
    const content = await fs.readFile(file, 'latin1');
    const taken: number[] = [];
    for (let at = 0; at < content.length; at += 3) {
      const other = content[at] === '1' ? '2' : content[at] === ' ' ? '\t' : '1';
      await fs.writeFile(file, content.slice(0, at) + other + content.slice(at + 1), 'latin1');
      if ((await refusal()) === 'taken') taken.push(at);
    }
    expect(taken).toEqual([]);
  });

  it('refuses a part cut off, longer or missing', async () => {
    await writeBundle(dir, bundle);
    for (const name of parts) {
      const file = join(dir, name);
      const content = await fs.readFile(file);
      await fs.writeFile(file, content.subarray(0, content.length - 1));
      expect(await refusal()).toContain(file);
      await fs.writeFile(file, Buffer.concat([content, Buffer.from(' ')]));
      expect(await refusal()).toContain(file);
      await fs.writeFile(file, '');
      expect(await refusal()).toContain(file);
      await fs.rm(file);
      expect(await refusal()).toMatch(/this part of the bundle is missing. Restore the file/);
      await fs.mkdir(file);
      expect(await refusal()).toMatch(/this is a folder, not a file/);
      await fs.rmdir(file);
      await fs.writeFile(file, content);
    }
  });

  it('refuses symbolic links inside, but may be reached through one', async () => {
    await writeBundle(dir, bundle);
    await fs.symlink(dir, join(home, 'champion'));
    expect(await refusal(join(home, 'champion'))).toBe('taken');
    for (const name of parts) {
      await fs.rename(join(dir, name), join(home, name));
      await fs.symlink(join(home, name), join(dir, name));
      expect(await refusal()).toContain(`${join(dir, name)}: this is a symbolic link`);
      await fs.rm(join(dir, name));
      await fs.rename(join(home, name), join(dir, name));
    }
  });

  it('refuses what is no bundle', async () => {
    expect(await refusal(join(home, 'nowhere'))).toMatch(
      /cannot be read \(ENOENT\).*Give the folder that training wrote/,
    );
    await fs.writeFile(join(home, 'file'), 'x');
    expect(await refusal(join(home, 'file'))).toContain('this is not a folder');
    expect(await refusal(home)).toContain('manifest.json: this part of the bundle is missing');
  });

  it('does not look at files that the manifest does not list', async () => {
    await writeBundle(dir, bundle);
    await fs.writeFile(join(dir, '.DS_Store'), 'x');
    expect(await refusal()).toBe('taken');
  });

  it.each<[string, RegExp, (manifest: Manifest) => void]>([
    [
      'a newer format',
      /format version 2, this Verdict reads up to 1. Update Verdict/,
      (m) => (m.formatVersion = 2),
    ],
    ['a part outside', /expected one of card.md/, (m) => (m.parts[0].name = '../../etc/passwd')],
    ['a part that is no part', /expected one of card.md/, (m) => (m.parts[0].name = 'code.js')],
    ['a part twice', /is not listed/, (m) => (m.parts[1] = m.parts[0])],
    ['a part too few', /the part schema.json is not listed/, (m) => m.parts.pop()],
    ['a part too many', /no member needs, or twice/, (m) => m.members.pop()],
    ['a member twice', /each once/, (m) => (m.members = ['trees', 'trees'])],
    ['no member', /each once/, (m) => (m.members = [])],
    ['an unknown member', /expected one of trees, logistic/, (m) => (m.members = ['network'])],
    ['a size too large', /above/, (m) => (m.parts[0].bytes = 1e12)],
    ['a hash that is none', /64 hexadecimal digits/, (m) => (m.parts[0].sha256 = 'A'.repeat(64))],
    ['a wrong size', /bytes, the manifest says|more than the/, (m) => m.parts[2].bytes--],
    ['a wrong hash', /its SHA-256 differs/, (m) => (m.parts[2].sha256 = '0'.repeat(64))],
    ['a key too many', /unknown key "host"/, (m) => Object.assign(m, { host: 'x' })],
  ])('refuses a forged manifest with %s', async (_, message, change) => {
    await writeBundle(dir, bundle);
    await forgeManifest(change);
    expect(await refusal()).toMatch(message);
  });

  it.each<[string, string, RegExp, (json: Record<string, unknown>) => void]>([
    [
      'decision.json',
      'a threshold above 1',
      /threshold: 1.5 is above 1/,
      (json) => (json['threshold'] = 1.5),
    ],
    [
      'decision.json',
      'other labels',
      /not those of the schema/,
      (json) => (json['labels'] = { positive: 'no', negative: 'yes' }),
    ],
    [
      'decision.json',
      'a blend of other members',
      /not of the members/,
      (json) => (json['blend'] = { offset: 0, members: [{ member: 'trees', weight: 1 }] }),
    ],
    [
      'decision.json',
      'a blend of none',
      /there is no member/,
      (json) => (json['blend'] = { offset: 0, members: [] }),
    ],
    [
      'decision.json',
      'a blend of one twice',
      /comes twice/,
      (json) =>
        (json['blend'] = { offset: 0, members: [1, 2].map((weight) => ({ member: 'trees', weight })) }),
    ],
    [
      'decision.json',
      'a huge weight',
      /above 1000000/,
      (json) => (json['blend'] = { offset: 0, members: [{ member: 'trees', weight: 1e9 }] }),
    ],
    [
      'decision.json',
      'an unknown calibration',
      /expected one of none/,
      (json) => (json['calibration'] = { kind: 'script' }),
    ],
    [
      'decision.json',
      'a calibration without points',
      /not none/,
      (json) => (json['calibration'] = { kind: 'isotonic', margins: [], probabilities: [] }),
    ],
    [
      'decision.json',
      'points out of order',
      /do not rise/,
      (json) => (json['calibration'] = { kind: 'isotonic', margins: [1, 1], probabilities: [0, 1] }),
    ],
    [
      'decision.json',
      'a falling calibration',
      /the values fall/,
      (json) => (json['calibration'] = { kind: 'isotonic', margins: [1, 2], probabilities: [1, 0] }),
    ],
    [
      'decision.json',
      'a falling sigmoid',
      /-1 is below 0/,
      (json) => (json['calibration'] = { kind: 'sigmoid', slope: -1, intercept: 0 }),
    ],
    [
      'decision.json',
      'costs without a rule',
      /unknown key "costFp"/,
      (json) => (json['rule'] = { rule: 'f1', costFp: 1 }),
    ],
    [
      'decision.json',
      'a negative cost',
      /below 0/,
      (json) => (json['rule'] = { rule: 'cost', costFp: -1, costFn: 1 }),
    ],
    [
      'decision.json',
      'costs of right answers that are wanted less than errors',
      /no decision makes sense/,
      (json) => (json['rule'] = { rule: 'cost', costFp: 1, costFn: 1, costTp: 2 }),
    ],
    [
      'decision.json',
      'a falling beta calibration',
      /-1 is below 0/,
      (json) => (json['calibration'] = { kind: 'beta', a: 1, b: -1, c: 0 }),
    ],
    [
      'decision.json',
      'a huge constant of a beta calibration',
      /above 1e\+100/,
      (json) => (json['calibration'] = { kind: 'beta', a: 1, b: 1, c: 1e101 }),
    ],
    [
      'decision.json',
      'a beta calibration without b',
      /"b" is missing/,
      (json) => (json['calibration'] = { kind: 'beta', a: 1, c: 1 }),
    ],
    [
      'decision.json',
      'a capacity above all',
      /3 is above 2/,
      (json) => (json['rule'] = { rule: 'capacity', capacity: 3, of: 2 }),
    ],
    [
      'decision.json',
      'a capacity of nothing',
      /it is not above 0/,
      (json) => (json['rule'] = { rule: 'capacity', capacity: 0, of: 0 }),
    ],
    [
      'decision.json',
      'a target of nothing',
      /it is not above 0/,
      (json) => (json['rule'] = { rule: 'recall', target: 0 }),
    ],
    [
      'decision.json',
      'costs beside a target that are no costs',
      /costs.costFn" is missing|"costFn" is missing/,
      (json) => (json['rule'] = { rule: 'precision', target: 0.5, costs: { costFp: 1 } }),
    ],
    [
      'schema.json',
      'a column twice',
      /a column comes twice/,
      ({ columns }) => (columns as unknown[]).push((columns as unknown[])[0]),
    ],
    [
      'schema.json',
      'one label for both',
      /the two labels are the same/,
      ({ target }) => Object.assign(target as object, { negative: 'yes' }),
    ],
    [
      'schema.json',
      'another type',
      /"c0" is not what schema.json says/,
      ({ columns }) => ((columns as { type: string }[])[0].type = 'integer'),
    ],
    [
      'schema.json',
      'another role',
      /"c1" is not what schema.json says/,
      ({ columns }) => ((columns as { role: string }[])[1].role = 'ignored'),
    ],
    [
      'schema.json',
      'other words',
      /"c3" is not what schema.json says/,
      ({ columns }) => ((columns as { words?: string[] }[])[3].words = ['n', 'y']),
    ],
    [
      'schema.json',
      'a column missing',
      /"c3" is not what schema.json says/,
      ({ columns }) => (columns as []).pop(),
    ],
    [
      'features.json',
      'a feature that the trees do not have',
      /not those of features.json/,
      (plan) => {
        const renamed = plan as unknown as Record<'steps' | 'outputs' | 'linear', Record<string, unknown>[]>;
        Object.assign(renamed.steps[0], { output: 'other' });
        Object.assign(renamed.outputs[0], { name: 'other' });
        Object.assign(renamed.linear[0], { feature: 'other' });
      },
    ],
    ['logistic.json', 'a coefficient too few', /coefficients, got/, ({ numeric }) => (numeric as []).pop()],
    ['logistic.json', 'a block too few', /blocks, got/, ({ codes }) => (codes as []).pop()],
    ['logistic.json', 'a level too few', /coefficients, got/, ({ codes }) => (codes as [][])[0].pop()],
    ['logistic.json', 'a huge coefficient', /above/, (json) => (json['intercept'] = 1e300)],
  ])('refuses a forged %s with %s', async (name, _, message, change) => {
    await writeBundle(dir, bundle);
    const json = (await readJson(name)) as Record<string, unknown>;
    change(json);
    await forge(name, JSON.stringify(json));
    expect(await refusal()).toMatch(message);
  });

  it('refuses forged parts that are no JSON, too deep, or no model', async () => {
    await writeBundle(dir, bundle);
    const good = new Map<string, Buffer>();
    for (const name of parts) good.set(name, await fs.readFile(join(dir, name)));
    for (const name of parts.filter((part) => part.endsWith('.json') && part !== 'manifest.json')) {
      for (const content of ['', 'null,', '{"a":'.repeat(1000), '\ufeff{}', Buffer.of(0x22, 0xff, 0x22)]) {
        await forge(name, content);
        expect(await refusal()).toContain(join(dir, name));
      }
      await forge(name, good.get(name)!);
    }
    await forge('card.md', Buffer.of(0xff));
    expect(await refusal()).toMatch(/card.md: the file is not UTF-8/);
    await forge('card.md', '');
    for (const content of ['', '{', '{}', 'binary garbage', good.get('model.ubj')!.subarray(0, 100)]) {
      await forge('model.ubj', content);
      expect(await refusal()).toContain(join(dir, 'model.ubj'));
    }
  });

  it('refuses forged trees, or scores with them without harm', async () => {
    await writeBundle(dir, bundle);
    const good = await fs.readFile(join(dir, 'model.ubj'));
    const harmful: number[] = [];
    let refused = 0;
    for (let at = 0; at < good.length; at += 23) {
      const damaged = Buffer.from(good);
      damaged[at] ^= 1 << (at % 8);
      await forge('model.ubj', damaged);
      if ((await refusal()) !== 'taken') {
        refused++;
        continue;
      }
      const { probabilities } = (await loadScorer(dir)).scoreBatch(dataset);
      if (!probabilities.every((probability) => probability >= 0 && probability <= 1)) harmful.push(at);
    }
    expect(harmful).toEqual([]);
    expect(refused).toBeGreaterThan(100);
  });

  it.each<[Bundle['decision']['rule'], Bundle['decision']['calibration']]>([
    [
      { rule: 'capacity', capacity: 200, of: 4000 },
      { kind: 'beta', a: 0, b: 1.5, c: -0.25 },
    ],
    [
      { rule: 'precision', target: 0.8, costs: { costFp: 1, costFn: 2, costTp: -3 } },
      { kind: 'isotonic', margins: [0], probabilities: [0.5] },
    ],
    [
      { rule: 'recall', target: 1 },
      { kind: 'sigmoid', slope: 0, intercept: 1 },
    ],
    [{ rule: 'cost', costFp: 1, costFn: 2, costTp: -3, costTn: 0.5 }, { kind: 'none' }],
  ])('keeps the rule and the calibration: %j %j', async (rule, calibration) => {
    await writeBundle(dir, { ...bundle, decision: { ...bundle.decision, rule, calibration } });
    expect((await readBundle(dir)).decision).toEqual({ ...bundle.decision, rule, calibration });
  });

  it('takes a forged decision, regression or schema only if it does no harm', async () => {
    await writeBundle(dir, bundle);
    const harmful: string[] = [];
    for (const name of ['decision.json', 'logistic.json', 'schema.json']) {
      const saved = await readJson(name);
      for (const [i, path] of pathsOf(saved).entries()) {
        const value = oddValues[i % oddValues.length];
        await forge(name, JSON.stringify(replaceAt(saved, path, value)) ?? '');
        if ((await refusal()) !== 'taken') continue;
        const { probabilities } = (await loadScorer(dir)).scoreBatch(dataset);
        if (!probabilities.every((probability) => probability >= 0 && probability <= 1))
          harmful.push(`${name} ${path.join('.')}`);
      }
      await forge(name, canonicalJson(saved));
    }
    expect(harmful).toEqual([]);
    expect(await refusal()).toBe('taken');
  });
});

describe('writing', () => {
  it('replaces a bundle, whole or broken, and an empty folder', async () => {
    expect(await requireReplaceable(dir)).toBe(false);
    await fs.mkdir(dir);
    expect(await requireReplaceable(dir)).toBe(true);
    await writeBundle(dir, bundle);
    expect(await requireReplaceable(dir)).toBe(true);
    await fs.rm(join(dir, 'model.ubj'));
    await writeBundle(dir, { ...bundle, card: 'new' });
    expect((await readBundle(dir)).card).toBe('new');
    expect(await fs.readdir(home)).toEqual(['model']);
  });

  it('replaces what a link leads to', async () => {
    await writeBundle(dir, bundle);
    await fs.symlink('model', join(home, 'link'));
    await writeBundle(join(home, 'link'), { ...bundle, card: 'new' });
    expect((await readBundle(dir)).card).toBe('new');
    expect((await fs.lstat(join(home, 'link'))).isSymbolicLink()).toBe(true);
  });

  it('leaves alone what is not a bundle and nothing else', async () => {
    await writeBundle(dir, bundle);
    await fs.writeFile(join(dir, 'notes.txt'), 'mine');
    await expect(writeBundle(dir, bundle)).rejects.toThrow(/this one also has notes.txt/);
    await expect(requireReplaceable(dir)).rejects.toThrow(InvalidOption);
    expect(await fs.readFile(join(dir, 'notes.txt'), 'utf8')).toBe('mine');

    const other = join(home, 'other');
    await fs.mkdir(other);
    await fs.writeFile(join(other, 'thesis.md'), 'mine');
    await expect(writeBundle(other, bundle)).rejects.toThrow(/has no manifest.json/);
    for (const content of ['{"name": "web app"}', 'not JSON', 'null', '[]']) {
      await fs.rm(other, { recursive: true });
      await fs.mkdir(other);
      await fs.writeFile(join(other, 'manifest.json'), content);
      await expect(writeBundle(other, bundle)).rejects.toThrow(/its manifest.json is of another kind/);
      expect(await fs.readFile(join(other, 'manifest.json'), 'utf8')).toBe(content);
    }
    await fs.writeFile(join(home, 'file'), 'mine');
    await expect(writeBundle(join(home, 'file'), bundle)).rejects.toThrow(InvalidOption);
    await expect(writeBundle(join(home, 'file', 'below'), bundle)).rejects.toThrow(
      /can be written \(ENOTDIR\)/,
    );
    expect(await fs.readFile(join(home, 'file'), 'utf8')).toBe('mine');
  });

  it('refuses a bundle that does not agree with itself, before anything is written', async () => {
    const { booster: _booster, ...incomplete } = bundle;
    const wrong: Bundle[] = [
      incomplete,
      { ...bundle, decision: { ...bundle.decision, threshold: 2 } },
      { ...bundle, schema: { ...bundle.schema, columns: [] } },
    ];
    for (const broken of wrong) await expect(writeBundle(dir, broken)).rejects.toThrow(InvalidModel);
    for (const broken of [
      { ...bundle, metrics: () => 1 },
      { ...bundle, decision: { ...bundle.decision, threshold: NaN } },
    ])
      await expect(writeBundle(dir, broken)).rejects.toThrow(InvalidOption);
    expect(await fs.readdir(home)).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    await expect(writeBundle(dir, bundle, { signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
    expect(await fs.readdir(home)).toEqual([]);
  });

  it.each([
    ['ENOSPC', OutOfResources, /disk is full/],
    ['EDQUOT', OutOfResources, /disk is full/],
    ['EMFILE', OutOfResources, /too many files/],
    ['EACCES', InvalidOption, /can be written \(EACCES\)/],
    [undefined, TypeError, /unexpected/],
  ] as const)('leaves the old bundle as it was when writing fails with %s', async (code, kind, message) => {
    await writeBundle(dir, bundle);
    const failure =
      code === undefined ? new TypeError('unexpected') : Object.assign(new Error('no'), { code });
    const { open } = fs;
    let opened = 0;
    fs.open = async (...details) => {
      if (String(details[0]).includes('-tmp-') && ++opened === 4) throw failure;
      return open(...details);
    };
    syncBuiltinESMExports();
    try {
      const writing = writeBundle(dir, { ...bundle, card: 'new' });
      await expect(writing).rejects.toThrow(kind);
      await expect(writing).rejects.toThrow(message);
    } finally {
      fs.open = open;
      syncBuiltinESMExports();
    }
    expect(opened).toBe(4);
    expect(await fs.readdir(home)).toEqual(['model']);
    expect((await readBundle(dir)).card).toBe(bundle.card);
  });

  it('puts the old bundle back when the new one cannot take its place', async () => {
    await writeBundle(dir, bundle);
    const { rename } = fs;
    fs.rename = async (from, to) => {
      if (String(from).includes('-tmp-')) throw Object.assign(new Error('no'), { code: 'EIO' });
      return rename(from, to);
    };
    syncBuiltinESMExports();
    try {
      await expect(writeBundle(dir, { ...bundle, card: 'new' })).rejects.toThrow(/can be written \(EIO\)/);
    } finally {
      fs.rename = rename;
      syncBuiltinESMExports();
    }
    expect(await fs.readdir(home)).toEqual(['model']);
    expect((await readBundle(dir)).card).toBe(bundle.card);
  });
});
