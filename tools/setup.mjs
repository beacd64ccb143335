// Brings a clone to the state of its lock file: dependencies installed, kernels built. Does nothing when
// that is so already. Runs on the host's own Node (20 or newer); everything after it runs on the pinned one.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, run } from './lib.mjs';

const stamp = join(root, 'node_modules', '.verdict-setup');

function wanted() {
  const hash = createHash('sha256').update(process.platform).update(process.arch);
  hash.update(readFileSync(join(root, 'package-lock.json')));
  return hash.digest('hex');
}

export function setup() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    fail(`Node.js 20 or newer is needed to install; this is ${process.version}.`);
  }
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted()) {
    console.error('Installing dependencies (npm ci) …');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
    if (result.error) fail(`npm could not be started: ${result.error.message}`);
    if (result.status !== 0)
      fail('npm ci failed; its own words are above. Is the package registry reachable?');
    if (!existsSync(pinnedNode())) {
      fail(
        'The package "node" did not install its binary: allow its install script (npm install-scripts approve node).',
      );
    }
    writeFileSync(stamp, wanted());
  }
  run(process.execPath, [join(root, 'tools', 'build-kernels.mjs')]);
}

/** The Node.js binary that the lock file pins. */
export function pinnedNode() {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
