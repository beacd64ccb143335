import { execFile } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './support/folder.ts';
import { csv, customers } from './support/table.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = scratchFolder();
const tarballs = join(folder.path, 'tarballs');
const project = join(folder.path, 'project');
const { version, devDependencies, workspaces } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as { version: string; devDependencies: Record<string, string>; workspaces: string[] };

const types = `@types/node@${devDependencies['@types/node']}`;
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const strict =
  '--noEmit --strict --module nodenext --target es2024 --types node --skipLibCheck false --allowImportingTsExtensions'.split(
    ' ',
  );

async function install(folder: string, packages: readonly string[]): Promise<void> {
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], { cwd: folder });
}

/** The names of all packages that a project has installed. */
function packagesIn(folder: string): string[] {
  const home = join(folder, 'node_modules');
  return readdirSync(home)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(home, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .sort();
}

/** Runs a program in the project that has installed the packages; fails with what it says. */
async function inProject(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(file, args, {
    cwd: project,
    env: { ...process.env, NODE_PATH: '', PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
  });
  return stdout;
}

function inTree(...parts: string[]): string {
  return join(project, 'node_modules', ...parts);
}

beforeAll(async () => {
  await run(process.execPath, [join(root, 'tools', 'pack.mjs'), 'all', tarballs], { cwd: folder.path });
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  writeFileSync(join(project, 'customers.csv'), csv(customers(200)));
  await install(project, [...readdirSync(tarballs).map((name) => join(tarballs, name)), types]);
}, 300_000);

describe('the packages, packed and installed in an empty project', () => {
  it('are all there, without sources, tests or scripts', () => {
    expect(readdirSync(tarballs)).toHaveLength(workspaces.length);
    for (const name of ['@verdict/boost', '@verdict/cli', '@verdict/core', '@verdict/data', 'verdict']) {
      const manifest = JSON.parse(readFileSync(inTree(name, 'package.json'), 'utf8'));
      expect(manifest).toMatchObject({ name, version, license: 'Apache-2.0' });
      expect(manifest.scripts).toBeUndefined();
      const entries = readdirSync(inTree(name));
      expect(entries).toContain('LICENSE');
      expect(entries).toContain('dist');
      expect(entries).not.toContain('src');
      expect(entries).not.toContain('test');
      // Installed from a tarball, not linked to the clone.
      expect(lstatSync(inTree(name)).isSymbolicLink()).toBe(false);
    }
  });

  it('are small: boosted trees within 300 kB', () => {
    const sizes = workspaces.map((workspace) => {
      const { name } = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8')) as {
        name: string;
      };
      return [name, sizeOf(inTree(name))] as const;
    });
    expect(Object.fromEntries(sizes)['@verdict/boost']).toBeLessThanOrEqual(300_000);
    // A package that suddenly doubles has packed something by mistake.
    expect(sizes.filter(([, size]) => size > 1_000_000)).toEqual([]);
  });

  it('train, predict and draw from plain JavaScript', async () => {
    writeFileSync(
      join(project, 'main.js'),
      `import { loadScorer, predict, train } from 'verdict';
const { model, metrics } = await train({ file: 'customers.csv', target: 'left', folds: 2, out: 'results' });
await predict({ file: 'customers.csv', model, out: 'predictions.csv' });
const scorer = await loadScorer(model);
const row = { age: 30, plan: 'basic', calls: 9, since: '2018-03-01', paper: true };
console.log(JSON.stringify({ rocAuc: metrics.headline.metrics.rocAuc, ...scorer.scoreRow(row) }));
`,
    );
    const result = JSON.parse(await inProject(process.execPath, 'main.js'));
    expect(result.rocAuc).toBeGreaterThan(0.5);
    expect(result.probability).toBeGreaterThan(0);
    expect(result.probability).toBeLessThan(1);
    expect(readFileSync(join(project, 'predictions.csv'), 'utf8').split('\n')).toHaveLength(202);
    expect(statSync(join(project, 'results', 'plots', 'roc.png')).size).toBeGreaterThan(1000);
    expect(readFileSync(join(project, 'results', 'report.html'), 'utf8')).toContain('</html>');
  });

  it('give boosted trees alone', async () => {
    writeFileSync(
      join(project, 'boost.js'),
      `import { binMatrix, Booster, train } from '@verdict/boost';
const columns = [0, 1].map((c) => Float32Array.from({ length: 500 }, (_, i) => (i * (7 + 4 * c)) % 101));
const labels = Uint8Array.from(columns[0], (x, i) => (x + columns[1][i] > 100 ? 1 : 0));
const matrix = { rowCount: 500, columns, featureNames: ['a', 'b'], featureTypes: ['q', 'q'] };
const { booster } = await train({ binned: binMatrix(matrix), labels }, { max_depth: 3 }, { rounds: 20 });
const margins = booster.predictMargin(matrix);
const again = Booster.fromUbj(booster.toUbj()).predictMargin(matrix);
const right = labels.filter((label, i) => label === (margins[i] > 0 ? 1 : 0)).length;
console.log(JSON.stringify({ trees: booster.treeCount, same: again.join() === margins.join(), right }));
`,
    );
    const result = JSON.parse(await inProject(process.execPath, 'boost.js'));
    expect(result).toMatchObject({ trees: 20, same: true });
    expect(result.right).toBeGreaterThan(450);
  });

  it('bring the command', async () => {
    const command = inTree('.bin', 'verdict');
    expect(await inProject(command, '--version')).toBe(`${version}\n`);
    const args = ['train', 'customers.csv', '--target', 'left', '--folds', '2', '--out', 'by-command'];
    expect(await inProject(command, ...args)).toContain('by-command/report.html');
    const predicted = await inProject(command, 'predict', 'customers.csv', '--model', 'by-command/model');
    // The same bundle as the library's, so the same predictions.
    expect(predicted).toBe(readFileSync(join(project, 'predictions.csv'), 'utf8'));
  });

  it('give the scorer alone: no DuckDB, no charts, no server, and rows whose types are checked', async () => {
    const small = join(folder.path, 'small');
    mkdirSync(small);
    writeFileSync(join(small, 'package.json'), JSON.stringify({ type: 'module', private: true }));
    const wanted = readdirSync(tarballs).filter((name) => /^verdict-(?:core|boost|learn)-/.test(name));
    await install(small, [...wanted.map((name) => join(tarballs, name)), types]);
    expect(packagesIn(small)).toEqual([
      '@types/node',
      '@verdict/boost',
      '@verdict/core',
      '@verdict/learn',
      'tinypool',
      'undici-types',
    ]);
    await inProject(
      inTree('.bin', 'verdict'),
      'types',
      '--model',
      'results',
      '--out',
      join(small, 'left.ts'),
    );
    const program = (row: string): string => `import { loadScorer } from '@verdict/learn';
import type { LeftFeatures, LeftLabel } from './left.ts';
const scorer = await loadScorer<LeftFeatures>(process.argv[2]);
const score = scorer.scoreRow(${row});
const label = score.label as LeftLabel;
console.log(JSON.stringify({ ...score, label } satisfies typeof score));
`;
    const right = "{ age: 30, plan: 'basic', calls: 9, since: '2018-03-01', paper: true }";
    writeFileSync(join(small, 'right.ts'), program(right));
    writeFileSync(join(small, 'wrong.ts'), program(right.replace('calls', 'cals')));
    const compiled = (file: string): Promise<string> =>
      run(process.execPath, [tsc, ...strict, file], { cwd: small }).then(
        ({ stdout }) => stdout,
        (error: { stdout: string }) => error.stdout,
      );
    expect(await compiled('right.ts')).toBe('');
    expect(await compiled('wrong.ts')).toMatch(/^wrong\.ts.*TS2561.*'cals'.*'calls'/);
    // The same figures as the whole library gives.
    const { stdout } = await run(process.execPath, ['right.ts', join(project, 'results')], { cwd: small });
    writeFileSync(
      join(project, 'score.js'),
      `import { loadScorer } from 'verdict';
console.log(JSON.stringify((await loadScorer('results')).scoreRow(${right})));
`,
    );
    expect(stdout).toBe(await inProject(process.execPath, 'score.js'));
  });

  it('say which Node.js they need to one that is too old', async () => {
    const old = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process.versions, 'node', { value: '20.20.2' })")}`;
    const script = inTree('@verdict', 'cli', 'bin', 'verdict.js');
    await expect(inProject(process.execPath, '--import', old, script, '--version')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error verdict needs Node\.js 22 or newer, but this is 20\.20\.2\./),
    });
  });

  it('have types that a strict program compiles against', async () => {
    writeFileSync(
      join(project, 'typed.ts'),
      `import { train as trainTrees } from '@verdict/boost';
import { rocChart } from '@verdict/charts';
import { VerdictError } from '@verdict/core';
import { readTable } from '@verdict/data';
import { evaluate as metricsOf } from '@verdict/learn';
import { evaluate, explain, inspect, loadScorer, predict, train } from 'verdict';
import type { PerformanceMetrics, TrainJob } from 'verdict';

const job: TrainJob = { file: 'customers.csv', target: 'left' };
const metrics: PerformanceMetrics = (await train(job)).metrics;
const auc: number = metrics.headline.metrics.rocAuc;
// @ts-expect-error a target is needed
await train({ file: 'customers.csv' });
export { auc, evaluate, explain, inspect, loadScorer, metricsOf, predict, readTable, rocChart, trainTrees, VerdictError };
`,
    );
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2024',
          module: 'nodenext',
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: ['node'],
        },
        files: ['typed.ts'],
      }),
    );
    await expect(inProject(process.execPath, tsc)).resolves.toBe('');
  });

  it('left the clone as it was', () => {
    for (const workspace of workspaces) {
      const manifest = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8'));
      expect(manifest.scripts.prepack).toContain('pack.mjs');
      expect(readdirSync(join(root, workspace))).not.toContain('LICENSE');
    }
  });
});

function sizeOf(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
