import { join } from 'node:path';
import type { PerformanceMetrics } from 'verdict';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from './support/folder.ts';
import { refuses, succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const out = join(folder.path, 'out');
const args = ['--target', 'left', '--time', 'day', '--folds', '3', '--out', out];

/** Customers in order of time, one a day, each with a household. */
function households(of: (row: number) => number): string {
  return csv(
    customers(240).map(([age, plan, calls, , paper, left], row) => [
      ...(row === 0
        ? ['day', 'house']
        : [new Date(Date.UTC(2024, 0, row)).toISOString().slice(0, 10), `h${of(row)}`]),
      age,
      plan,
      calls,
      paper,
      left,
    ]),
  );
}

describe('train --time --group', () => {
  it('judges on the latest rows, and trains on no earlier one of their groups', async () => {
    // One row in eight of the first 192 is of a household that has a later row.
    const file = folder.file(
      'houses.csv',
      households((row) => (row <= 192 && row % 8 === 0 ? 192 + row / 8 : row)),
    );
    const { stdout } = await succeeds(['train', file, ...args, '--group', 'house', '--json']);
    const { headline, validation } = JSON.parse(stdout) as PerformanceMetrics;
    expect(headline.rows).toBe(48);
    expect(validation).toEqual({
      time: 'day',
      group: 'house',
      judging: 'latest',
      leftOut: 24,
      folds: { kind: 'time blocks', count: 3 },
    });
    const alone = JSON.parse(
      (await succeeds(['train', file, ...args, '--json'])).stdout,
    ) as PerformanceMetrics;
    expect(alone.validation.leftOut).toBeUndefined();
    expect(alone.headline.rowsFingerprint).toBe(headline.rowsFingerprint);
  });

  it('says so where every earlier row is of a group that judges', async () => {
    const file = folder.file(
      'few.csv',
      households((row) => row % 20),
    );
    const said = await refuses(['train', file, ...args, '--group', 'house']);
    expect(said).toContain('no earlier row is left to train on without the 192 of groups that judge');
    expect(said).toContain('leave --group or --time out');
  });
});
