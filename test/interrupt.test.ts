import { execFileSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import type { Run } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { filesBelow, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const table = folder.file('customers.csv', csv(customers(400)));
// Long enough that scoring it is still under way when a signal comes.
const long = folder.file('long.csv', csv(customers(60_000)));
const temporary = join(folder.path, 'tmp');
mkdirSync(temporary);
const out = join(folder.path, 'kept');
const model = join(out, 'model');
let before: Map<string, Buffer>;

beforeAll(async () => {
  await succeeds(['train', table, '--target', 'left', '--folds', '2', '--out', out]);
  before = filesBelow(out);
});

/** Runs the command and sends it a signal as soon as `ready` holds, or after so many milliseconds. */
function interrupted(
  args: readonly string[],
  signal: NodeJS.Signals,
  when: number | (() => boolean),
  node?: string,
): Promise<Run> {
  return verdict(args, {
    env: { TMPDIR: temporary },
    ...(node === undefined ? {} : { node }),
    onStart(child) {
      if (typeof when === 'number') setTimeout(() => child.kill(signal), when);
      else sendWhen(child, signal, when);
    },
  });
}

function sendWhen(child: ChildProcess, signal: NodeJS.Signals, ready: () => boolean): void {
  const timer = setInterval(() => {
    if (!ready()) return;
    clearInterval(timer);
    child.kill(signal);
  }, 5);
  child.on('exit', () => clearInterval(timer));
}

/** A hidden file or folder beside the results: the work is under way. */
const staged = (path: string) => (): boolean => readdirSync(path).some((name) => name.startsWith('.'));
/** The reader has its folder for temporary files: the table is being read. */
const reading = (): boolean => readdirSync(temporary).length > 0;

function expectNothingLeft(run: Run): void {
  expect(run.status).toBe(130);
  expect(run.stdout).toBe('');
  expect(run.stderr).not.toMatch(/\n\s+at |fault in Verdict/);
  expect(readdirSync(temporary)).toEqual([]);
  expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(filesBelow(out)).toEqual(before);
}

describe('train', () => {
  const train = (to: string): string[] => [
    'train',
    table,
    '--target',
    'left',
    '--folds',
    '4',
    '--seed',
    '7',
    '--out',
    to,
  ];

  it.each([
    ['SIGINT', 'while it starts', staged(out)],
    ['SIGTERM', 'while it reads', reading],
  ] as const)('ends with 130 after %s %s, and keeps former results', async (signal, _, when) => {
    const run = await interrupted(train(out), signal, when);
    expect(run.stderr).toMatch(/nothing was written/i);
    expectNothingLeft(run);
  });

  it.each([300, 900, 1400])('ends with 130 or is done, %i ms after it has begun to read', async (delay) => {
    const to = join(folder.path, `new-${delay}`);
    let seen = 0;
    const run = await interrupted(train(to), 'SIGINT', () => {
      if (seen === 0 && reading()) seen = Date.now();
      return seen > 0 && Date.now() - seen > delay;
    });
    expect([0, 130]).toContain(run.status);
    // All or nothing, whichever came first.
    const expected = run.status === 0 ? [...before.keys()] : [];
    expect(existsSync(to) ? [...filesBelow(to).keys()] : []).toEqual(expected);
    expect(existsSync(to)).toBe(run.status === 0);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('may be interrupted twice', async () => {
    const run = await verdict(train(out), {
      env: { TMPDIR: temporary },
      onStart(child) {
        sendWhen(child, 'SIGINT', reading);
        child.on('spawn', () => sendWhen(child, 'SIGTERM', reading));
      },
    });
    expectNothingLeft(run);
  });
});

describe('predict', () => {
  const to = join(out, 'predictions.csv');
  const predict = (...args: string[]): string[] => ['predict', long, '--model', model, '--explain', ...args];

  it.each(['predictions.csv', 'predictions.csv.gz', 'predictions.parquet'])(
    'leaves no half of %s',
    async (name) => {
      const path = join(out, name);
      const run = await interrupted(predict('--out', path), 'SIGINT', reading);
      expect(existsSync(path)).toBe(false);
      expectNothingLeft(run);
    },
  );

  it('leaves no half after rows have been written, and keeps a former file', async () => {
    await verdict(['predict', table, '--model', model, '--out', to]);
    const kept = readFileSync(to);
    before = filesBelow(out);
    const half = (): boolean =>
      readdirSync(out).some((name) => name.startsWith('.') && readFileSync(join(out, name)).length > 0);
    const run = await interrupted(predict('--out', to), 'SIGTERM', half);
    expect(readFileSync(to)).toEqual(kept);
    expectNothingLeft(run);
  });
});

describe('evaluate and explain', () => {
  it.each([
    ['evaluate', []],
    ['explain', []],
  ])('%s ends with 130', async (command, args) => {
    expectNothingLeft(await interrupted([command, long, '--model', model, ...args], 'SIGINT', reading));
  });
});

describe('the launcher under another Node.js', () => {
  /** A Node.js that the host has besides the pinned one; without one, the pinned one stands in for it. */
  function hostNode(): string {
    const own = dirname(process.execPath);
    const path = (process.env.PATH ?? '')
      .split(delimiter)
      .filter((part) => !part.includes('node_modules') && part !== own);
    const found = path.map((part) => join(part, 'node')).find((node) => existsSync(node));
    return found ?? process.execPath;
  }

  it('starts the pinned one and passes signals and status on', async () => {
    const node = hostNode();
    const major = Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]);
    expect(major).toBeGreaterThanOrEqual(20);
    const path = join(out, 'never.csv');
    expectNothingLeft(
      await interrupted(
        ['predict', long, '--model', model, '--explain', '--out', path],
        'SIGTERM',
        reading,
        node,
      ),
    );
    expect(await verdict(['predict', table], { node })).toMatchObject({ status: 2 });
    expect(await verdict(['--version'], { node })).toMatchObject({ status: 0 });
  });
});
