// What the tests need beyond npm's packages: a Chromium to open reports in, and Python peers (scikit-learn,
// XGBoost, LightGBM, ONNX Runtime) to compare with. Installs what can be installed, says what is missing where it cannot be.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { answers, attempt, root } from './lib.mjs';

const isRoot = process.getuid?.() === 0;
let aptUpdated = false;

function aptInstall(...packages) {
  if (!isRoot || !answers('apt-get')) return false;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if (!aptUpdated) aptUpdated = attempt('apt-get', ['-qq', 'update'], { env }) === 0;
  return attempt('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', ...packages], { env }) === 0;
}

/** The path of a Chromium or Chrome, installed from Debian's packages if need be. */
export function chromium() {
  const known = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ].filter(Boolean);
  const found = () => known.find((path) => existsSync(path));
  if (found() === undefined) aptInstall('chromium');
  const path = found();
  if (path === undefined) {
    throw new Error(
      'The report is tested in Chromium, which is not on this machine. Install Chromium or Chrome ' +
        '(Debian and Ubuntu: sudo apt-get install chromium) or set CHROMIUM_PATH to its binary.',
    );
  }
  return path;
}

/** True when Python can make virtual environments. */
function hasVenv() {
  return spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status === 0;
}

/** The path of a Python that has the pinned peers, in a virtual environment of this clone's own. */
export function peers() {
  if (process.env.VERDICT_PEERS) return process.env.VERDICT_PEERS;
  const requirements = join(root, 'tools', 'peers.txt');
  const folder = join(root, '.cache', 'peers');
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, '.requirements');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && answers(python)) return python;

  if (!hasVenv()) aptInstall('python3', 'python3-venv');
  if (!hasVenv()) {
    throw new Error(
      'The numbers are tested against scikit-learn, XGBoost, LightGBM and ONNX Runtime, which need python3 (3.10 or newer) with venv. ' +
        'Install it (Debian and Ubuntu: sudo apt-get install python3 python3-venv), or set VERDICT_PEERS to a ' +
        'Python that has the packages of tools/peers.txt.',
    );
  }
  console.error('Installing the Python peers that the tests compare with …');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (
    attempt('python3', ['-m', 'venv', folder]) !== 0 ||
    attempt(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', requirements]) !== 0
  ) {
    throw new Error('The Python peers could not be installed; pip says why above. Is PyPI reachable?');
  }
  writeFileSync(stamp, wanted);
  return python;
}
