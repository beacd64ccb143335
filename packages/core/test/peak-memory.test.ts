import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { peakMemory } from '../src/peak-memory.ts';

const folder = mkdtempSync(join(tmpdir(), 'verdict-peak-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the peak of memory', () => {
  it('is at least what the process has now, and what Linux says it is', () => {
    expect(peakMemory()).toBeGreaterThanOrEqual(process.memoryUsage.rss() * 0.9);
    const file = join(folder, 'status');
    writeFileSync(file, 'Name:\tnode\nVmPeak:\t  999999 kB\nVmHWM:\t  123456 kB\nVmRSS:\t  1000 kB\n');
    expect(peakMemory(file)).toBe(123_456 * 1024);
  });

  it('is what Node.js says where the system has no such count', () => {
    const file = join(folder, 'other');
    writeFileSync(file, 'Name:\tnode\n');
    for (const status of [file, join(folder, 'missing')]) {
      const peak = peakMemory(status);
      expect(peak).toBeGreaterThan(10e6);
      expect(peak).toBeLessThanOrEqual(process.resourceUsage().maxRSS * 1024);
    }
  });
});
