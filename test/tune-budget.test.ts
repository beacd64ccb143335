import { join } from 'node:path';
import type { PerformanceMetrics } from 'verdict';
import { expect, it } from 'vitest';
import { scratchFolder } from './support/folder.ts';
import { succeeds } from './support/output.ts';
import { csv, customers } from './support/table.ts';

const folder = scratchFolder();
const BUDGET = 40;

// How well it is kept on a quiet machine, the benchmark says. Here other tests run beside it, and what is looked for is
// a step that nobody has set time aside for, or time that nobody uses.
it('spends its budget on all of the work, from its start to the last file', async () => {
  const file = folder.file('customers.csv', csv(customers(1000)));
  const out = join(folder.path, 'output');
  const args = ['--target', 'left', '--budget', String(BUDGET), '--threads', '1', '--seed', '5'];
  const started = performance.now();
  const { stdout } = await succeeds(['tune', file, ...args, '--out', out, '--json']);
  const seconds = (performance.now() - started) / 1000;
  const { run, search } = JSON.parse(stdout) as PerformanceMetrics;
  expect(search?.ended).toBe('budget');
  expect(search?.trials.length).toBeGreaterThan(0);
  expect(run.seconds).toBeLessThanOrEqual(seconds);
  // Starting Node and leaving it.
  expect(run.seconds).toBeGreaterThan(seconds - 5);
  expect(seconds).toBeGreaterThan(0.6 * BUDGET);
  expect(seconds).toBeLessThan(1.25 * BUDGET);
});
