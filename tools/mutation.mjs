// Do the tests notice? Draws small changes of the sources of boosting and learning by a seed, makes each in a copy
// of the repository and runs the room's tests: a change that no test notices has survived, and is looked at.
//   node tools/mutation.mjs [--seed 1] [--count 30] [--only 3,7] [--timeout 300] [--out FILE]
// First the copy is tested unchanged (it must pass); then the mutants, one after the other, with one worker.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '@verdict/core';
import { root } from './lib.mjs';
import { describe, mutantsOf, mutate } from './mutants.mjs';

const sources = ['packages/boost/src/*.ts', 'packages/boost/assembly/*.ts', 'packages/learn/src/**/*.ts'];
const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '30' },
    only: { type: 'string' },
    timeout: { type: 'string', default: '300' },
    out: { type: 'string' },
  },
});
const copy = mkdtempSync(join(tmpdir(), 'verdict-mutation-'));
let child;
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, () => {
    end(child);
    process.exit(status);
  });
}

/** Copies the working tree; the packages of the workspace resolve to the copy, all others to the clone's. */
function makeCopy() {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (listed.status !== 0) throw new Error(`git cannot list the files: ${listed.stderr}`);
  const present = new Set(globSync('**/*', { cwd: root, exclude: ['node_modules', '.git', '.cache'] }));
  for (const path of listed.stdout.split('\0')) {
    if (!present.has(path)) continue;
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  const modules = join(root, 'node_modules');
  mkdirSync(join(copy, 'node_modules', '@verdict'), { recursive: true });
  for (const name of readdirSync(modules)) {
    if (name === '@verdict' || name === 'verdict' || name.startsWith('.v')) continue;
    symlinkSync(join(modules, name), join(copy, 'node_modules', name));
  }
  for (const name of readdirSync(join(copy, 'packages'))) {
    const link = name === 'verdict' ? name : join('@verdict', name);
    symlinkSync(join(copy, 'packages', name), join(copy, 'node_modules', link));
  }
}

/** Kills the command and all that it started: each runs in a process group of its own. */
function end(started) {
  if (started === undefined || started.exitCode !== null) return;
  try {
    process.kill(-started.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Runs Node.js in the copy; the status is 'timeout' when it took longer than `seconds`. */
function node(args, seconds) {
  return new Promise((resolve, reject) => {
    child = spawn(process.execPath, args, { cwd: copy, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const running = child;
    let output = '';
    let late = false;
    running.stdout.on('data', (chunk) => (output += chunk));
    running.stderr.on('data', (chunk) => (output += chunk));
    const timer = setTimeout(() => {
      late = true;
      end(running);
    }, seconds * 1000);
    running.on('error', reject);
    running.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status: late ? 'timeout' : status, output });
    });
  });
}

const buildKernels = () => node(['tools/build-kernels.mjs'], 300);
const kernels = () => readFileSync(join(copy, 'packages/boost/build/kernels.wasm'));

/** Runs the tests of one room until the first fails: `{ verdict, by }`. */
async function testRoom(room) {
  const results = join(copy, 'node_modules', 'results.json');
  rmSync(results, { force: true });
  const { status, output } = await node(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      `packages/${room}/`,
      '--bail=1',
      '--maxWorkers=1',
      '--reporter=json',
      `--outputFile=${results}`,
    ],
    Number(options.timeout),
  );
  if (status === 'timeout') return { verdict: 'timed out', by: '' };
  if (status === 0) return { verdict: 'survived', by: '' };
  let files;
  try {
    files = JSON.parse(readFileSync(results, 'utf8')).testResults;
  } catch {
    return { verdict: 'killed', by: 'the test runner, which ended early', output };
  }
  // Files that were never begun count as failed too: what matters is the assertion, then what a file says.
  const tests = files.flatMap((file) => file.assertionResults.map((result) => ({ file, ...result })));
  const test = tests.find((result) => result.status === 'failed');
  const file = test?.file ?? files.find((candidate) => candidate.status === 'failed' && candidate.message);
  const message = test?.failureMessages.join('\n') ?? file?.message ?? output;
  const by = `${file?.name.slice(copy.length + 1) ?? 'the test runner'}${test ? `: ${test.fullName}` : ''}`;
  return { verdict: /timed out in \d+ms/.test(message) ? 'timed out' : 'killed', by, output: message };
}

/** Makes one mutant in the copy, tests it and puts the source back. */
async function judge(mutant) {
  const path = join(copy, mutant.path);
  const source = readFileSync(path, 'utf8');
  const assembly = mutant.path.includes('/assembly/');
  writeFileSync(path, mutate(source, mutant));
  try {
    if (assembly) {
      const before = kernels();
      if ((await buildKernels()).status !== 0) return { verdict: 'invalid', by: 'the kernel compiler' };
      if (kernels().equals(before)) return { verdict: 'equivalent', by: 'compiles to the same bytes' };
    } else if ((await node(['node_modules/typescript/bin/tsc', '-p', '.'], 300)).status !== 0) {
      return { verdict: 'invalid', by: 'the type checker' };
    }
    return await testRoom(mutant.path.split('/')[1]);
  } finally {
    writeFileSync(path, source);
    if (assembly) await buildKernels();
  }
}

/** Stops if the unchanged copy fails: then a mutant's failure would say nothing. */
async function judgeUnchanged() {
  const built = await buildKernels();
  if (built.status !== 0) throw new Error(`The kernels do not build:\n${built.output}`);
  const types = await node(['node_modules/typescript/bin/tsc', '-p', '.'], 300);
  if (types.status !== 0) throw new Error(`The unchanged copy does not type-check:\n${types.output}`);
  for (const room of ['boost', 'learn']) {
    const { verdict, by, output } = await testRoom(room);
    if (verdict !== 'survived') {
      throw new Error(`The unchanged copy fails the tests of ${room} (${verdict}: ${by}).\n${output ?? ''}`);
    }
    console.error(`unchanged, tests of ${room}: passed`);
  }
}

const cell = (text) => text.replaceAll('|', '\\|');
const codeCell = (text) => `\`${cell(text)}\``;

makeCopy();
const files = sources.flatMap((pattern) => globSync(pattern, { cwd: copy })).sort();
const texts = new Map(files.map((path) => [path, readFileSync(join(copy, path), 'utf8')]));
const fingerprint = createHash('sha256');
for (const [path, text] of texts) fingerprint.update(`${path}\0${text}\0`);
const pool = files.flatMap((path) => mutantsOf(path, texts.get(path)));
const total = pool.length;
const random = new Random(Number(options.seed), 'mutants');
const drawn = [];
while (drawn.length < Number(options.count) && pool.length > 0) {
  drawn.push(pool.splice(random.integer(pool.length), 1)[0]);
}

await judgeUnchanged();
const only = options.only?.split(',').map(Number);
const lines = [];
const counts = { killed: 0, survived: 0, 'timed out': 0, equivalent: 0, invalid: 0 };
for (const [index, mutant] of drawn.entries()) {
  if (only !== undefined && !only.includes(index + 1)) continue;
  const { line, before, after } = describe(texts.get(mutant.path), mutant);
  const { verdict, by } = await judge(mutant);
  counts[verdict]++;
  const place = `${mutant.path.slice('packages/'.length)}:${line}`;
  lines.push(
    `| ${index + 1} | ${place} | ${mutant.kind} | ${codeCell(before)} → ${codeCell(after)} | ${verdict} | ${cell(by)} |`,
  );
  console.error(lines.at(-1));
}

const summary = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
const report = [
  `Seed ${options.seed}: ${lines.length} of ${total} possible mutants of ${files.length} files ` +
    `(fingerprint of the sources ${fingerprint.digest('hex').slice(0, 12)}). ${summary.join(', ')}.`,
  '',
  '| no | place | kind | change | verdict | by, or remark |',
  '| --- | --- | --- | --- | --- | --- |',
  ...lines,
  '',
].join('\n');
console.log(report);
if (options.out !== undefined) writeFileSync(options.out, report);
