import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderFigures, renderHighlights, renderRecord } from '../../../bench/boost/report.ts';
import { defaultParams } from '../src/index.ts';

const read = (page: string): string => readFileSync(new URL(page, import.meta.url), 'utf8');
/** The start, and the guide, whose code goes on from it. */
const readme = `${read('../README.md')}\n${read('../docs/guide.md')}`;
const parameters = read('../docs/api.md');

describe('the pages about the package', () => {
  it('has code that runs as it stands', async () => {
    const blocks = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
    expect(blocks.length).toBeGreaterThan(1);
    const source = new URL('../src/index.ts', import.meta.url).href;
    const names = ['booster', 'own', 'bytes'];
    const code = `${blocks.join('\n').replaceAll("'@verdict/boost'", `'${source}'`)}\nexport { ${names.join(', ')} };\n`;
    const folder = mkdtempSync(join(tmpdir(), 'boost-readme-'));
    try {
      const file = join(folder, 'readme.mjs');
      writeFileSync(file, code);
      const found = await import(pathToFileURL(file).href);
      expect(found.booster.roundCount).toBe(50);
      const { rmse, bias } = found.own.history.metrics;
      expect(rmse.training.length).toBe(bias.training.length);
      expect(rmse.training.at(-1)).toBeLessThan(rmse.training[0]);
      expect(found.bytes.length).toBeGreaterThan(100);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('lists every parameter with its default', () => {
    const rows = parameters.split('\n').filter((line) => line.startsWith('| `'));
    const written = Object.entries(defaultParams).map(([name, value]) => {
      const [, names, standard] =
        rows.find((line) => line.split('|')[1].includes(`\`${name}\``))?.split('|') ?? [];
      // Defaults that are not numbers are said in words.
      return [
        names === undefined ? `${name} is missing` : name,
        typeof value === 'number' ? standard?.trim() : '',
      ];
    });
    const expected = Object.entries(defaultParams).map(([name, value]) => [
      name,
      typeof value === 'number' ? String(value) : '',
    ]);
    expect(written).toEqual(expected);
  });
});

describe('the figures of the benchmark', () => {
  const results = JSON.parse(read('../../../bench/results/boost.json'));

  it.each([
    ['README.md', renderHighlights],
    ['docs/comparison.md', renderFigures],
  ])('are on the page as they are in the record: %s', (page, render) => {
    const [, figures] = /<!-- figures[^>]*-->\n([^]*)<!-- end of figures -->/.exec(read(`../${page}`)) ?? [];
    expect(figures).toBe(`\n${render(results)}\n\n`);
    expect(figures).toContain(' s |');
  });

  it('are in the record for people as in that for programs', () => {
    expect(read('../../../bench/results/boost.md')).toBe(renderRecord(results));
  });
});
