import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { openStore } from '@verdict/store';
import { train } from 'verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from '../../../test/support/folder.ts';
import { csv, customers } from '../../../test/support/table.ts';
import { createProgram } from '../src/program.ts';
import { registryPlace } from '../src/registry/open-registry.ts';
import { actorOf } from '../src/registry/registry-options.ts';
import { parseReference } from '../src/registry/reference.ts';
import { displayWidth } from '../src/terminal/table.ts';
import { runHere } from './support/command.ts';

const folder = scratchFolder();
const dataDir = join(folder.path, 'verdict-data');
const place = ['--data-dir', dataDir];
const file = folder.file('customers.csv', csv(customers(200)));
const outputs = [1, 2].map((seed) => join(folder.path, `output${seed}`));
const model = (seed: 1 | 2): string => join(outputs[seed - 1], 'model');

/** What a command that succeeds prints. */
async function says(...args: string[]): Promise<string> {
  const { stdout, error, exitCode } = await runHere([...args, ...place]);
  if (error !== undefined) throw error;
  expect(exitCode).toBe(0);
  return stripVTControlCharacters(stdout);
}

/** The document that a command prints with --json. */
async function tells(...args: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await says(...args, '--json')) as Record<string, unknown>;
}

/** The error that a command ends with. */
async function refuses(...args: string[]): Promise<{ code: string; message: string; hint: string }> {
  const { error, stdout } = await runHere([...args, ...place]);
  expect(stdout).toBe('');
  return error as { code: string; message: string; hint: string };
}

beforeAll(async () => {
  for (const seed of [1, 2]) {
    await train({ file, target: 'left', folds: 2, testSize: 0, seed, out: outputs[seed - 1] });
  }
}, 300_000);

