import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { verdict } from './support/command.ts';
import type { Run } from './support/command.ts';
import { scratchFolder } from './support/folder.ts';
import { succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const table = folder.file('customers.csv', csv(customers(400)));
// Far more than a pipe holds: the command is still writing when its reader has gone.
const text = csv(customers(60_000));
const long = folder.file('long.csv', text);
const temporary = join(folder.path, 'tmp');
mkdirSync(temporary);
const out = join(folder.path, 'output');
const model = join(out, 'model');

beforeAll(async () => {
  await succeeds(['train', table, '--target', 'left', '--folds', '2', '--out', out]);
});

/** Runs the command, reads the first piece of its output and closes the pipe, as `head` does. */
function readBeginning(args: readonly string[], input?: string): Promise<Run> {
  return verdict(args, {
    env: { TMPDIR: temporary },
    ...(input === undefined ? {} : { input }),
    onStart: ({ stdout }) => stdout?.once('data', () => stdout.destroy()),
  });
}

describe('a reader that has read enough', () => {
  it.each([
    ['a file', long, undefined],
    ['what is piped in', '-', text],
  ])('ends the command quietly while it scores %s', async (_, file, input) => {
    const run = await readBeginning(['predict', file, '--model', model], input);
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    expect(run.stdout.startsWith('probability,prediction\n')).toBe(true);
    expect(run.stdout.split('\n').length).toBeLessThan(60_000);
    expect(readdirSync(temporary).filter((name) => name.startsWith('verdict'))).toEqual([]);
  });
});
