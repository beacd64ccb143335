// What the tests need beyond npm's packages: a Chromium to open reports in, and Python peers (scikit-learn,
// XGBoost, LightGBM, ONNX Runtime) to compare with. Installs what can be installed, says what is missing where it cannot be.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Where Postgres's programs are: as said, or where Debian puts them, newest version first. */
function postgresFolder() {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  return [
    process.env.VERDICT_POSTGRES,
    ...versions.map((version) => join(base, version, 'bin')),
    '/opt/homebrew/opt/postgresql/bin',
    '/usr/local/pgsql/bin',
  ].find((folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')));
}

/** The folder with Postgres's own programs (initdb, pg_ctl), installed from Debian's packages if need be. */
export function postgres() {
  if (postgresFolder() === undefined) aptInstall('postgresql');
  const folder = postgresFolder();
  if (folder === undefined) {
    throw new Error(
      'The store is tested on a real Postgres, which is not on this machine. Install it (Debian and Ubuntu: ' +
        'sudo apt-get install postgresql) or set VERDICT_POSTGRES to the folder that has initdb and pg_ctl.',
    );
  }
  return folder;
}

/** Version of the S3-compatible server that artifacts are tested on. */
const s3Version = 'v1.8.0';

/** The path of versitygw, an S3-compatible server, built with Go from its module if need be. */
export function s3Server() {
  const folder = join(root, '.cache', `versitygw-${s3Version}`);
  const path = process.env.VERDICT_S3_SERVER || join(folder, 'versitygw');
  if (existsSync(path)) return path;
  if (!answers('go', ['version'])) aptInstall('golang');
  console.error(`Building versitygw ${s3Version}, which takes some minutes the first time …`);
  mkdirSync(folder, { recursive: true });
  const built = attempt('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${s3Version}`], {
    env: { GOBIN: folder, GOFLAGS: '-buildvcs=false' },
  });
  if (built !== 0) {
    throw new Error(
      'Artifacts are tested on a real S3-compatible server, versitygw, which could not be built; Go says why above. ' +
        'Install Go 1.24 or newer with access to its module proxy, or set VERDICT_S3_SERVER to the binary.',
    );
  }
  return path;
}

/** Makes sure that commands are there, from Debian's packages if need be: `{ command: package }`. */
export function commands(wanted, purpose) {
  const missing = () => Object.keys(wanted).filter((name) => !onPath(name));
  if (missing().length > 0) aptInstall(...new Set(missing().map((name) => wanted[name])));
  if (missing().length === 0) return;
  throw new Error(
    `${purpose} needs ${missing().join(', ')}, not on this machine. Install it ` +
      `(Debian and Ubuntu: sudo apt-get install ${missing()
        .map((name) => wanted[name])
        .join(' ')}).`,
  );
}

function onPath(name) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, name)));
}

/** True when Python can make virtual environments. */
function hasVenv() {
  return spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status === 0;
}

/**
 * The path of a Python that has pinned peers, in a virtual environment of this clone's own.
 *
 * @param options.variable the environment variable that may name a Python that has them already
 * @param options.requirements the file of what pip is to install, from the root
 * @param options.folder the environment's name below .cache
 * @param options.pip further options of pip; by default it takes what asks for a newer Python, since the wheels of XGBoost
 *   hold nothing that an older one could not load
 */
export function peers({
  variable = 'VERDICT_PEERS',
  requirements = join('tools', 'peers.txt'),
  folder: name = 'peers',
  pip = ['--ignore-requires-python'],
} = {}) {
  if (process.env[variable]) return process.env[variable];
  const list = join(root, requirements);
  const folder = join(root, '.cache', name);
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, '.requirements');
  const wanted = createHash('sha256').update(readFileSync(list)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && answers(python)) return python;

  if (!hasVenv()) aptInstall('python3', 'python3-venv');
  if (!hasVenv()) {
    throw new Error(
      `The packages of ${requirements} need python3 (3.10 or ` +
        'newer) with venv. Install it (Debian and Ubuntu: sudo apt-get install python3 python3-venv), or set ' +
        `${variable} to a Python that has the packages of ${requirements}.`,
    );
  }
  console.error('Installing the Python peers to compare with …');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const install = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...pip, '-r', list];
  if (attempt('python3', ['-m', 'venv', folder]) !== 0 || attempt(python, install) !== 0) {
    throw new Error('The Python peers could not be installed; pip says why above. Is PyPI reachable?');
  }
  writeFileSync(stamp, wanted);
  return python;
}

/** The path of a Python that has clients of the protocols that the server speaks: Triton's and MLflow's own. */
export function clients() {
  return peers({
    variable: 'VERDICT_CLIENTS',
    requirements: join('tools', 'clients.txt'),
    folder: 'clients',
    pip: [],
  });
}
