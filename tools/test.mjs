// The whole guard, as CI runs it: format, lint, types, unused code, tests with coverage. Installs what it
// needs first. `npm test -- --quick` leaves the coverage out; further arguments go to Vitest.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { attempt, bin, root } from './lib.mjs';
import { serveNeeds } from './serve-needs.mjs';
import { pinnedNode, setup } from './setup.mjs';
import { chromium, clients, peers, postgres, s3Server } from './system.mjs';

setup();
const args = process.argv.slice(2).filter((arg) => arg !== '--quick');
const quick = process.argv.includes('--quick');

const env = { PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` };
try {
  env.CHROMIUM_PATH = chromium();
  env.VERDICT_PEERS = peers();
  env.VERDICT_CLIENTS = clients();
  env.VERDICT_POSTGRES = postgres();
  env.VERDICT_S3_SERVER = s3Server();
  // An image is built for them: not where only other tests are asked for.
  if (args.length === 0 || args.some((arg) => arg.includes('serve'))) Object.assign(env, serveNeeds());
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const checks = [
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'oxlint', ['--deny-warnings']],
  ['types', 'tsc', ['-p', '.']],
  ['unused code', 'knip', []],
];
for (const [name, command, commandArgs] of checks) {
  console.log(`> ${name}`);
  if (attempt(pinnedNode(), [bin(command), ...commandArgs], { env }) !== 0) {
    console.error(`The check "${name}" failed.`);
    process.exit(1);
  }
}

console.log('> tests');
const scratch = mkdtempSync(join(tmpdir(), 'verdict-test-'));
const results = join(scratch, 'results.json');
const vitest = [
  bin('vitest'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile=${results}`,
  ...args,
];
// Asked of the pinned Node.js: the one that runs this may not know how to strip types.
const typeOnly = quick
  ? []
  : execFileSync(pinnedNode(), ['--no-warnings', join(root, 'tools', 'type-only.mjs')], { encoding: 'utf8' })
      .split('\n')
      .filter((path) => path !== '');
const excluded = typeOnly.map((path) => `--exclude=${path}`);
const command = quick ? vitest : [bin('c8'), ...excluded, pinnedNode(), ...vitest];
const status = attempt(pinnedNode(), command, { env });
let summary = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
try {
  summary = JSON.parse(readFileSync(results, 'utf8'));
} catch (error) {
  console.error(`The test runner left no results: ${error.message}`);
}
rmSync(scratch, { recursive: true, force: true });
// Last, since the table of the coverage is longer than what a log's end shows.
for (const { name, assertionResults, message } of summary.testResults) {
  const failed = assertionResults.filter(({ status }) => status === 'failed');
  if (failed.length === 0 && message) console.error(`FAILED ${relative(root, name)}\n${message}`);
  for (const { fullName, failureMessages } of failed) {
    console.error(
      `FAILED ${relative(root, name)}: ${fullName}\n${failureMessages.join('\n').slice(0, 2000)}`,
    );
  }
}
console.log(`${summary.numPassedTests} passed, ${summary.numFailedTests} failed`);
if (status === 0 && summary.numPassedTests === 0) process.exit(1);
process.exit(status);
