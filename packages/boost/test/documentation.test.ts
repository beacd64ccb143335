import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Booster, defaultParams } from '../src/index.ts';

const room = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(room, path), 'utf8');
const page = read('docs/api.md');

/** Everything between backticks, and code blocks. */
const code = [...page.matchAll(/```[^`]+```|`[^`]+`/g)].map(([text]) => text).join('\n');
const names = (text: string): Set<string> => new Set(text.match(/[A-Za-z_]\w*/g));

/** What index.ts exports, types included. */
function exported(): string[] {
  const lists = [...read('src/index.ts').matchAll(/export (?:type )?\{([^}]+)\}/g)];
  return lists.flatMap(([, list]) => list.split(',').map((name) => name.trim())).filter(Boolean);
}

describe('the page of functions', () => {
  it('names every export', () => {
    expect(exported()).toContain('binMatrix');
    expect(exported()).toContain('TrainingOptions');
    expect(exported().filter((name) => !names(code).has(name))).toEqual([]);
  });

  it('names every member of a booster', () => {
    const ordinary = new Set(['length', 'name', 'prototype', 'constructor']);
    const booster = Booster.fromTrees([], { featureNames: [], featureTypes: [], baseOutput: 0.5 });
    const members = [Booster, Booster.prototype, booster].flatMap((owner) =>
      Object.getOwnPropertyNames(owner),
    );
    expect(members).toContain('predictMargin');
    expect(members.filter((name) => !ordinary.has(name) && !names(code).has(name))).toEqual([]);
  });

  it('names every option of training', () => {
    const { 0: options } = /export interface TrainingOptions \{[^]*?\n\}/.exec(
      read('src/training-data.ts'),
    ) ?? [''];
    const fields = [...options.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name);
    expect(fields).toContain('rounds');
    expect(fields.filter((name) => !names(code).has(name))).toEqual([]);
  });
});

describe('the parameters', () => {
  it('are all in the table', () => {
    // Those of one family are written as `colsample_bytree`, `_bylevel`, `_bynode`.
    const missing = Object.keys(defaultParams).filter(
      (name) => !page.includes(`\`${name}`) && !page.includes(`\`${name.slice(name.lastIndexOf('_'))}`),
    );
    expect(missing).toEqual([]);
  });
});

/** What a page's headings are called in links. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase());
  return new Set(headings.map((heading) => heading.replaceAll(/[^\w\s-]/g, '').replaceAll(/\s/g, '-')));
}

describe('links', () => {
  it.each(['README.md', 'docs/api.md', 'docs/guide.md', 'docs/comparison.md'])(
    'of %s lead somewhere',
    (path) => {
      const targets = [...read(path).matchAll(/\]\(([^)]+)\)/g)]
        .map(([, target]) => target.replaceAll(/\s+/g, ''))
        .filter((target) => !target.startsWith('http'));
      const lost = targets.filter((target) => {
        const [file, anchor] = target.split('#');
        const found = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(room, found))) return true;
        return anchor !== undefined && !anchorsOf(read(found)).has(anchor);
      });
      expect(lost).toEqual([]);
    },
  );
});
