import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import type { Run } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const rows = csv(customers(300));
const table = folder.file('customers.csv', rows);
const out = join(folder.path, 'out');
const pipe = join(folder.path, 'pipe');
const temporary = join(folder.path, 'tmp');

beforeAll(async () => {
  execFileSync('mkfifo', [pipe]);
  mkdirSync(temporary);
  await succeeds(['train', table, '--target', 'left', '--folds', '2', '--out', out]);
});

describe('what is no table', () => {
  const train = ['train', table, '--target', 'left'];
  const imported = ['--sample', table, '--target', 'left'];

  it.each([
    ['a configuration', [...train, '--config']],
    ['a grid', ['tune', table, '--target', 'left', '--search', 'grid', '--grid']],
    ['a model', ['import', ...imported]],
    ['orders of categories', ['import', table, ...imported, '--categories']],
    ['an export', ['models', 'import']],
    ['keys', ['serve', '--model', join(out, 'model'), '--key-file']],
  ])('is refused as %s, if it is a pipe that nobody writes to', async (_, args) => {
    const to = args[0] === 'serve' || args[0] === 'models' ? [] : ['--out', join(folder.path, 'none')];
    expect(await refuses([...args, pipe, ...to])).toContain(
      `${pipe}: this is a pipe or a device, not a regular file.`,
    );
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('and no table either, if it is a device', async () => {
    expect(await refuses(['inspect', '/dev/zero'])).toMatch(/\/dev\/zero: this is a device, not a file/);
    const run = await verdict(['inspect', '-'], { input: Buffer.alloc(1 << 20) });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toContain('standard input: this is not a text table');
  });
});

describe('a table from a pipe', () => {
  it('is read as it comes, also by the path of standard input', async () => {
    const half = rows.length >> 1;
    const running = succeeds(['inspect', pipe, '--json']);
    const writer = await open(pipe, 'w');
    await writer.write(rows.slice(0, half));
    await sleep(300);
    await writer.write(rows.slice(half));
    await writer.close();
    const { stdout } = await running;
    expect(JSON.parse(stdout)).toMatchObject({ source: { rows: 300 } });
    expect((await succeeds(['inspect', '/dev/stdin', '--json'], rows)).stdout).toBe(
      (await succeeds(['inspect', '-', '--json'], rows)).stdout,
    );
  });

  it.each([
    ['train', ['train', pipe, '--target', 'left', '--out', join(folder.path, 'none')], 'SIGTERM'],
    [
      'train --test',
      ['train', table, '--test', pipe, '--target', 'left', '--out', join(folder.path, 'none')],
      'SIGINT',
    ],
    ['predict', ['predict', pipe, '--model', out], 'SIGINT'],
    ['evaluate', ['evaluate', pipe, '--model', out], 'SIGTERM'],
  ] as const)('%s can be interrupted while nobody writes, and leaves nothing', async (_, args, signal) => {
    const run = await interrupted(args, signal);
    expect(run).toMatchObject({ status: 130, stdout: '' });
    expect(run.stderr).toContain('Interrupted: nothing was written.');
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.') || name === 'none')).toEqual([]);
  });
});

/** Sends the signal a while after the reader has made its folder for temporary files. */
function interrupted(args: readonly string[], signal: NodeJS.Signals): Promise<Run> {
  return verdict(args, {
    env: { TMPDIR: temporary },
    onStart(child) {
      const timer = setInterval(() => {
        if (readdirSync(temporary).length === 0) return;
        clearInterval(timer);
        setTimeout(() => child.kill(signal), 500);
      }, 20);
      child.on('exit', () => clearInterval(timer));
    },
  });
}
