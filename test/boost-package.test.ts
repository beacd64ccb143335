import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './support/folder.ts';
import { nodeOfMajor } from './support/node-versions.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = scratchFolder();
const project = join(folder.path, 'project');
const installed = join(project, 'node_modules', '@verdict', 'boost');

/** What a user would write: trains on two threads, saves, loads and explains. */
const job = `
const rows = 60_000;
const columns = [0, 1].map((c) => Float32Array.from({ length: rows }, (_, i) => (i * (7919 + 4 * c)) % 10_007));
const labels = Uint8Array.from(columns[0], (x, i) => (x + columns[1][i] > 10_007 ? 1 : 0));
const matrix = { rowCount: rows, columns, featureNames: ['a', 'b'], featureTypes: ['q', 'q'] };
async function work({ binMatrix, Booster, InvalidOption, train, trainSync }) {
  const data = { binned: binMatrix(matrix), labels };
  const { booster } = await train(data, { max_depth: 4 }, { rounds: 20, threads: 2 });
  const alone = trainSync(data, { max_depth: 4 }, { rounds: 20 }).booster;
  const margins = Booster.fromUbj(booster.toUbj()).predictMargin(matrix);
  let refused = '';
  try {
    trainSync(data, { max_depth: -1 }, { rounds: 1 });
  } catch (error) {
    if (error instanceof InvalidOption) refused = error.name;
  }
  const right = labels.filter((label, i) => label === (margins[i] > 0 ? 1 : 0)).length / rows;
  const same = alone.toJson() === booster.toJson();
  const contributions = booster.contributionsRow(Float32Array.of(9000, 9000)).length;
  console.log(JSON.stringify({ right: right > 0.97, same, refused, contributions, model: booster.toJson() }));
}
`;

/** The same model everywhere. */
const models = new Set<string>();

async function runJob(node: string, file: string): Promise<unknown> {
  const { stdout, stderr } = await run(node, [file], { cwd: project });
  expect(stderr).toBe('');
  const { model, ...rest } = JSON.parse(stdout);
  models.add(model);
  return rest;
}

/** Compiles a strict program of the project. */
async function compile(name: string): Promise<unknown> {
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', ''];
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return run(process.execPath, [tsc, ...options, '--lib', 'es2024,dom', name], { cwd: project });
}

beforeAll(async () => {
  await run(process.execPath, [join(root, 'tools', 'pack.mjs'), 'alone', folder.path, 'packages/boost']);
  mkdirSync(project);
  const manifest = { name: 'app', private: true };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(project, 'job.mjs'),
    `${job}\nimport * as boost from '@verdict/boost';\nawait work(boost);\n`,
  );
  writeFileSync(join(project, 'job.cjs'), `${job}\nvoid work(require('@verdict/boost'));\n`);
  const tarball = readdirSync(folder.path).find((name) => name.endsWith('.tgz')) ?? 'none was packed';
  // Nothing may be asked of a registry: the tarball holds all there is.
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `../${tarball}`], { cwd: project });
}, 120_000);

describe('the package of boosted trees, installed alone', () => {
  it.each([22, 24, 26])(
    'trains, saves and explains on Node.js %i, imported and required',
    async (major) => {
      const node = await nodeOfMajor(major);
      const expected = { right: true, same: true, refused: 'InvalidOption', contributions: 3 };
      expect(await runJob(node, 'job.mjs')).toEqual(expected);
      expect(await runJob(node, 'job.cjs')).toEqual(expected);
      expect(models.size).toBe(1);
    },
    600_000,
  );

  it.each([[[]], [['weights', 'scale']], [['weights', 'scale', 'rows', 'margins']]])(
    'trains in the memory that it promises beyond what the caller gives: %j',
    async (extras) => {
      const bench = join(project, 'memory.mts');
      copyFileSync(join(root, 'bench', 'boost', 'memory.ts'), bench);
      const words = [bench, '4000000', '6', '3', '2', ...extras];
      // What V8 takes for itself meanwhile is now and then tens of megabytes more: the least of three counts.
      const printed: string[] = [];
      for (let attempt = 0; attempt < 3 && !printed.includes('kept'); attempt++) {
        await run(process.execPath, words, { cwd: project }).then(
          ({ stdout }) => printed.push(stdout.startsWith('4000000 x 6, 3 rounds') ? 'kept' : stdout),
          (error: Error) => printed.push(error.message),
        );
      }
      expect(printed).toContain('kept');
    },
    240_000,
  );

  it('takes at most 300 kB, with all that it needs inside', () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(300_000);
  });

  it('has no dependency and no install script', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('dependencies');
    const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
    expect(Object.keys(packages)).toEqual(['', 'node_modules/@verdict/boost']);
    expect(packages['node_modules/@verdict/boost']).not.toHaveProperty('hasInstallScript');
  });

  it('runs in a page as it is, without a bundler, on several threads', async () => {
    const server = createServer(async ({ url }, response) => {
      const script = url?.endsWith('.js') === true;
      response.writeHead(200, {
        'Content-Type': script ? 'text/javascript' : 'text/html',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      });
      response.end(
        script ? await readFile(join(installed, 'dist', basename(url ?? ''))) : '<title>page</title>',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu'],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      const printed = await page.evaluate(
        `(async () => { const console = { log: (text) => (console.text = text) }; ${job}
           await work(await import('/index.js'));
           return console.text; })()`,
      );
      const { model, ...rest } = JSON.parse(String(printed));
      expect(rest).toEqual({ right: true, same: true, refused: 'InvalidOption', contributions: 3 });
      models.add(model);
      expect(models.size).toBe(1);
    } finally {
      await browser.close();
      server.close();
    }
  });

  it.each(['typed.mts', 'typed.cts'])(
    'has types that a strict program compiles against: %s',
    async (name) => {
      writeFileSync(
        join(project, name),
        `import { binMatrix, Booster, InvalidOption, train, trainSync } from '@verdict/boost';
import type { Matrix, ParamsInput, TrainingResult } from '@verdict/boost';

const matrix: Matrix = { rowCount: 1, columns: [Float32Array.of(1)], featureNames: ['x'], featureTypes: ['q'] };
const params: ParamsInput = { max_depth: 3, learning_rate: 0.1 };
const data = { binned: binMatrix(matrix), labels: Uint8Array.of(1) };
const later: Promise<TrainingResult> = train(data, params, { rounds: 1 });
export const margins: Float32Array = trainSync(data, params, { rounds: 1 }).booster.predictMargin(matrix);
// @ts-expect-error there is no such parameter
export const wrong: ParamsInput = { depth: 3 };
export { Booster, InvalidOption, later };
`,
      );
      await expect(compile(name)).resolves.toMatchObject({ stdout: '' });
    },
  );

  it('has a README whose start a strict program may copy', async () => {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    const [, start] = /^```js\n(.*?)^```$/ms.exec(readme) ?? ['', ''];
    expect(start).toContain('// In TypeScript: ');
    const typed = start.replace(/^const matrix = /m, 'const matrix: Matrix = ');
    writeFileSync(join(project, 'start.mts'), `import type { Matrix } from '@verdict/boost';\n${typed}`);
    await expect(compile('start.mts')).resolves.toMatchObject({ stdout: '' });
  });

  it('left the clone as it was', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'packages', 'boost', 'package.json'), 'utf8'));
    expect(scripts.prepack).toContain('pack.mjs');
    expect(readdirSync(dirname(join(root, 'packages', 'boost', 'package.json')))).not.toContain('LICENSE');
  });
});
