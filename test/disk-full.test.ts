import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { filesBelow, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const table = folder.file('customers.csv', csv(customers(300)));
const long = folder.file('long.csv', csv(customers(20_000)));
const disk = join(folder.path, 'disk');
const model = join(folder.path, 'roomy', 'model');

beforeAll(async () => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error(
      'A full disk is tested on a small tmpfs, which only root may mount, on Linux. Run the tests as root ' +
        '(in a container, with --cap-add SYS_ADMIN), or leave this file out: npm test -- --exclude test/disk-full.test.ts',
    );
  }
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(200 << 10));
  await succeeds(['train', table, '--target', 'left', '--folds', '2', '--out', join(folder.path, 'roomy')]);
});

afterAll(() => {
  execFileSync('umount', [disk]);
});

/** Runs a command that must say that the disk is full. */
async function runsOutOfDisk(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const run = await verdict(args, { env });
  expect(run.stdout).toBe('');
  expect(run.stderr).toMatch(/^error .*(disk is full|no space left)/i);
  expect(run.stderr).not.toMatch(/\n\s+at |fault in Verdict/);
  expect(run.status).toBe(1);
  return run.stderr;
}

describe('on a full disk', () => {
  it('train says so and leaves nothing, neither in a new folder nor in one with results', async () => {
    const args = ['train', table, '--target', 'left', '--folds', '2', '--out'];
    expect(await runsOutOfDisk([...args, join(disk, 'new')])).toContain(join(disk, 'new'));
    expect(readdirSync(disk)).toEqual(['filler']);

    const old = join(disk, 'old');
    mkdirSync(old);
    writeFileSync(join(old, 'report.html'), 'a former report');
    writeFileSync(join(old, 'notes.txt'), 'mine');
    await runsOutOfDisk([...args, old]);
    expect([...filesBelow(old).keys()]).toEqual(['notes.txt', 'report.html']);
    expect(readFileSync(join(old, 'report.html'), 'utf8')).toBe('a former report');
    expect(readdirSync(disk)).toEqual(['filler', 'old']);
  });

  it.each(['p.csv', 'p.jsonl', 'p.csv.gz', 'p.parquet'])(
    'predict says so and leaves no half of %s',
    async (name) => {
      const path = join(disk, name);
      const before = readdirSync(disk);
      expect(await runsOutOfDisk(['predict', long, '--model', model, '--out', path])).toContain(path);
      expect(readdirSync(disk)).toEqual(before);
    },
  );

  it.each([
    ['predict', [long, '--model', model]],
    ['evaluate', [table, '--model', model]],
    ['explain', [table, '--model', model]],
    ['inspect', [table]],
  ])('%s says so when that is where standard output goes', async (command, args) => {
    const full = openSync('/dev/full', 'w');
    try {
      const run = await verdict([command, ...args], { stdout: full });
      expect(run.stderr).toMatch(/^error There is no space left .*standard output/);
      expect(run.stderr).not.toMatch(/\n\s+at |fault in Verdict/);
      expect(run.status).toBe(1);
    } finally {
      closeSync(full);
    }
  });

  it('reading says so when the place for temporary files is full', async () => {
    const run = await verdict(['predict', '-', '--model', model], {
      input: readFileSync(long),
      env: { TMPDIR: disk },
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/no space left/i);
    expect(run.stderr).toContain('TMPDIR');
    expect(readdirSync(disk).filter((name) => name.startsWith('verdict-'))).toEqual([]);
  });
});