describe('the registry, from the command line', () => {
  it('says what to do while it is empty', async () => {
    expect(await says('models', 'list')).toMatch(/^No model is registered: .*--register NAME/);
    expect(await says('runs', 'list')).toMatch(/--register NAME/);
    expect(await says('keys', 'list')).toMatch(/verdict keys create/);
    expect(await refuses('models', 'show', 'left')).toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('The registry is empty'),
    });
  });

  it('takes a bundle, and makes the first one the champion', async () => {
    expect(await says('models', 'register', 'left', '--model', outputs[0], '--by', 'ann')).toBe(
      'Registered as version 1 of left, which is its champion.\n',
    );
    expect(await says('models', 'register', 'left', '--model', model(1))).toBe(
      'The registry has these bytes already, as version 1 of left.\n',
    );
    expect(
      await says('models', 'register', 'left', '--model', model(2), '--by', 'bob', '--description', 'seed 2'),
    ).toBe('Registered as version 2 of left.\nLet it serve with: verdict models promote left:2 --reason …\n');
    expect(await refuses('models', 'register', '../left', '--model', model(1))).toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(await refuses('models', 'register', 'left', '--model', folder.path)).toMatchObject({
      code: 'INVALID_MODEL',
    });
  });

  it('lists and shows what it has', async () => {
    expect(await says('models', 'list')).toMatch(/^model .*\n─.*\nleft {2}.*2 {2}champion → 1 {2}/);
    const versions = await says('models', 'list', 'left');
    expect(versions).toMatch(/\n {6}2 .*bob {3}0\.\d{4}/);
    expect(versions).toMatch(/\n {6}1 {2}champion .*ann/);
    expect(await refuses('models', 'list', 'right')).toMatchObject({ hint: 'The models are left.' });
    const shown = await says('models', 'show', 'left');
    expect(shown).toMatch(/^model {13}left, version 2\n/);
    expect(shown).toContain('about             seed 2');
    expect(shown).toMatch(/rocAuc +0\.\d{4} {2}0\.\d{4} … /);
    const { version, aliases } = await tells('models', 'show', 'left@champion');
    expect(aliases).toEqual(['champion']);
    expect(version).toMatchObject({
      name: 'left',
      version: 1,
      artifact: expect.stringMatching(/^[0-9a-f]{64}$/),
      decision: { rule: { rule: 'mcc' }, calibration: 'none', labels: { positive: 'yes', negative: 'no' } },
      origin: { seed: 1, dataFingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
      signature: { target: { name: 'left' } },
    });
    const { signature } = version as { signature: { columns: { name: string }[] } };
    expect(signature.columns).toContainEqual({
      name: 'plan',
      type: 'category',
      optional: false,
      levels: expect.arrayContaining(['basic', 'plus', 'pro']),
    });
    expect(await refuses('models', 'show', 'left:7')).toMatchObject({ hint: 'Its versions are 2, 1.' });
    expect(await refuses('models', 'show', 'left@shadow')).toMatchObject({
      message: 'The alias left@shadow points nowhere.',
    });
  });

  it('lets versions serve, and goes back', async () => {
    expect(await refuses('models', 'promote', 'left', '--reason', 'x')).toMatchObject({
      message: expect.stringContaining('left:3'),
    });
    expect(await says('models', 'promote', 'left:2', '--reason', 'better', '--by', 'ann')).toBe(
      'left@champion points to version 2 now; it pointed to 1 before.\nNo server is running.\n',
    );
    expect(
      await says('models', 'promote', 'left:1', '--alias', 'challenger', '--reason', 'compare'),
    ).toContain('left@challenger points to version 1 now; it pointed nowhere before.');
    expect(await says('models', 'rollback', 'left', '--reason', 'complaints')).toContain(
      'left@champion points to version 1 now',
    );
    expect(await says('models', 'retire', 'left@challenger', '--reason', 'lost')).toContain(
      'left@challenger points nowhere now',
    );
    expect(await refuses('models', 'retire', 'left', '--reason', 'x')).toMatchObject({
      code: 'INVALID_OPTION',
    });
    const { move } = await tells('models', 'promote', 'left:2', '--reason', 'again', '--by', 'cid');
    expect(move).toMatchObject({ alias: 'champion', version: 2, previous: 1, by: 'cid', reason: 'again' });
  });

  it('knows what served when, by whom and why', async () => {
    const history = await says('models', 'history', 'left');
    expect(history.trimEnd().split('\n')).toHaveLength(2 + 6);
    expect(history).toMatch(/champion +2 +1 .*rollback: complaints/);
    const now = new Date(Date.now() + 1000).toISOString();
    expect(await says('models', 'history', 'left', '--at', now)).toMatch(
      /^At .* UTC, left@champion was version 2: since .* UTC, by cid: again\n$/,
    );
    expect(await says('models', 'history', 'left', '--at', '2020-01-01')).toBe(
      'At 2020-01-01 00:00:00 UTC, left@champion pointed nowhere.\n',
    );
    expect(await tells('models', 'history', 'left', '--at', '2020-01-01')).toMatchObject({ move: null });
    expect((await tells('models', 'history', 'left', '--alias', 'challenger')).moves).toHaveLength(2);
    expect(await says('models', 'history', 'left', '--alias', 'shadow')).toMatch(/No alias of this model/);
    expect(await refuses('models', 'history', 'left', '--at', 'noon')).toMatchObject({
      message: expect.stringContaining('2026-03-01T12:30:00Z'),
    });
    expect(await refuses('models', 'history', 'right')).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('asks for a second person where it is told to', async () => {
    expect(await says('models', 'protect', 'left')).toMatch(/only with the approval of a second person now/);
    expect(await refuses('models', 'promote', 'left:1', '--reason', 'x')).toMatchObject({
      code: 'APPROVAL_NEEDED',
    });
    for (const _ of [1, 2]) {
      expect(
        await says('models', 'promote', 'left:1', '--reason', 'old is gold', '--request', '--by', 'ann'),
      ).toMatch(/^Asked for approval: request \d\. .*verdict models approve/);
    }
    expect(await says('models', 'requests', '--state', 'pending')).toMatch(/\n {6}1 {2}left .*ann .*pending/);
    expect(await refuses('models', 'approve', '1', '--reason', 'ok', '--by', 'ann')).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await says('models', 'reject', '2', '--reason', 'once is enough', '--by', 'bob')).toBe(
      'Request 2 is rejected.\n',
    );
    expect(await says('models', 'approve', '1', '--reason', 'ok', '--by', 'bob')).toContain(
      'left@champion points to version 1 now',
    );
    expect((await tells('models', 'requests', 'left')).requests).toMatchObject([
      { id: 2, state: 'rejected', decidedBy: 'bob', decision: 'once is enough' },
      { id: 1, state: 'approved', decidedBy: 'bob' },
    ]);
    expect((await tells('models', 'protect', 'left@champion', '--off')).policy).toMatchObject({
      approval: false,
    });
    expect(await says('models', 'requests', 'right')).toBe('There is no such request.\n');
    expect(await refuses('models', 'protect', 'left:1')).toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('compares versions by their names', async () => {
    const text = await says('models', 'compare', 'left:1', 'left:2', '--data', file);
    expect(text).toContain('A  left:');
    expect(text).not.toContain('verdict-versions-');
    const { models } = await tells('models', 'compare', 'left:1', 'left:2', '--metric', 'log_loss');
    expect((models as { model: string }[]).map((one) => one.model).sort()).toEqual(['left:1', 'left:2']);
    expect(await refuses('models', 'compare', 'left:1')).toMatchObject({
      message: expect.stringContaining('name at least two'),
    });
  });

  it('gives versions to another registry', async () => {
    const out = join(folder.path, 'left.tar');
    expect(await says('models', 'export', 'left', '--out', out)).toBe(
      `Exported 2 versions of left to ${out}.\n`,
    );
    expect(await says('models', 'import', out, '--name', 'copy', '--by', 'dan')).toMatch(
      /^Registered as version 1 of copy, which is its champion\.\nRegistered as version 2 of copy\.\n/,
    );
    expect((await tells('models', 'import', out, '--name', 'copy')).registered).toMatchObject([
      { created: false },
      { created: false },
    ]);
    const one = join(folder.path, 'champion');
    expect(await tells('models', 'export', 'left@champion', '--out', one)).toEqual({
      name: 'left',
      versions: [1],
      out: one,
    });
    expect(readFileSync(join(one, '1', 'manifest.json'), 'utf8')).toBe(
      readFileSync(join(model(1), 'manifest.json'), 'utf8'),
    );
    expect(await refuses('models', 'export', 'left', '--out', out)).toMatchObject({ code: 'CONFLICT' });

    // A bundle that no reader takes, in an export whose hashes agree.
    const manifest = join(one, '1', 'manifest.json');
    const document = join(one, 'verdict-export.json');
    const before = readFileSync(manifest, 'utf8');
    const forged = before.replace(/"seed": ?\d+/, '"seed": 7777');
    expect(forged).not.toBe(before);
    writeFileSync(manifest, forged);
    const [was, is] = [before, forged].map((text) => createHash('sha256').update(text).digest('hex'));
    writeFileSync(document, readFileSync(document, 'utf8').replaceAll(was, is));
    expect(await refuses('models', 'import', one, '--name', 'forged')).toMatchObject({
      code: 'INVALID_MODEL',
    });
    expect(await says('models', 'list')).not.toContain('forged');
  });

  it('puts versions away', async () => {
    expect(await refuses('models', 'archive', 'left')).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await refuses('models', 'archive', 'left:1')).toMatchObject({ code: 'CONFLICT' });
    expect(await says('models', 'archive', 'copy:2')).toBe('Version 2 of copy is archived.\n');
    expect(await says('models', 'list', 'copy')).toMatch(/\n {6}2 .*archived/);
    expect(await says('models', 'show', 'copy:2')).toMatch(/\narchived {10}/);
    expect((await tells('models', 'gc', '--dry-run')).versions).toMatchObject([{ name: 'copy', version: 2 }]);
    expect(await says('models', 'gc', '--dry-run')).toMatch(/^Would remove 0 files, 0 bytes\.\nmodel /);
    expect(await says('models', 'unarchive', 'copy:2')).toBe('Version 2 of copy is archived no longer.\n');
    expect(await says('models', 'gc')).toBe('There is nothing to remove.\n');
    expect((await tells('models', 'archive', 'copy:2')).version).toMatchObject({ version: 2 });
  });

  it('makes keys that are shown once, rotates and revokes them', async () => {
    const made = await runHere([
      'keys',
      'create',
      '--name',
      'shop',
      '--expires',
      '30',
      '--by',
      'ann',
      ...place,
    ]);
    expect(made.stdout).toMatch(/^vk_[\w-]{43}\n$/);
    expect(made.stderr).toMatch(/^Key of shop: role predict, works until \d{4}-.* It is shown this once/);
    const secret = made.stdout.trim();
    const listed = await says('keys', 'list');
    expect(listed).toContain(`${secret.slice(0, 11)}…`);
    expect(listed).not.toContain(secret);
    const { keys } = (await tells('keys', 'list')) as { keys: { id: string; hash?: string }[] };
    expect(keys[0].hash).toBeUndefined();
    const rotated = (await tells('keys', 'rotate', keys[0].id, '--overlap', '1')) as Record<string, unknown>;
    expect(rotated).toMatchObject({ name: 'shop', role: 'predict', replaces: keys[0].id });
    expect(rotated.key).toMatch(/^vk_/);
    expect(await says('keys', 'list')).toMatch(/works until .*\n|works\n/);
    expect(await says('keys', 'revoke', String(rotated.id))).toMatch(/of shop works no more\.\n$/);
    expect(await says('keys', 'list')).toMatch(/revoked \d{4}-/);
    expect((await tells('keys', 'revoke', keys[0].id)).key).toMatchObject({ revokedAt: expect.any(Number) });
    expect(await refuses('keys', 'create', '--role', 'king')).toMatchObject({
      code: 'commander.invalidArgument',
    });
    expect(await refuses('keys', 'create', '--expires', '0')).toMatchObject({
      code: 'commander.invalidArgument',
    });
    expect((await tells('keys', 'create', '--role', 'admin')).role).toBe('admin');
  });

  it('notes a training as a run, and registers what it made', async () => {
    const train = ['train', file, '--target', 'left', '--folds', '2', '--test-size', '0', '--seed', '3'];
    const out = ['--out', join(folder.path, 'output3')];
    const text = await says(...train, ...out, '--register', 'left', '--by', 'eve');
    expect(text).toMatch(
      /Registered as version 3 of left\.\nLet it serve with: verdict models promote left:3/,
    );
    const { runs } = (await tells('runs', 'list', '--model', 'left')) as { runs: { id: string }[] };
    expect(runs[0]).toMatchObject({
      kind: 'train',
      by: 'eve',
      state: 'finished',
      seed: 3,
      parameters: { target: 'left', folds: 2, testSize: 0 },
      dataFingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      lockHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await says('runs', 'list', '--kind', 'train', '--state', 'finished')).toContain(runs[0].id);
    const shown = await says('runs', 'show', runs[0].id);
    expect(shown).toMatch(/\ntook {14}\d+\.\d s, \d+\.\d s of processors\n/);
    expect(shown).toMatch(/\n {2}rocAuc/);
    expect((await tells('runs', 'show', runs[0].id)).run).toMatchObject({ id: runs[0].id });
    expect(await says('models', 'show', 'left:3')).toContain(
      `run               ${runs[0].id} (train by eve)`,
    );
    const { registered } = await tells(...train, ...out, '--register', 'left');
    expect(registered).toMatchObject({ name: 'left', version: 3, created: false, champion: false });
    expect(await says('runs', 'list', '--limit', '1')).toMatch(/There are more: --cursor /);
    const { next } = (await tells('runs', 'list', '--limit', '1')) as { next: string };
    expect(await says('runs', 'list', '--limit', '1', '--cursor', next)).toContain(runs[0].id);
  }, 120_000);

  it('notes a run that failed, and refuses a name before the work', async () => {
    const wrong = await runHere(['train', file, '--target', 'lefft', '--register', 'left', ...place]);
    expect(wrong.error).toMatchObject({ code: 'COLUMN_MISSING' });
    const { runs } = await tells('runs', 'list', '--state', 'failed');
    expect(runs).toMatchObject([{ state: 'failed', error: expect.stringContaining('lefft') }]);
    expect(await says('runs', 'show', (runs as { id: string }[])[0].id)).toMatch(
      /\nstate {13}failed: .*lefft/,
    );
    const named = await runHere(['train', file, '--target', 'left', '--register', 'a/b', ...place]);
    expect(named.error).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await refuses('runs', 'show', 'none')).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('fits a narrow terminal', async () => {
    const { columns } = process.stdout;
    process.stdout.columns = 80;
    try {
      for (const args of [
        ['models', 'list', 'left'],
        ['models', 'history', 'left'],
        ['models', 'requests'],
        ['runs', 'list'],
        ['keys', 'list'],
      ]) {
        const widest = Math.max(...(await says(...args)).split('\n').map(displayWidth));
        expect({ args, fits: widest <= 80 }).toEqual({ args, fits: true });
      }
    } finally {
      process.stdout.columns = columns;
    }
  });
});

describe('references', () => {
  it('are names, versions and aliases', () => {
    expect(parseReference('churn')).toEqual({ name: 'churn' });
    expect(parseReference('churn:12')).toEqual({ name: 'churn', version: 12 });
    expect(parseReference('churn@champion')).toEqual({ name: 'churn', alias: 'champion' });
    for (const wrong of ['', ':1', 'churn:', 'churn:0', 'churn:x', 'churn@', 'a@b:1', 'a:1@b'])
      expect(() => parseReference(wrong)).toThrow(/churn@champion/);
  });
});

describe('a move', () => {
  it('ends with status 1 where a server does not answer by it', async () => {
    const store = await openStore({ dataDir });
    await store.servers.beat({
      id: 'x',
      at: Date.now() + 60_000,
      sequence: 1_000_000,
      workers: 1,
      address: 'http://b:1',
      failures: [{ name: 'left', alias: 'champion', version: 2, problem: 'It is broken.' }],
    });
    const { stdout, exitCode } = await runHere(['models', 'promote', 'left:2', '--reason', 'x', ...place]);
    await store.servers.leave('x');
    await store.close();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('http://b:1 does not: It is broken.');
  });
});

describe('where and who', () => {
  it('are said by flags, then by the environment', () => {
    expect(registryPlace({}, 'verdict-data', {})).toEqual({
      dataDir: 'verdict-data',
      location: join('verdict-data', 'artifacts'),
    });
    const env = { VERDICT_DATABASE_URL: 'postgres://h/d', VERDICT_ARTIFACTS: 's3://b/p' };
    expect(registryPlace({ dataDir: 'x' }, 'verdict-data', env)).toEqual({
      dataDir: 'x',
      databaseUrl: 'postgres://h/d',
      location: 's3://b/p',
    });
    expect(actorOf({ by: 'ann' })).toBe('ann');
    expect(actorOf({})).not.toBe('');
  });

  it('every command of the registry explains itself, with examples', () => {
    const program = createProgram(new AbortController().signal);
    const groups = program.commands.filter((command) => ['models', 'runs', 'keys'].includes(command.name()));
    expect(groups).toHaveLength(3);
    for (const command of groups.flatMap((group) => [group, ...group.commands])) {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
      expect(`${command.name()}: ${text}`).toContain('Examples:\n  ');
    }
  });
});
