import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Interrupted } from '@verdict/core';
import { writePlots } from '../src/render/index.ts';
import { writePlotsAside } from '../src/render/plots-thread.ts';
import { plotInput } from '../src/report/index.ts';
import { sampleReport } from './sample-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'verdict-plots-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('writePlotsAside', () => {
  it('writes what writePlots writes, byte for byte', async () => {
    const input = plotInput(sampleReport());
    const [here, aside] = [join(folder, 'here'), join(folder, 'aside')];
    const paths = await writePlotsAside(aside, input);
    await writePlots(here, input);
    expect(paths).toEqual(readdirSync(here).map((name) => join(aside, name)));
    for (const name of readdirSync(here)) {
      expect(readFileSync(join(aside, name)).equals(readFileSync(join(here, name)))).toBe(true);
    }
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const drawing = writePlotsAside(join(folder, 'stopped'), plotInput(sampleReport()), stop.signal);
    stop.abort();
    await expect(drawing).rejects.toBeInstanceOf(Interrupted);
    await expect(
      writePlotsAside(join(folder, 'never'), plotInput(sampleReport()), AbortSignal.abort()),
    ).rejects.toBeInstanceOf(Interrupted);
  });

  it('passes on why the folder cannot be written', async () => {
    await expect(writePlotsAside('/dev/null/plots', {})).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
